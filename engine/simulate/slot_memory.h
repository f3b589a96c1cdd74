// What a rank's arena holds as a simulated run goes on: what the schedule predicts, with slots that come and go as in
// engine/cpu/rank_loop.cpp, or that stay (MemoryModel::keeps_slots).
#pragma once

#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

class SlotMemory {
  public:
    SlotMemory(const Schedule& schedule, int rank);

    /// The slot that holds `step`'s chunk is wanted from now on.
    void hold(int step);
    /// The chunk of `step` is not needed any more: its slot goes with the last one in it.
    void release(int step);
    MemorySample sample(int step, int64_t time_ns) const;
    const BytesByPurpose& peak() const { return peak_; }
    int64_t peak_total() const { return peak_total_; }

  private:
    void count(size_t slot, int64_t change);

    const Schedule& schedule_;
    const RankPlan& plan_;
    const int rank_;
    std::vector<int> last_use_;  // by slot: the last step with pieces in it; -1 when there is none
    std::vector<bool> held_;
    BytesByPurpose live_{};
    BytesByPurpose peak_{};
    int64_t peak_total_ = 0;
};

}  // namespace ringscope

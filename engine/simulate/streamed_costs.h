// What the work of a streamed ring costs, step by step: as work_costs() has it for a schedule.
#pragma once

#include <vector>

#include "engine/simulate/streamed_ring.h"
#include "engine/simulate/work_costs.h"

namespace ringscope {

class StreamedCosts {
  public:
    /// All must outlive it.
    StreamedCosts(StreamedRing& ring, const Experiment& experiment, const MachineModel& machine);

    double pack_seconds(int rank) const;
    double normalise_seconds(int rank) const;
    /// Before all steps are asked once more.
    void restart() { answered_.assign(answered_.size(), false); }
    /// Steps of a rank one after the other, from 0 on: what comes first is not merged.
    StepCost step(int rank, int step);
    /// Of the last step() of all heads and batch entries, in pairs of a query and a key.
    double pairs() const { return pairs_; }

  private:
    StreamedRing& ring_;
    const Experiment& experiment_;
    const DeviceModel& device_;
    std::vector<double> heads_;   // by pattern, times batch entries
    std::vector<bool> answered_;  // by rank and pattern: some of its rows hold an answer
    std::vector<StreamedWork> works_;
    double pairs_ = 0;
};

}  // namespace ringscope

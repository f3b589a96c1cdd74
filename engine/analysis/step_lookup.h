// In which step a rank works on an owner's keys, from the schedule.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

class StepLookup {
  public:
    StepLookup() = default;
    explicit StepLookup(const Schedule& schedule);

    /// The step, or -1 when the rank never works on that owner's part of the segment.
    /// `holds`: segments round this one for which the answer is the same.
    int step_of(int rank, int owner, int pattern, int64_t segment, SegmentRange* holds = nullptr) const;

  private:
    struct Entry {
        int32_t owner;
        int32_t pattern;
        int32_t step;
        SegmentRange segments;
    };
    std::vector<std::vector<Entry>> ranks_;  // by owner, pattern, first segment
};

}  // namespace ringscope

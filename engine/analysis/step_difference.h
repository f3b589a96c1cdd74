// How much longer each rank of a run took for each ring step than the same rank of another run. Pure.
#pragma once

#include "engine/analysis/step_alignment.h"

namespace ringscope {

/// A step of one rank, held against the same step and rank of the baseline.
struct StepDifference {
    bool in_both = false;
    RankStepTime first;  // of the baseline
    RankStepTime other;
    int64_t change_ns() const { return other.length_ns - first.length_ns; }
};

/// [rank][step]: as many as the larger of the two has.
using StepDifferences = std::vector<std::vector<StepDifference>>;
StepDifferences step_differences(const StepTimes& first, const StepTimes& other);
/// The largest change of any rank and step, at least 1 ns.
int64_t largest_change_ns(const StepDifferences& differences);

}  // namespace ringscope

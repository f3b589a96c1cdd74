// How much longer each rank of a run took for each ring step than the same rank of another run.
#pragma once

#include <string>

#include "engine/analysis/step_alignment.h"

namespace ringscope {

/// A step of one rank, beside the same step and rank of the baseline.
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

/// "+1.2 ms"
std::string time_change_text(int64_t change_ns);
/// "rank 3, step 1: 1.2 ms longer (3.4 against 2.2 ms); compute +0.1 ms, waiting +1.1 ms".
std::string difference_text(const StepDifference& difference, int rank, int step);

}  // namespace ringscope

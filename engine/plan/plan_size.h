// How large a schedule would be, counted before it is made: by arithmetic over ranks and kinds of segments, in
// milliseconds, whatever the experiment.
#pragma once

#include <cstdint>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// Upper bounds. Exact, or nearly, where few kinds of segments lie differently on the ranks. Saturated: no count
/// passes kUncountable.
struct PlanSize {
    static constexpr int64_t kUncountable = int64_t{1} << 62;
    int64_t pieces = 0;       // Schedule: RankStep::pieces of all ranks and steps
    int64_t transfers = 0;    // Schedule::transfers
    int64_t work = 0;         // RankStep::work of all ranks and steps
    int64_t rank_steps = 0;   // RankPlan::steps of all ranks, at most kMaxRanks^2
    int64_t comparisons = 0;  // of pairs of token runs while planning, some 10 ns each
    int64_t bytes = 0;        // of memory while planning, with the schedule that comes of it
};

inline constexpr int64_t kMaxPlanPieces = int64_t{1} << 24;
inline constexpr int64_t kMaxPlanWork = int64_t{1} << 25;
inline constexpr int64_t kMaxPlanComparisons = int64_t{1} << 32;

/// For any executor: what it holds does not change the schedule's size. A few milliseconds at most. Throws
/// Error(bad_input) with every problem when the experiment is not valid.
PlanSize plan_size(const Experiment& experiment);

/// Whether every count is within its limit.
bool is_plannable(const PlanSize& size);

/// Throws Error(bad_input) that names the settings, what they would make, the limit, and what helps; plan() calls
/// it. `size` is the experiment's plan_size().
void require_plannable(const Experiment& experiment, const PlanSize& size);

}  // namespace ringscope

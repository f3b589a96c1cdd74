// What the work of a schedule costs, piece by piece, whoever says so: a machine model (attention_cost.h) or a
// measured run (replay.h). Seconds of one worker that has the device for itself.
#pragma once

#include <vector>

#include "engine/experiment/machine_model.h"
#include "engine/plan/schedule.h"

namespace ringscope {

struct StepCost {
    double attend_seconds = 0;  // all attention of the step, with what each launch costs
    double merge_seconds = 0;   // behind it, on the same device; 0 where the kernel merges
    double pieces = 1;          // at most so many workers attend at once; > 0
};

struct RankCosts {
    double pack_seconds = 0;       // the rank's own share, before step 0 is shared
    double normalise_seconds = 0;  // after the last step
    std::vector<StepCost> steps;   // Schedule::steps of them
};
using WorkCosts = std::vector<RankCosts>;  // by rank

/// On a valid machine that has a rate for the schedule's dtype (require_room()). O(work) with a few token runs each.
WorkCosts work_costs(const Schedule& schedule, const MachineModel& machine);

}  // namespace ringscope

// How long a plan takes on the machine that stands for this one, before anything runs: in all, and per step compute
// against transfer.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/analysis/step_overlap.h"
#include "engine/experiment/machine_model.h"
#include "engine/plan/schedule.h"

namespace ringscope {

struct PlanSize;

struct PlannedTime {
    std::shared_ptr<const MachineModel> machine;
    double seconds = 0;
    std::vector<StepOverlap> steps;
    std::string why_not;  // one sentence: no time is predicted; "" when it is
};

/// Never throws but Error(cancelled). Without a machine it says why.
PlannedTime planned_time(const Schedule& schedule, const std::shared_ptr<const MachineModel>& machine,
                         const std::stop_token& stop);

/// Whether planned_time() of a plan of this size takes a few milliseconds at most.
bool is_timed_in_a_frame(const PlanSize& size);

}  // namespace ringscope

// Times that no settings can beat, so that a search need not lay everything out.
//
// Before a plan is made, from the problem alone:
//
//   work      all FLOPs / (devices that work * workers * peak * share of the curve)
//   receive   where every rank receives all kept keys of the others (all_gather, a ring without prune, and stripes
//             that reach every rank): their bytes over the rate of the link, and the latency of every hop
//
// of which a ring with overlap takes the larger at least, everything else the sum. From a plan and its costs the
// same two are known for each rank. Links are taken as if nobody shared them.
#pragma once

#include <cstdint>

#include "engine/experiment/machine_model.h"
#include "engine/plan/schedule.h"
#include "engine/simulate/work_costs.h"

namespace ringscope {

/// `experiment` is valid and has room on the machine. Microseconds.
double seconds_at_least(const Experiment& experiment, const MachineModel& machine);

/// `costs` are work_costs() of the schedule.
double seconds_at_least(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine);

/// Of the fullest device: ranks on one device share its memory.
int64_t device_bytes_max(const Schedule& schedule, const MachineModel& machine);

}  // namespace ringscope

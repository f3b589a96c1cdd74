// Lays a schedule out in time: discrete events under the rules by which ranks really run (engine/cpu/rank_loop.cpp).
//
//   a rank packs its own share and lets its successors have it;
//   in each step it attends, and meanwhile (overlap) or afterwards waits until what it sent is taken, brings in the
//   chunk of the next step, and passes that on;
//   work on one device shares the device's workers; transfers on one link share its rate, max-min fairly.
#pragma once

#include <stop_token>

#include "engine/experiment/machine_model.h"
#include "engine/run/simulation.h"
#include "engine/simulate/laid_out.h"
#include "engine/simulate/work_costs.h"

namespace ringscope {

/// On a machine's links and workers. `costs` are as work_costs() has them; what-if and jitter are the caller's to put
/// into machine and costs. Throws Error(cancelled) on a stop request.
LaidOut lay_out(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine,
                const std::vector<SlowRank>& slow_ranks = {}, const std::stop_token& stop = {});

/// As if every rank had a device with one worker, and every transfer a link of its own. Ranks bring in one transfer
/// after the other, as on a CPU; packing and copying take nothing from the worker.
LaidOut lay_out_alone(const Schedule& schedule, const WorkCosts& costs, const TransferSeconds& transfers,
                      const std::vector<SlowRank>& slow_ranks = {}, const std::stop_token& stop = {});

}  // namespace ringscope

// Simulates experiments: the same schedule on a machine model. Plain and synchronous, for the advisor, the window's
// sliders and predictions; execute() with RunOptions::simulation makes a whole Run of it (simulator_executor.h).
#pragma once

#include <memory>
#include <stop_token>

#include "engine/run/run.h"
#include "engine/run/simulation.h"
#include "engine/simulate/layout.h"

namespace ringscope {

/// How the machine's executor holds memory: plan() takes it.
MemoryModel memory_model_of(const MachineModel& machine);

/// One trial without jitter: what the schedule takes on this machine. Throws as require_room(), Error(cancelled).
LaidOut simulate_once(const Schedule& schedule, const MachineModel& machine,
                      const SimulationOptions& options = {}, const std::stop_token& stop = {});

/// As execute() does: plans, simulates every trial, keeps the median's trace, derives the metrics. Never throws for
/// what happens in the world: see Run::state. Out of memory on some rank is a failed run whose error names it.
std::shared_ptr<const Run> simulate(const Experiment& experiment, const Simulation& simulation,
                                    std::stop_token stop = {});

}  // namespace ringscope

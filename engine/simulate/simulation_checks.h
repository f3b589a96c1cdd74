// What a simulation has to be asked for, whether its schedule is stored or streamed.
#pragma once

#include <string>
#include <vector>

#include "engine/run/fault.h"
#include "engine/run/simulation.h"

namespace ringscope {

/// What a delay and a slow link come to; of other faults nothing.
std::vector<SlowRank> slow_ranks_of(const Fault& fault);

/// Adds slow_ranks_of() the fault. Throws Error(bad_input) for one that no simulation knows.
void add_fault(const Fault& fault, SimulationOptions& options);

/// Throws Error(bad_input) for a number of trials or a slow rank that cannot be.
void require_possible(const SimulationOptions& options, int ranks);

/// Throws Error(run_failed) that names the ranks whose device lacks memory. `peak_bytes` by rank; ranks on one device
/// share its memory.
void require_memory(const std::vector<int64_t>& peak_bytes, const MachineModel& machine);

/// The link between the ranks that lie furthest apart.
std::string transport_on(const MachineModel& machine, int ranks);

}  // namespace ringscope

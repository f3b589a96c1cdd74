// What is varied on a machine model, as every command that simulates takes it.
#pragma once

#include <string>
#include <vector>

#include "engine/run/simulation.h"

namespace ringscope {

class Arguments;

struct SimulationChoices {
    std::string trials, seed, rate, bandwidth, latency;
    std::vector<std::string> slow;
};

/// Declares --trials, --seed, --slow, --rate, --bandwidth and --latency.
void declare(Arguments& arguments, SimulationChoices& choices);

/// Throws Error(bad_input) that names the option, its value and what is allowed.
SimulationOptions read_simulation_options(const SimulationChoices& choices);

}  // namespace ringscope

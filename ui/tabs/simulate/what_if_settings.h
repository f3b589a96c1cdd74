// What a person turns in the Simulate tab, and the simulation that this asks for. Pure.
#pragma once

#include <memory>
#include <vector>

#include "engine/experiment/experiment.h"
#include "engine/run/simulation.h"

namespace ringscope {

/// Of each slider: a tenth to ten times what the machine has.
inline constexpr double kLeastFactor = 0.1, kMostFactor = 10;

struct WhatIfSettings {
    WhatIf factors;
    int ranks = 0;           // 0: as many as the experiment has
    int slow_rank = -1;      // -1: none
    double slow_factor = 2;  // how many times as long its work takes
    bool operator==(const WhatIfSettings&) const = default;
};

/// One simulation without jitter.
struct SimulationRequest {
    Experiment experiment;
    std::shared_ptr<const MachineModel> machine;  // not null
    SimulationOptions options;
};
/// By value: two models of the same content are the same.
bool operator==(const SimulationRequest& a, const SimulationRequest& b);

/// Ring sizes from 1 to this can be asked for.
int most_ranks_on(const MachineModel& machine);

/// The experiment on so many ranks; a slow rank that the ring does not have is left out.
SimulationRequest simulation_asked(const Experiment& experiment, std::shared_ptr<const MachineModel> machine,
                                   const WhatIfSettings& settings);

/// 1, 2, 4 .. and `most` itself.
std::vector<int> doubled_ranks(int most);

/// The experiment on `ranks` with as many tokens per rank as it has. A head group whose segments span the whole
/// sequence goes on spanning it. Unset segment lengths are kept by all others.
Experiment with_same_share(Experiment experiment, int ranks);

}  // namespace ringscope

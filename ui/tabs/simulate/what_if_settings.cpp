#include "ui/tabs/simulate/what_if_settings.h"

#include <algorithm>
#include <cmath>

namespace ringscope {

bool operator==(const SimulationRequest& a, const SimulationRequest& b) {
    if (!(a.options == b.options) || !(a.experiment == b.experiment)) return false;
    return a.machine == b.machine || (a.machine && b.machine && *a.machine == *b.machine);
}

int most_ranks_on(const MachineModel& machine) {
    return static_cast<int>(std::clamp<int64_t>(machine.most_ranks(), 1, kMaxRanks));
}

SimulationRequest simulation_asked(const Experiment& experiment, std::shared_ptr<const MachineModel> machine,
                                   const WhatIfSettings& settings) {
    SimulationRequest request{experiment, std::move(machine), {}};
    if (settings.ranks > 0) request.experiment.ring.ranks = settings.ranks;
    request.options.what_if = settings.factors;
    if (settings.slow_rank >= 0 && settings.slow_rank < request.experiment.ring.ranks &&
        settings.slow_factor != 1)
        request.options.slow_ranks.push_back({.rank = settings.slow_rank, .factor = settings.slow_factor});
    return request;
}

std::vector<int> doubled_ranks(int most) {
    std::vector<int> sizes;
    for (int ranks = 1; ranks < most; ranks *= 2) sizes.push_back(ranks);
    sizes.push_back(std::max(most, 1));
    return sizes;
}

Experiment with_same_share(Experiment experiment, int ranks) {
    const int64_t tokens = experiment.problem.seq_len;
    const double per_rank = static_cast<double>(tokens) / std::max(experiment.ring.ranks, 1);
    experiment.problem.seq_len = std::max<int64_t>(1, std::llround(per_rank * ranks));
    for (HeadGroup& group : experiment.problem.head_groups)
        if (group.segment_length >= tokens) group.segment_length = experiment.problem.seq_len;
    experiment.ring.ranks = ranks;
    return experiment;
}

}  // namespace ringscope

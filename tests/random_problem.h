// Random small experiments that cover every field the answer or the plan depends on. Same seed, same
// experiment.
#pragma once

#include <random>

#include "engine/experiment/experiment.h"

namespace ringscope {

struct RandomProblemLimits {
    int64_t max_seq_len = 90;
    int max_ranks = 8;
    int max_head_dim = 12;
};

Experiment random_experiment(std::mt19937& random, const RandomProblemLimits& limits = {});

/// One line that names the experiment in a failing test.
std::string describe(const Experiment& experiment);

}  // namespace ringscope

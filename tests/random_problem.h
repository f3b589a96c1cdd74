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

/// Two head groups of any segments, rates up to 40 and offsets, up to 302 tokens on up to 4 ranks: for what is seen of
/// a pattern.
Experiment random_two_groups(std::mt19937& random);

/// One line that names the experiment in a failing test.
std::string describe(const Experiment& experiment);

}  // namespace ringscope

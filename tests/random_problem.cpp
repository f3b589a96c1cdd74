#include "tests/random_problem.h"

#include <algorithm>

#include "engine/experiment/experiment_fields.h"

namespace ringscope {

namespace {

int64_t pick(std::mt19937& random, int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
}

HeadGroup random_group(std::mt19937& random, int64_t seq_len) {
    HeadGroup group;
    group.segment_length = pick(random, 1, seq_len + seq_len / 4);
    group.dilation_rate = pick(random, 1, std::min<int64_t>(group.segment_length, 7));
    switch (pick(random, 0, 3)) {
        case 0:
            group.offset = {Offset::Rule::fixed, pick(random, 0, group.dilation_rate - 1)};
            break;
        case 1:
            group.offset = {Offset::Rule::per_head, 0};
            break;
        case 2:
            group.offset = {Offset::Rule::per_head_block, 0};
            break;
        default:
            break;
    }
    return group;
}

}  // namespace

Experiment random_experiment(std::mt19937& random, const RandomProblemLimits& limits) {
    Experiment e;
    e.problem.batch = static_cast<int>(pick(random, 1, 2));
    e.problem.seq_len = pick(random, 1, limits.max_seq_len);
    const int kv_heads = static_cast<int>(pick(random, 1, 3));
    e.problem.heads = kv_heads * static_cast<int>(pick(random, 1, 3));
    if (kv_heads != e.problem.heads || pick(random, 0, 1)) e.problem.kv_heads = kv_heads;
    e.problem.head_dim = static_cast<int>(pick(random, 1, limits.max_head_dim));
    e.problem.causal = pick(random, 0, 1);
    e.problem.queries = pick(random, 0, 1) ? Queries::all : Queries::dilated;
    e.problem.mixing = pick(random, 0, 2) ? Mixing::head_groups : Mixing::longnet;
    e.input.seed = static_cast<uint64_t>(pick(random, 0, 1 << 30));
    const int64_t groups = pick(random, 1, std::min(e.problem.heads, 3));
    for (int64_t g = 0; g < groups; ++g)
        e.problem.head_groups.push_back(random_group(random, e.problem.seq_len));
    e.ring.ranks = static_cast<int>(pick(random, 1, limits.max_ranks));
    e.ring.layout = static_cast<Layout>(pick(random, 0, 2));
    e.ring.stripe_block.tokens = pick(random, 0, 5);
    e.ring.strategy = static_cast<Strategy>(pick(random, 0, 3));
    e.ring.overlap = pick(random, 0, 1);
    e.ring.dilate_before_send = pick(random, 0, 1);
    e.ring.prune = pick(random, 0, 1);
    e.ring.accumulator = pick(random, 0, 1) ? Accumulator::lse : Accumulator::online_softmax;
    return e;
}

Experiment random_two_groups(std::mt19937& random) {
    const auto upto = [&](int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random); };
    Experiment e;
    e.problem.seq_len = 2 + upto(300);
    e.problem.heads = 2;
    e.problem.head_dim = 4;
    e.problem.causal = upto(1);
    e.problem.queries = upto(2) ? Queries::dilated : Queries::all;
    e.problem.head_groups.clear();
    for (int group = 0; group < 2; ++group) {
        const int64_t w = 1 + upto(e.problem.seq_len), r = 1 + upto(std::min<int64_t>(w, 40) - 1);
        e.problem.head_groups.push_back({w, r, 1, {Offset::Rule::fixed, upto(r - 1)}});
    }
    e.ring.ranks = 1 + static_cast<int>(upto(3));
    e.ring.layout = static_cast<Layout>(upto(2));
    return e;
}

std::string describe(const Experiment& experiment) {
    std::string text;
    visit_fields(experiment, [&](const Field& field, const auto&) {
        text += std::string(field.path) + "=" + field_text(experiment, field.path) + " ";
    });
    for (const HeadGroup& group : experiment.problem.head_groups)
        text += "[w " + std::to_string(group.segment_length) + " r " + std::to_string(group.dilation_rate) +
                " o " + name_of(group.offset.rule) + " " + std::to_string(group.offset.value) + "] ";
    return text;
}

}  // namespace ringscope

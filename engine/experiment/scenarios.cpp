#include "engine/experiment/scenarios.h"

#include <array>

namespace ringscope {

namespace {

Experiment longnet_8k() {
    Experiment e;
    e.problem.seq_len = 8192;
    e.problem.heads = 12;
    e.problem.head_dim = 64;
    e.problem.causal = true;
    e.problem.head_groups = {{2048, 1, {}, {}}, {4096, 2, {}, {}}, {8192, 4, {}, {}}};
    return e;
}

/// One problem for the four ways of running it, so that their runs compare.
Experiment hybrid() {
    Experiment e = longnet_8k();
    e.problem.causal = false;
    return e;
}

Experiment all_gather_v2() {
    Experiment e = hybrid();
    e.ring.strategy = Strategy::all_gather;
    e.ring.overlap = false;
    e.ring.prune = false;
    return e;
}

Experiment ring_v3() {
    Experiment e = hybrid();
    e.ring.overlap = false;
    e.ring.dilate_before_send = false;
    e.ring.prune = false;
    return e;
}

Experiment single_device() {
    Experiment e = hybrid();
    e.ring.strategy = Strategy::single;
    return e;
}

Experiment many_ranks() {
    Experiment e;
    e.problem.seq_len = 32768;
    e.problem.heads = 6;
    e.problem.head_dim = 64;
    e.problem.causal = true;
    e.problem.head_groups = {{2048, 1, {}, {}}, {16384, 4, {}, {}}, {32768, 16, {}, {}}};
    e.ring.ranks = 64;
    return e;
}

Experiment tiny() {
    Experiment e;
    e.problem.seq_len = 16;
    e.problem.heads = 2;
    e.problem.head_dim = 4;
    e.problem.causal = true;
    e.problem.head_groups = {{8, 1, {}, {}}, {16, 2, {}, {}}};
    return e;
}

}  // namespace

std::span<const Scenario> scenarios() {
    static const std::array list{
        Scenario{"LongNet 8K", "LongNet's segments at 8192 tokens, causal, on a ring of four.", longnet_8k()},
        Scenario{"All-gather (V2 Collective)",
                 "Every rank gathers all kept K/V before it computes: O(n) memory.", all_gather_v2()},
        Scenario{"Ring (V3)",
                 "Whole chunks go around the ring, one after the other: O(n/p) memory, most bytes.",
                 ring_v3()},
        Scenario{"Hybrid", "Ring with overlap, dilation before sending and sub-rings.", hybrid()},
        Scenario{"Single device", "One rank does everything: the yardstick for the others.", single_device()},
        Scenario{"Tiny 16", "Sixteen tokens on four ranks: small enough to follow every number.", tiny()},
        Scenario{"Many ranks", "32768 tokens on 64 ranks: what small shares and many hops cost.",
                 many_ranks()},
    };
    return list;
}

const Scenario* find_scenario(const std::string& name) {
    for (const Scenario& scenario : scenarios())
        if (name == scenario.name) return &scenario;
    return nullptr;
}

const Experiment& default_experiment() { return scenarios().front().experiment; }

}  // namespace ringscope

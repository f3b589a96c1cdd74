#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/bench/bench.h"
#include "engine/base/error.h"
#include "engine/plan/schedule.h"

namespace ringscope {

namespace {

constexpr int kRepetitions = 9;  // odd: the median is a measurement

/// LongNet's settings at a million tokens: short segments densely, long ones sparsely.
Experiment million(int ranks, Layout layout) {
    Experiment e;
    e.problem.seq_len = 1 << 20;
    e.problem.heads = 32;
    e.problem.head_dim = 128;
    e.problem.dtype = DType::bf16;
    e.problem.causal = true;
    for (int64_t rate = 1; rate <= 16; rate *= 2)
        e.problem.head_groups.push_back({2048 * rate, rate, {}, {}});
    e.ring.ranks = ranks;
    e.ring.layout = layout;
    return e;
}

double plan_milliseconds(const Experiment& experiment) {
    std::vector<double> times;
    for (int i = 0; i < kRepetitions; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const Schedule schedule = plan(experiment);
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        RINGSCOPE_CHECK(schedule.pairs_planned == schedule.pairs_allowed);
        times.push_back(took.count());
    }
    std::nth_element(times.begin(), times.begin() + kRepetitions / 2, times.end());
    return times[kRepetitions / 2];
}

}  // namespace

nlohmann::ordered_json bench_plan(std::stop_token stop) {
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    for (Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped})
        for (int ranks : {8, 64, 1024}) {
            if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
            // Single tokens striped over many ranks make as many runs as tokens: a block keeps it to
            // segments.
            Experiment experiment = million(ranks, layout);
            if (layout == Layout::striped) experiment.ring.stripe_block.tokens = 1024;
            report["results"].push_back({{"layout", name_of(layout)},
                                         {"seq_len", experiment.problem.seq_len},
                                         {"ranks", ranks},
                                         {"milliseconds", plan_milliseconds(experiment)}});
        }
    return report;
}

}  // namespace ringscope

// Whether a replay shows what a ring with a core per rank takes. A rank of p attends to blocks of n / p queries and keys,
// step after step, whatever p is: so rings of more ranks, n in proportion, have the steps of the ring of two.
#include <nlohmann/json.hpp>
#include <vector>

#include "app/bench/bench.h"
#include "app/bench/bench_run.h"
#include "engine/analysis/step_alignment.h"
#include "engine/simulate/replay.h"

namespace ringscope {

namespace {

constexpr int64_t kTokensPerRank = 2048;
constexpr int kRounds = 5;

Experiment ring_of(int ranks, bool overlap) {
    Experiment e;
    e.problem.seq_len = kTokensPerRank * ranks;
    e.problem.heads = 4;
    e.problem.head_dim = 64;
    e.problem.head_groups = {{e.problem.seq_len, 1, {}, {}}};
    e.ring.ranks = ranks;
    e.ring.strategy = Strategy::ring;
    e.ring.layout = Layout::contiguous;
    e.ring.prune = false;
    e.ring.overlap = overlap;
    e.backend.device = "cpu";
    e.backend.threads = 2;
    return e;
}

/// Median over ranks and steps.
double step_seconds(const Run& run) {
    std::vector<double> seconds;
    for (const std::vector<RankStepTime>& of_rank : step_times(run))
        for (const RankStepTime& step : of_rank)
            seconds.push_back(static_cast<double>(step.length_ns) * 1e-9);
    return median(std::move(seconds));
}

struct Measured {
    int ranks = 0;
    std::vector<double> replayed, measured, ratios;
};

void measure(bool overlap, const std::stop_token& stop, nlohmann::ordered_json& results) {
    std::vector<Measured> rings;
    for (const int ranks : {2, 4, 8}) rings.push_back({ranks, {}, {}, {}});
    for (int round = 0; round < kRounds; ++round) {
        double before = step_seconds(*measured_run(ring_of(2, overlap), stop));
        for (Measured& ring : rings) {
            const auto run = measured_run(ring_of(ring.ranks, overlap), stop);
            ring.measured.push_back(step_seconds(*run));
            ring.replayed.push_back(step_seconds(*replay(*run)));
            const double after = step_seconds(*measured_run(ring_of(2, overlap), stop));
            ring.ratios.push_back(ring.replayed.back() * 2 / (before + after));
            before = after;
        }
    }
    for (const Measured& ring : rings)
        results.push_back({{"ranks", ring.ranks},
                           {"overlap", overlap},
                           {"measured_step_seconds", median(ring.measured)},
                           {"replayed_step_seconds", median(ring.replayed)},
                           {"replayed_over_own_core", median(ring.ratios)}});
}

}  // namespace

nlohmann::ordered_json bench_replay(std::stop_token stop) {
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    for (const bool overlap : {false, true}) measure(overlap, stop, report["results"]);
    return report;
}

}  // namespace ringscope

// What a ring costs: the same work on the same cores, split over more and more ranks.
//
//   problem        ring                 causal      ranks
//   Hybrid         Hybrid               no          1, 2, 4, 8
//   Many ranks     Hybrid, Ring (V3)    no, yes     1, 16, 32, 64
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/bench/bench.h"
#include "app/bench/bench_run.h"
#include "engine/experiment/scenarios.h"

namespace ringscope {

namespace {

struct Row {
    const char* problem;  // scenarios
    const char* ring;
    bool causal;
    std::vector<int> ranks;  // the first is what the others are compared with
    int rounds;              // odd: the median is a measurement
};

std::vector<Row> rows() {
    std::vector<Row> rows{{"Hybrid", "Hybrid", false, {1, 2, 4, 8}, 7}};
    for (const char* ring : {"Hybrid", "Ring (V3)"})
        for (const bool causal : {false, true})
            rows.push_back({"Many ranks", ring, causal, {1, 16, 32, 64}, 5});
    return rows;
}

/// Ring sizes take turns, and each round's ratio is taken within the round: a slow moment falls on all of
/// them alike.
void measure(const Row& row, std::stop_token stop, nlohmann::ordered_json& results) {
    Experiment experiment = find_scenario(row.problem)->experiment;
    experiment.ring = find_scenario(row.ring)->experiment.ring;
    experiment.problem.causal = row.causal;
    struct Measured {
        int threads = 0;
        std::vector<double> seconds;  // one per round
        std::vector<double> ratios;
    };
    std::vector<Measured> measured(row.ranks.size());
    for (int round = 0; round < row.rounds; ++round)
        for (size_t i = 0; i < row.ranks.size(); ++i) {
            experiment.ring.ranks = row.ranks[i];
            const auto run = measured_run(experiment, stop);
            measured[i].threads = run->threads;
            measured[i].seconds.push_back(run->metrics.seconds);
            measured[i].ratios.push_back(run->metrics.seconds / measured[0].seconds.back());
        }
    for (size_t i = 0; i < row.ranks.size(); ++i)
        results.push_back({{"problem", row.problem},
                           {"ring", row.ring},
                           {"causal", row.causal},
                           {"ranks", row.ranks[i]},
                           {"threads", measured[i].threads},
                           {"seconds", median(measured[i].seconds)},
                           {"ratio_to_one_rank", median(measured[i].ratios)}});
}

}  // namespace

nlohmann::ordered_json bench_ring(std::stop_token stop) {
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    for (const Row& row : rows()) measure(row, stop, report["results"]);
    return report;
}

}  // namespace ringscope

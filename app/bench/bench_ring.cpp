#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/bench/bench.h"
#include "app/bench/bench_run.h"
#include "engine/experiment/scenarios.h"

namespace ringscope {

namespace {

constexpr int kRanks[] = {1, 2, 4, 8};
constexpr int kRounds = 7;  // odd: the median is a measurement

struct Measured {
    int ranks;
    int threads = 0;
    std::vector<double> seconds;  // one a round
};

}  // namespace

/// Ring sizes take turns, and each round's ratio is taken within the round: a slow moment falls on all of
/// them alike.
nlohmann::ordered_json bench_ring(std::stop_token stop) {
    Experiment experiment = find_scenario("Hybrid")->experiment;
    std::vector<Measured> table;
    for (int ranks : kRanks) table.push_back({ranks, 0, {}});
    for (int round = 0; round < kRounds; ++round)
        for (Measured& row : table) {
            experiment.ring.ranks = row.ranks;
            const auto run = measured_run(experiment, stop);
            row.threads = run->threads;
            row.seconds.push_back(run->metrics.seconds);
        }
    const auto median = [](std::vector<double> values) {
        std::nth_element(values.begin(), values.begin() + kRounds / 2, values.end());
        return values[kRounds / 2];
    };
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    for (const Measured& row : table) {
        std::vector<double> ratios;
        for (int round = 0; round < kRounds; ++round)
            ratios.push_back(row.seconds[round] / table[0].seconds[round]);
        report["results"].push_back({{"ranks", row.ranks},
                                     {"threads", row.threads},
                                     {"seconds", median(row.seconds)},
                                     {"ratio_to_one_rank", median(ratios)}});
    }
    return report;
}

}  // namespace ringscope

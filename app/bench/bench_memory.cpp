#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/bench/bench.h"
#include "app/bench/bench_run.h"
#include "engine/experiment/scenarios.h"

namespace ringscope {

namespace {
constexpr auto kTravelling = static_cast<size_t>(Purpose::travelling_kv);
}

/// Of each figure the largest of all ranks.
nlohmann::ordered_json bench_memory(std::stop_token stop) {
    Experiment experiment = find_scenario("Hybrid")->experiment;
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    for (Strategy strategy : {Strategy::ring, Strategy::all_gather})
        for (int64_t seq_len : {4096, 8192})
            for (int ranks : {1, 2, 4, 8}) {
                experiment.ring.strategy = strategy;
                experiment.ring.ranks = ranks;
                experiment.problem.seq_len = seq_len;
                const auto run = measured_run(experiment, stop);
                int64_t measured = 0, predicted = 0, travelling = 0;
                for (const RankMetrics& rank : run->metrics.ranks) {
                    measured = std::max(measured, rank.peak_bytes);
                    predicted = std::max(predicted, rank.predicted_peak_bytes);
                    travelling = std::max(travelling, rank.peak_by_purpose[kTravelling]);
                }
                const double ratio = static_cast<double>(measured) / static_cast<double>(predicted);
                report["results"].push_back({{"strategy", name_of(strategy)},
                                             {"ranks", ranks},
                                             {"seq_len", seq_len},
                                             {"measured_bytes", measured},
                                             {"predicted_bytes", predicted},
                                             {"measured_over_predicted", ratio},
                                             {"travelling_bytes", travelling}});
            }
    return report;
}

}  // namespace ringscope

#include <nlohmann/json.hpp>
#include <thread>

#include "app/bench/bench.h"
#include "engine/base/error.h"
#include "engine/cpu/attention_bench.h"

namespace ringscope {

nlohmann::ordered_json bench_attention_kernels(std::stop_token stop) {
    const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    nlohmann::ordered_json report{{"peak_gflops", nlohmann::ordered_json::object()},
                                  {"results", nlohmann::ordered_json::array()}};
    // Case by case, so that Ctrl-C is heard between them.
    for (const AttentionBenchCase& setting : attention_bench_cases(threads)) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
        const AttentionBenchTable table = bench_attention({setting}, {});
        for (const AttentionBenchPeak& peak : table.peaks) {
            auto& best =
                report["peak_gflops"][name_of(peak.dtype)][std::to_string(peak.threads) + "_threads"];
            best = std::max(best.is_null() ? 0 : best.get<double>(), peak.gflops_per_second);
        }
        for (const AttentionBenchResult& result : table.results)
            report["results"].push_back({{"kernel", result.kernel},
                                         {"dtype", name_of(setting.dtype)},
                                         {"head_dim", setting.head_dim},
                                         {"segment_length", setting.segment_length},
                                         {"dilation_rate", setting.dilation_rate},
                                         {"causal", setting.causal},
                                         {"threads", setting.threads},
                                         {"gflops_per_second", result.gflops_per_second},
                                         {"fraction_of_peak", result.fraction_of_peak},
                                         {"fraction_min", result.fraction_min},
                                         {"fraction_max", result.fraction_max}});
    }
    return report;
}

}  // namespace ringscope

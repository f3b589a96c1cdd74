#include <nlohmann/json.hpp>

#include "app/bench/bench.h"
#include "engine/base/error.h"
#include "engine/cpu/kernels/machine_peak.h"
#include "engine/experiment/experiment.h"
#include "engine/host/machine.h"

namespace ringscope {

namespace {

constexpr double kSeconds = 0.1;  // of each measurement

}  // namespace

nlohmann::ordered_json bench_peak(std::stop_token stop) {
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    const int cores = usable_cores();
    for (const int threads : cores > 1 ? std::vector{1, cores} : std::vector{1}) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
        const auto add = [&](DType dtype, double rate) {
            if (rate > 0)
                report["results"].push_back(
                    {{"dtype", name_of(dtype)}, {"threads", threads}, {"gflops_per_second", rate}});
        };
        add(DType::f32, measure_f32_peak(threads, kSeconds));
        add(DType::bf16, measure_bf16_peak(threads, kSeconds));
    }
    return report;
}

}  // namespace ringscope

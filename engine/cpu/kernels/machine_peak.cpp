#include "engine/cpu/kernels/machine_peak.h"

#include <atomic>
#include <chrono>

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/host/timed_threads.h"

namespace ringscope {

namespace {

using Clock = std::chrono::steady_clock;

double measure(double (*multiply_add)(int64_t rounds), int threads, double seconds) {
    constexpr int64_t kRounds = 20000;  // well under a millisecond between looks at the clock
    std::atomic<double> flops = 0;
    const double elapsed = seconds_together(threads, [&](int) {
        const Clock::time_point end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                                         std::chrono::duration<double>(seconds));
        double mine = 0;
        do {
            mine += multiply_add(kRounds);
        } while (Clock::now() < end);
        flops += mine;
    });
    return flops / elapsed * 1e-9;
}

}  // namespace

double measure_f32_peak(int threads, double seconds) {
    for (const CpuKernel& kernel : cpu_kernels()) {
        if (kernel.usable() && kernel.multiply_add_f32 != nullptr)
            return measure(kernel.multiply_add_f32, threads, seconds);
    }
    return 0;
}

double measure_bf16_peak(int threads, double seconds) {
    for (const CpuKernel& kernel : cpu_kernels()) {
        if (kernel.usable() && kernel.multiply_add_bf16 != nullptr)
            return measure(kernel.multiply_add_bf16, threads, seconds);
    }
    return 0;
}

}  // namespace ringscope

#include "engine/cpu/attention_bench.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/cpu/kernels/machine_peak.h"

namespace ringscope {
namespace {

AttentionBenchOptions quick() {
    AttentionBenchOptions options;
    options.repetitions = 3;
    options.seconds_a_repetition = 1e-4;
    return options;
}

TEST(AttentionBench, GivesEachCaseItsRateAndItsPeak) {
    std::vector<AttentionBenchCase> cases;
    for (const DType dtype : {DType::f32, DType::bf16}) {
        for (const int threads : {1, 3}) {
            cases.push_back({dtype, 24, 100, 3, true, threads});  // neither divides the other
            cases.push_back({dtype, 16, 300, 1, false, threads});
        }
    }
    const AttentionBenchTable table = bench_attention(cases, quick());
    ASSERT_EQ(table.results.size(), cases.size());
    EXPECT_EQ(table.peaks.size(), 4u);  // two dtypes, two numbers of threads
    for (size_t i = 0; i < cases.size(); ++i) {
        const AttentionBenchResult& result = table.results[i];
        EXPECT_EQ(result.setting.head_dim, cases[i].head_dim);
        EXPECT_EQ(result.setting.threads, cases[i].threads);
        EXPECT_EQ(result.kernel, choose_cpu_kernel("auto", cases[i].dtype).name);
        EXPECT_TRUE(std::isfinite(result.gflops_per_second) && result.gflops_per_second > 0);
        EXPECT_LE(result.fraction_min, result.fraction_of_peak);
        EXPECT_LE(result.fraction_of_peak, result.fraction_max);
    }
    for (const AttentionBenchPeak& peak : table.peaks) EXPECT_GT(peak.gflops_per_second, 0);
}

TEST(AttentionBench, UsesTheKernelThatIsAskedFor) {
    AttentionBenchOptions options = quick();
    options.kernel = "portable";
    const AttentionBenchTable table = bench_attention({{DType::f16, 8, 16, 1, false, 1}}, options);
    EXPECT_EQ(table.results[0].kernel, "portable");
    options.kernel = "abacus";
    EXPECT_THROW(bench_attention({{DType::f32, 8, 16, 1, false, 1}}, options), Error);
}

TEST(AttentionBench, TableCoversWhatItPromises) {
    const std::vector<AttentionBenchCase> cases = attention_bench_cases(4);
    const auto covers = [&](auto&& matches) {
        for (const AttentionBenchCase& one : cases) {
            if (matches(one)) return true;
        }
        return false;
    };
    for (const int threads : {1, 4}) {
        for (const int head_dim : {32, 64, 96, 128, 256}) {
            for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
                for (const bool causal : {false, true}) {
                    EXPECT_TRUE(covers([&](const AttentionBenchCase& c) {
                        return c.threads == threads && c.head_dim == head_dim && c.dtype == dtype &&
                               c.causal == causal && c.segment_length == 2048 && c.dilation_rate == 1;
                    }));
                }
            }
        }
        for (const int64_t rate : {1, 2, 4, 16}) {
            EXPECT_TRUE(covers([&](const AttentionBenchCase& c) {
                return c.threads == threads && c.dilation_rate == rate && c.segment_length == 2048 * rate;
            }));
        }
    }
}

TEST(MachinePeak, IsPositiveWhereTheProcessorHasTheInstructions) {
    EXPECT_GT(measure_f32_peak(1, 1e-4), 0);
    EXPECT_GT(measure_f32_peak(3, 1e-4), 0);
    bool dot_products = false;
    for (const CpuKernel& kernel : cpu_kernels()) {
        dot_products |= kernel.usable() && kernel.multiply_add_bf16 != nullptr;
    }
    EXPECT_EQ(measure_bf16_peak(1, 1e-4) > 0, dot_products);
}

}  // namespace
}  // namespace ringscope

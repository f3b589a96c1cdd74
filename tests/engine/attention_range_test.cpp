// Scores and values at the ends of their range: exact where softmax is, never NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/engine/attention_case.h"

namespace ringscope {
namespace {

/// One query of one element, scale 1: score j is query * keys[j].
Case scalar_case(DType dtype, float query, const std::vector<float>& keys, const std::vector<float>& values) {
    const auto count = static_cast<int64_t>(keys.size());
    const std::vector<RowRun> rows = {{0, 1, 0, 1, count}};
    Case c{dtype,
           1,
           1,
           false,
           Accumulator::lse,
           {{0, 1, 0, 1, 1}},
           {rows},
           Rows(dtype, 1, 1, 1),
           Rows(dtype, 1, 1, count),
           Rows(dtype, 1, 1, count)};
    c.q.set(0, 0, query);
    for (int64_t i = 0; i < count; ++i) {
        c.k.set(i, 0, keys[static_cast<size_t>(i)]);
        c.v.set(i, 0, values[static_cast<size_t>(i)]);
    }
    return c;
}

TEST(AttentionRange, PeakedSoftmaxIsExact) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        if (!kernel.supports(DType::f32)) continue;
        for (const float peak : {200.0f, 1e4f, 1e9f, 1e30f}) {
            std::vector<float> keys(300), values(300);
            for (size_t i = 0; i < keys.size(); ++i)
                keys[i] = i % 2 == 0 ? -peak : 0, values[i] = static_cast<float>(i);
            keys[217] = peak;
            Output out = run_kernel(kernel, scalar_case(DType::f32, 1, keys, values));
            EXPECT_EQ(out.o[0], 217) << kernel.name << " " << peak;
            EXPECT_NEAR(out.lse[0], peak, 0x1p-22 * peak);
            keys[9] = peak;  // a tie: half each
            out = run_kernel(kernel, scalar_case(DType::f32, 1, keys, values));
            EXPECT_EQ(out.o[0], (217 + 9) / 2.0f) << kernel.name << " " << peak;
            for (float& key : keys) key = -peak;  // all alike, all very negative
            out = run_kernel(kernel, scalar_case(DType::f32, 1, keys, values));
            EXPECT_NEAR(out.o[0], 149.5f, 300 * kUnit * 149.5) << kernel.name << " " << peak;
        }
        const Output one = run_kernel(kernel, scalar_case(DType::f32, 1, {-31.7f}, {0.1f}));
        EXPECT_EQ(one.o[0], 0.1f);
    }
}

TEST(AttentionRange, NoNaNFromFiniteInputs) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        // BF16's largest, which F32 has too.
        constexpr float kLargest = 0x1.fep127f;
        for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
            for (const float q : {1e30f, -1e30f, kLargest, -kLargest, 1e-38f, -0.0f}) {
                Case c = scalar_case(first_dtype(kernel), q,
                                     {1e30f, -1e30f, kLargest, -kLargest, 0.0f, 1e-45f}, {1, 2, 3, 4, 5, 6});
                c.accumulator = accumulator;
                c.keys.push_back(c.keys[0]);  // and once more on top of what the first call carried
                const Output out = run_kernel(kernel, c);
                EXPECT_TRUE(std::isfinite(out.o[0])) << kernel.name << " " << q;
                EXPECT_FALSE(std::isnan(out.lse[0])) << kernel.name << " " << q;
            }
        }
    }
}

}  // namespace
}  // namespace ringscope

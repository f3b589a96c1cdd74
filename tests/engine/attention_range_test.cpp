// Scores and values at the ends of their range: exact where softmax is, never NaN.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <string>

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

TEST(AttentionRange, NoNaNFromFiniteScores) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        // BF16's largest, which F32 has too.
        constexpr float kLargest = 0x1.fep127f;
        for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
            for (const float q : {1.0f, -1.0f, 0.25f, -0.25f, 1e-38f, -0.0f}) {
                Case c = scalar_case(first_dtype(kernel), q,
                                     {1e30f, -1e30f, kLargest, -kLargest, 0.0f, 1e-45f}, {1, 2, 3, 4, 5, 6});
                if (std::abs(q) == 1.0f) c.scale = 0.25f;
                c.accumulator = accumulator;
                c.keys.push_back(c.keys[0]);  // and once more on top of what the first call carried
                const Output out = run_kernel(kernel, c);
                EXPECT_TRUE(std::isfinite(out.o[0])) << kernel.name << " " << q;
                EXPECT_FALSE(std::isnan(out.lse[0])) << kernel.name << " " << q;
            }
        }
    }
}

/// `n` causal queries and keys of `dim` elements, all alike; two calls, of all keys each.
Case causal_case(DType dtype, Accumulator accumulator, int dim, int64_t n) {
    const std::vector<RowRun> rows = {{0, 1, 0, 1, n}};
    Case c{dtype,
           dim,
           1,
           true,
           accumulator,
           rows,
           {rows, rows},
           Rows(dtype, dim, dim, n),
           Rows(dtype, dim, dim, n),
           Rows(dtype, dim, dim, n)};
    for (Rows* tensor : {&c.q, &c.k, &c.v})
        for (int64_t row = 0; row < n; ++row)
            for (int x = 0; x < dim; ++x) tensor->set(row, x, 0.125f);
    return c;
}

struct Settings {
    CpuKernel kernel;
    DType dtype;
    Accumulator accumulator;
};

std::vector<Settings> all_settings() {
    std::vector<Settings> all;
    for (const CpuKernel& kernel : kernels_under_test())
        for (const DType dtype : kDTypes)
            for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax})
                if (kernel.supports(dtype)) all.push_back({kernel, dtype, accumulator});
    return all;
}

/// Of an answer whose sum of weights is carried apart: what comes of it in the end.
float finished(const Output& out, int64_t row, int x) {
    const float o = out.o[static_cast<size_t>(row * out.stride + x)];
    return out.sum.empty() ? o : o / out.sum[static_cast<size_t>(row)];
}

float finished_lse(const Output& out, int64_t row) {
    const auto at = static_cast<size_t>(row);
    return out.sum.empty() ? out.lse[at] : out.lse[at] + std::log(out.sum[at]);
}

TEST(AttentionRange, WhatIsNotANumberReachesEveryRowThatSeesItAndNoOther) {
    constexpr int kDim = 5;
    constexpr int64_t kQueries = 70, kBad = 37;
    const float bad[] = {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity};
    for (const Settings& s : all_settings())
        for (const float value : bad)
            for (const char tensor : {'q', 'k', 'v'}) {
                SCOPED_TRACE(std::string(s.kernel.name) + " " + tensor + " " + std::to_string(value));
                Case c = causal_case(s.dtype, s.accumulator, kDim, kQueries);
                (tensor == 'q' ? c.q : tensor == 'k' ? c.k : c.v).set(kBad, 2, value);
                const Output out = run_kernel(s.kernel, c);
                for (int64_t row = 0; row < kQueries; ++row) {
                    const bool touched = tensor == 'q' ? row == kBad : row >= kBad;
                    for (int x = 0; x < kDim; ++x) {
                        const float o = finished(out, row, x);
                        if (tensor == 'v' && touched && x == 2)
                            EXPECT_TRUE(std::isnan(value) ? std::isnan(o) : o == value) << row << " " << o;
                        else if (tensor == 'v' || !touched)
                            EXPECT_NEAR(o, 0.125f, 1e-3) << row << " " << x;
                        else if (std::isnan(value) || value > 0)
                            EXPECT_TRUE(std::isnan(o)) << row << " " << o;
                        else if (tensor == 'k')  // a score of -infinity: no weight
                            EXPECT_NEAR(o, 0.125f, 1e-3) << row << " " << x;
                        else  // nothing but scores of -infinity
                            EXPECT_TRUE(finished_lse(out, row) == -kInfinity || std::isnan(o))
                                << row << " " << o;
                    }
                    const bool lse_is_nan = touched && tensor != 'v' && !(value < 0);
                    EXPECT_EQ(std::isnan(finished_lse(out, row)), lse_is_nan) << row;
                }
            }
}

TEST(AttentionRange, NothingButNaNIsNoRowWithoutKeys) {
    for (const Settings& s : all_settings()) {
        Case c = causal_case(s.dtype, s.accumulator, 3, 20);
        for (int64_t row = 0; row < 20; ++row) c.k.set(row, 1, std::numeric_limits<float>::quiet_NaN());
        const Output out = run_kernel(s.kernel, c);
        for (int64_t row = 0; row < 20; ++row) {
            EXPECT_TRUE(std::isnan(finished(out, row, 0))) << s.kernel.name;
            EXPECT_TRUE(std::isnan(finished_lse(out, row))) << s.kernel.name;
        }
    }
}

/// Scores of some thousands, F32: the relative error of the answer over several random problems.
TEST(AttentionRange, ScoresInTheThousandsKeepFiveDigits) {
    constexpr int kDim = 128;
    constexpr int64_t kKeys = 256, kQueries = 64;
    constexpr double kAllowed = 1e-5;
    for (const CpuKernel& kernel : kernels_under_test()) {
        if (!kernel.supports(DType::f32)) continue;
        std::vector<double> errors;
        for (uint32_t seed = 0; seed < 16; ++seed) {
            std::mt19937 random(seed);
            std::normal_distribution<float> normal;
            const std::vector<RowRun> queries = {{0, 1, 0, 1, kQueries}}, keys = {{0, 1, 0, 1, kKeys}};
            Case c{DType::f32,
                   kDim,
                   0.088388f,  // 1 / sqrt(kDim): scores of a standard deviation of 1000
                   false,
                   Accumulator::lse,
                   queries,
                   {keys},
                   Rows(DType::f32, kDim, kDim, kQueries),
                   Rows(DType::f32, kDim, kDim, kKeys),
                   Rows(DType::f32, kDim, kDim, kKeys)};
            const auto large = [&] { return normal(random) * 32; };
            c.q.fill(queries, large);
            c.k.fill(keys, large);
            c.v.fill(keys, [&] { return normal(random); });
            const Output out = run_kernel(kernel, c);
            double square_error = 0, square = 0;
            for (int64_t row = 0; row < kQueries; ++row) {
                const std::vector<double> wanted = exact_output(c, row, row);
                for (int x = 0; x < kDim; ++x) {
                    const double error =
                        out.o[static_cast<size_t>(row * out.stride + x)] - wanted[static_cast<size_t>(x)];
                    square_error += error * error;
                    square += wanted[static_cast<size_t>(x)] * wanted[static_cast<size_t>(x)];
                }
            }
            errors.push_back(std::sqrt(square_error / square));
        }
        std::sort(errors.begin(), errors.end());
        const double median = errors[errors.size() / 2];
        std::printf("  %s: median %.2e, largest %.2e\n", kernel.name, median, errors.back());
        EXPECT_LT(median, kAllowed) << kernel.name;
        // Without a fused multiply-add every product is rounded as well.
        const bool fused = std::string(kernel.name).starts_with("avx");
        EXPECT_LT(errors.back(), fused ? kAllowed : 3 * kAllowed) << kernel.name;
    }
}

}  // namespace
}  // namespace ringscope

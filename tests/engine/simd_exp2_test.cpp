// The kernels' exponential keeps its stated error bound over its whole range, in every build that can run
// here.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace ringscope {

namespace probe_portable {
extern const float kExp2Bound;
void exp2_all(const float* x, float* result, int64_t count);
}  // namespace probe_portable
#ifdef RINGSCOPE_X86_KERNELS
namespace probe_avx2 {
extern const float kExp2Bound;
void exp2_all(const float* x, float* result, int64_t count);
}  // namespace probe_avx2
#endif

namespace {

using Exp2All = void (*)(const float* x, float* result, int64_t count);

std::vector<Exp2All> probes() {
    std::vector<Exp2All> all = {probe_portable::exp2_all};
#ifdef RINGSCOPE_X86_KERNELS
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(probe_avx2::exp2_all);
#endif
    return all;
}

double relative_error(float x, float result) {
    const double exact = std::exp2(static_cast<double>(x));
    return std::abs(result - exact) / exact;
}

constexpr int64_t kBatch = 1 << 12;

/// Every `step`-th float between two of the same sign, by bit pattern: so over all magnitudes alike.
template <typename Visit>
void for_each_float(float from, float to, uint32_t step, const Visit& visit) {
    const auto last = std::bit_cast<uint32_t>(to);
    std::vector<float> batch;
    for (auto bits = std::bit_cast<uint32_t>(from); bits <= last; bits += step) {
        batch.push_back(std::bit_cast<float>(bits));
        if (batch.size() == kBatch) visit(batch), batch.clear();
    }
    if (!batch.empty()) batch.resize(kBatch, to), visit(batch);
}

TEST(SimdExp2, KeepsItsErrorBoundOverTheWholeRange) {
    for (const Exp2All exp2_all : probes()) {
        double worst = 0;
        std::vector<float> result(kBatch);
        const auto visit = [&](const std::vector<float>& x) {
            exp2_all(x.data(), result.data(), kBatch);
            for (size_t i = 0; i < x.size(); ++i) worst = std::max(worst, relative_error(x[i], result[i]));
        };
        for_each_float(-0x1p-30f, -126.0f, 101, visit);
        for_each_float(0x1p-30f, 127.0f, 101, visit);
        for_each_float(-0.0f, -0x1p-30f, 100003, visit);
        // Where the nearest integer changes.
        for (int n = -126; n < 127; ++n) {
            const float half = static_cast<float>(n) + 0.5f;
            std::vector<float> x(kBatch, half);
            float up = half, down = half;
            for (size_t i = 0; i + 1 < x.size(); i += 2) {
                x[i] = up = std::nextafterf(up, 1000.0f);
                x[i + 1] = down = std::nextafterf(down, -1000.0f);
            }
            visit(x);
        }
        EXPECT_LE(worst, probe_portable::kExp2Bound);
        EXPECT_GT(worst, probe_portable::kExp2Bound / 4);  // the bound says something
    }
}

TEST(SimdExp2, IsExactWhereItMustBe) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const Exp2All exp2_all : probes()) {
        std::vector<float> x(kBatch, 0), result(kBatch);
        for (int n = -126; n < 128; ++n) x[static_cast<size_t>(n + 126)] = static_cast<float>(n);
        exp2_all(x.data(), result.data(), kBatch);
        for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(result[i], std::exp2(x[i])) << x[i];
        const float zeros[] = {
            -kInfinity, std::nextafterf(-126.0f, -kInfinity), -127.0f, -150.0f, -1e4f, -0x1p23f, -0x1p31f,
            -1e30f,     std::numeric_limits<float>::lowest()};
        x.assign(kBatch, -1000.0f);
        std::copy(std::begin(zeros), std::end(zeros), x.begin());
        exp2_all(x.data(), result.data(), kBatch);
        for (size_t i = 0; i < x.size(); ++i) {
            EXPECT_EQ(std::bit_cast<uint32_t>(result[i]), 0u) << x[i];
        }
        // Every NaN, whatever its fraction says.
        for (size_t i = 0; i < x.size(); ++i)
            x[i] = std::bit_cast<float>(0x7fc00000u | static_cast<uint32_t>(i * 7919) |
                                        (i % 2 ? 0x80000000u : 0));
        exp2_all(x.data(), result.data(), kBatch);
        for (size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(std::isnan(result[i])) << i;
    }
}

}  // namespace
}  // namespace ringscope

#include "engine/run/tensor_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "engine/experiment/dtype.h"
#include "engine/run/philox.h"

namespace ringscope {
namespace {

Problem small_problem(DType dtype = DType::f32) {
    Problem problem;
    problem.batch = 2;
    problem.seq_len = 23;
    problem.heads = 3;
    problem.kv_heads = 1;
    problem.head_dim = 5;
    problem.dtype = dtype;
    return problem;
}

std::vector<float> whole(const Problem& problem, const TensorSource& source, InputTensor tensor,
                         int batch_index) {
    const int64_t heads = tensor == InputTensor::q ? problem.heads : problem.kv_heads;
    std::vector<float> values(static_cast<size_t>(problem.seq_len * heads * problem.head_dim));
    source.read(tensor, batch_index, {0, 1, problem.seq_len}, values.data());
    return values;
}

// Known answers of Random123's philox4x32, 10 rounds.
TEST(Philox, KnownAnswers) {
    const auto draw = [](std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
        PhiloxBatch<1> batch;
        for (size_t w = 0; w < 4; ++w) batch.word[w][0] = counter[w];
        philox4x32_10(batch, key);
        return std::array<uint32_t, 4>{batch.word[0][0], batch.word[1][0], batch.word[2][0],
                                       batch.word[3][0]};
    };
    using Words = std::array<uint32_t, 4>;
    EXPECT_EQ(draw({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(draw({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
              (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(draw({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(GeneratedSource, AnyRunInAnyOrderGivesTheSameValues) {
    const Problem problem = small_problem();
    const auto source = make_generated_source(problem, 7);
    for (const InputTensor tensor : {InputTensor::q, InputTensor::k, InputTensor::v}) {
        const int64_t row = (tensor == InputTensor::q ? problem.heads : problem.kv_heads) * problem.head_dim;
        for (int batch_index = 1; batch_index >= 0; --batch_index) {
            const std::vector<float> all = whole(problem, *source, tensor, batch_index);
            for (const TokenRun run : {TokenRun{22, 1, 1}, TokenRun{3, 4, 5}, TokenRun{1, 1, 20}}) {
                std::vector<float> part(static_cast<size_t>(run.count * row));
                source->read(tensor, batch_index, run, part.data());
                for (int64_t i = 0; i < run.count; ++i)
                    for (int64_t c = 0; c < row; ++c)
                        ASSERT_EQ(part[static_cast<size_t>(i * row + c)],
                                  all[static_cast<size_t>(run.at(i) * row + c)]);
            }
        }
    }
}

TEST(GeneratedSource, TensorsBatchesAndSeedsDiffer) {
    const Problem problem = small_problem();
    const auto one = make_generated_source(problem, 1);
    const auto other = make_generated_source(problem, uint64_t{1} << 32);
    std::set<std::vector<float>> seen;
    for (const auto* source : {one.get(), other.get()})
        for (const InputTensor tensor : {InputTensor::q, InputTensor::k, InputTensor::v})
            for (int batch_index = 0; batch_index < 2; ++batch_index)
                EXPECT_TRUE(seen.insert(whole(problem, *source, tensor, batch_index)).second);
}

TEST(GeneratedSource, IsStandardNormal) {
    Problem problem = small_problem();
    problem.seq_len = 20000;
    const auto source = make_generated_source(problem, 3);
    const std::vector<float> values = whole(problem, *source, InputTensor::q, 0);
    const auto n = static_cast<double>(values.size());
    double mean = 0, square = 0, fourth = 0, neighbours = 0;
    int within_one = 0, beyond_three = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        const double x = values[i];
        ASSERT_TRUE(std::isfinite(x));
        mean += x / n;
        square += x * x / n;
        fourth += x * x * x * x / n;
        neighbours += x * values[(i + 1) % values.size()] / n;
        within_one += std::abs(x) < 1;
        beyond_three += std::abs(x) > 3;
    }
    // Five standard errors of each statistic for n = 300000.
    EXPECT_NEAR(mean, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(square, 1, 5 * std::sqrt(2 / n));
    EXPECT_NEAR(fourth, 3, 5 * std::sqrt(96 / n));
    EXPECT_NEAR(neighbours, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(within_one / n, 0.682689, 5 * std::sqrt(0.2166 / n));
    EXPECT_NEAR(beyond_three / n, 0.0026998, 5 * std::sqrt(0.0027 / n));
}

// The values are the same on every machine: a change of them changes everybody's runs.
TEST(GeneratedSource, MatchesBoxMullerInDoublePrecision) {
    Problem problem = small_problem();
    problem.seq_len = 4096;
    problem.heads = 1;
    problem.head_dim = 4;
    const auto source = make_generated_source(problem, 5);
    const std::vector<float> values = whole(problem, *source, InputTensor::q, 0);
    for (uint32_t block = 0; block < 4096; ++block) {
        PhiloxBatch<1> batch{{{block}, {0}, {0}, {0}}};
        philox4x32_10(batch, {5, 0});
        for (int pair = 0; pair < 2; ++pair) {
            const double u = ((batch.word[2 * pair][0] >> 8) + 0.5) / 16777216.0;
            const double angle = batch.word[2 * pair + 1][0] / 4294967296.0 * 6.283185307179586;
            const double radius = std::sqrt(-2 * std::log(u));
            const size_t at = 4 * size_t{block} + 2 * static_cast<size_t>(pair);
            ASSERT_NEAR(values[at], radius * std::cos(angle), 3e-6) << block;
            ASSERT_NEAR(values[at + 1], radius * std::sin(angle), 3e-6) << block;
        }
    }
}

TEST(GeneratedSource, HalfTypesAreTheRoundedValues) {
    const Problem f32 = small_problem();
    const std::vector<float> exact = whole(f32, *make_generated_source(f32, 9), InputTensor::q, 1);
    for (const DType dtype : {DType::f16, DType::bf16}) {
        const Problem problem = small_problem(dtype);
        std::vector<uint16_t> bits(exact.size());
        make_generated_source(problem, 9)->read(InputTensor::q, 1, {0, 1, problem.seq_len}, bits.data());
        for (size_t i = 0; i < bits.size(); ++i)
            ASSERT_EQ(bits[i], dtype == DType::f16 ? f16_from_f32(exact[i]) : bf16_from_f32(exact[i]));
    }
}

TEST(MemorySource, ReadsRowsWhereTheyLie) {
    const Problem problem = small_problem(DType::bf16);
    const auto elements = [&](int heads) {
        return static_cast<size_t>(problem.batch * problem.seq_len * heads * problem.head_dim);
    };
    std::vector<uint16_t> q(elements(problem.heads)), k(elements(problem.kv_heads)),
        v(elements(problem.kv_heads));
    for (size_t i = 0; i < q.size(); ++i) q[i] = static_cast<uint16_t>(i);
    for (size_t i = 0; i < k.size(); ++i)
        k[i] = static_cast<uint16_t>(5000 + i), v[i] = static_cast<uint16_t>(9000 + i);
    const auto source = make_memory_source(problem, q.data(), k.data(), v.data());
    std::vector<uint16_t> rows(2 * 15);
    source->read(InputTensor::q, 1, {4, 7, 2}, rows.data());
    EXPECT_EQ(rows[0], (23 + 4) * 15);
    EXPECT_EQ(rows[15], (23 + 11) * 15);
    source->read(InputTensor::v, 0, {21, 1, 2}, rows.data());
    EXPECT_EQ(rows[0], 9000 + 21 * 5);
    EXPECT_EQ(rows[9], 9000 + 23 * 5 - 1);
}

}  // namespace
}  // namespace ringscope

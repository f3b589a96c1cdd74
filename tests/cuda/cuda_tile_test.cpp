// The CUDA kernels' own tile code, run by the emulated warps of host_warp.h through whole rings, against
// float64.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "engine/cuda/kernels/fma_tile.h"
#include "engine/cuda/kernels/tensor_core_tile.h"
#include "tests/cuda/host_ring.h"
#include "tests/cuda/host_warp.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

/// Standard normal values in a dtype, and what they are as doubles.
struct Values {
    std::vector<unsigned char> bytes;
    std::vector<double> doubles;
};

Values random_values(std::mt19937& random, DType dtype, int64_t count, double spread) {
    std::normal_distribution<float> normal(0, static_cast<float>(spread));
    Values values;
    const auto append = [&](auto stored) {
        const auto* raw = reinterpret_cast<const unsigned char*>(&stored);
        values.bytes.insert(values.bytes.end(), raw, raw + sizeof stored);
    };
    for (int64_t i = 0; i < count; ++i) {
        const float x = normal(random);
        if (dtype == DType::f32) {
            append(x);
            values.doubles.push_back(x);
        } else {
            const uint16_t bits = dtype == DType::f16 ? f16_from_f32(x) : bf16_from_f32(x);
            append(bits);
            values.doubles.push_back(dtype == DType::f16 ? f32_from_f16(bits) : f32_from_bf16(bits));
        }
    }
    return values;
}

struct Answer {
    std::vector<double> o;
    double lse = -INFINITY;
};

/// The definition, over all patterns that hold for the head.
Answer reference(const Problem& problem, const Values& q, const Values& k, const Values& v, int batch,
                 int head, int64_t query) {
    const auto row = [&](const Values& x, int heads, int64_t token, int h) {
        return &x.doubles[static_cast<size_t>(((batch * problem.seq_len + token) * heads + h) *
                                              problem.head_dim)];
    };
    const auto d = static_cast<size_t>(problem.head_dim);
    std::vector<double> scores;
    std::vector<int64_t> keys;
    for (const Pattern& pattern : problem.patterns) {
        if (std::find(pattern.heads.begin(), pattern.heads.end(), head) == pattern.heads.end()) continue;
        for (int64_t key = 0; key < problem.seq_len; ++key) {
            if (!problem.allowed(pattern, query, key)) continue;
            double dot = 0;
            for (size_t c = 0; c < d; ++c)
                dot += row(q, problem.heads, query, head)[c] *
                       row(k, problem.kv_heads, key, problem.kv_head_of(head))[c];
            scores.push_back(dot * problem.softmax_scale);
            keys.push_back(key);
        }
    }
    Answer answer{std::vector<double>(d, 0.0), -INFINITY};
    if (scores.empty()) return answer;
    const double most = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (size_t i = 0; i < scores.size(); ++i) {
        const double p = std::exp(scores[i] - most);
        sum += p;
        for (size_t c = 0; c < d; ++c)
            answer.o[c] += p * row(v, problem.kv_heads, keys[i], problem.kv_head_of(head))[c];
    }
    for (double& x : answer.o) x /= sum;
    answer.lse = most + std::log(sum);
    return answer;
}

/// Relative error of o over all rows, and largest error of lse, that rounding may make.
struct Tolerance {
    double o, lse;
};
Tolerance tolerance_of(DType dtype) {
    if (dtype == DType::f32) return {1e-5, 1e-4};
    return dtype == DType::f16 ? Tolerance{1.5e-3, 1e-3} : Tolerance{6e-3, 1e-3};
}

using Run = void (*)(const AttentionLaunch&, int64_t items);

void expect_right_answer(const Experiment& experiment, TileShape tile, Run run, std::mt19937& random,
                         double spread) {
    SCOPED_TRACE(describe(experiment));
    const Schedule schedule = plan(experiment);
    const Problem& problem = schedule.problem;
    const auto elements = [&](int heads) {
        return problem.batch * problem.seq_len * heads * problem.head_dim;
    };
    const Values q = random_values(random, problem.dtype, elements(problem.heads), spread);
    const Values k = random_values(random, problem.dtype, elements(problem.kv_heads), spread);
    const Values v = random_values(random, problem.dtype, elements(problem.kv_heads), 1);
    HostRing ring(schedule, {q.bytes, k.bytes, v.bytes}, tile);
    ring.run([&](const StepWork& work, const AttentionLaunch& launch, int, int, int) {
        run(launch, static_cast<int64_t>(work.items.size()));
    });
    double error = 0;
    double size = 0;
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int head = 0; head < problem.heads; ++head)
            for (int64_t token = 0; token < problem.seq_len; ++token) {
                const Answer answer = reference(problem, q, k, v, batch, head, token);
                const std::vector<float> o = ring.o_row(batch, token, head);
                for (size_t c = 0; c < o.size(); ++c) {
                    ASSERT_TRUE(std::isfinite(o[c])) << "row " << token << " head " << head;
                    error += (o[c] - answer.o[c]) * (o[c] - answer.o[c]);
                    size += answer.o[c] * answer.o[c];
                }
                const float lse = ring.lse(batch, token, head);
                if (std::isinf(answer.lse)) {
                    ASSERT_EQ(lse, -INFINITY) << "row " << token << " head " << head;
                } else {
                    ASSERT_NEAR(lse, answer.lse,
                                tolerance_of(problem.dtype).lse * std::max(1.0, std::abs(answer.lse) / 10))
                        << "row " << token << " head " << head;
                }
            }
    EXPECT_LE(std::sqrt(error), tolerance_of(problem.dtype).o * std::sqrt(size));
}

template <typename Tile>
constexpr TileShape shape_of() {
    return {Tile::kQueries, Tile::kKeys};
}

/// A random problem in which rows of `head_dim` elements meet tiles of 64, whole and ragged.
Experiment tile_sized_experiment(std::mt19937& random, DType dtype, int head_dim) {
    Experiment e = random_experiment(random, {330, 3, 3});
    e.problem.dtype = dtype;
    e.problem.head_dim = head_dim;
    e.problem.batch = 1;
    return e;
}

template <typename Element, int D, int kKeys>
void check_tensor_core_tile(DType dtype, std::vector<int> head_dims, int rounds, int seed) {
    using Tile = TensorCoreTile<HostWarp, Element, D, kKeys>;
    std::mt19937 random(static_cast<unsigned>(seed));
    for (int round = 0; round < rounds; ++round)
        for (const int head_dim : head_dims)
            expect_right_answer(tile_sized_experiment(random, dtype, head_dim), {64, kKeys},
                                run_on_host<Tile>, random, 1);
}

TEST(CudaTile, TensorCoreTileAnswersAsTheDefinitionDoes) {
    check_tensor_core_tile<BF16Element, 32, 64>(DType::bf16, {32, 8, 5}, 8, 41);
    check_tensor_core_tile<F16Element, 64, 64>(DType::f16, {64, 40, 33}, 4, 42);
    check_tensor_core_tile<BF16Element, 96, 64>(DType::bf16, {96}, 2, 43);
    check_tensor_core_tile<BF16Element, 128, 64>(DType::bf16, {128, 99}, 2, 44);
    check_tensor_core_tile<F16Element, 192, 32>(DType::f16, {192}, 2, 45);
    check_tensor_core_tile<F16Element, 256, 32>(DType::f16, {256, 201}, 2, 46);
}

TEST(CudaTile, FmaTileAnswersAsTheDefinitionDoes) {
    std::mt19937 random(47);
    for (int round = 0; round < 6; ++round) {
        const auto check = [&]<typename Tile>(DType dtype, int head_dim) {
            expect_right_answer(tile_sized_experiment(random, dtype, head_dim), shape_of<Tile>(),
                                run_on_host<Tile>, random, 1);
        };
        check.template operator()<FmaTile<HostWarp, F32Element, 64, 8>>(DType::f32, round < 3 ? 64 : 7);
        check.template operator()<FmaTile<HostWarp, F32Element, 128, 8>>(DType::f32, 128 - 9 * round);
        check.template operator()<FmaTile<HostWarp, F16Element, 64, 8>>(DType::f16, 48);
        check.template operator()<FmaTile<HostWarp, BF16Element, 256, 4>>(DType::bf16, 160);
    }
}

/// Scores in the hundreds: one key takes all the weight, and a maximum that came from an earlier step must
/// hold exactly.
TEST(CudaTile, PeakedScoresSurviveTheStepsOfARing) {
    std::mt19937 random(48);
    for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
        Experiment e;
        e.problem.seq_len = 200;
        e.problem.heads = 2;
        e.problem.head_dim = 16;
        e.problem.softmax_scale = 3;
        e.problem.head_groups = {{200, 1, {}, {}}};
        e.ring.ranks = 4;
        e.ring.accumulator = accumulator;
        using Tile = FmaTile<HostWarp, F32Element, 64, 8>;
        expect_right_answer(e, shape_of<Tile>(), run_on_host<Tile>, random, 4);
    }
}

TEST(CudaTile, TwoRunsGiveTheSameBits) {
    using Tile = TensorCoreTile<HostWarp, BF16Element, 32, 64>;
    std::mt19937 random(49);
    const Experiment e = tile_sized_experiment(random, DType::bf16, 24);
    const Schedule schedule = plan(e);
    const auto elements = [&](int heads) {
        return schedule.problem.batch * schedule.problem.seq_len * heads * 24;
    };
    const HostTensors tensors{
        random_values(random, DType::bf16, elements(schedule.problem.heads), 1).bytes,
        random_values(random, DType::bf16, elements(schedule.problem.kv_heads), 1).bytes,
        random_values(random, DType::bf16, elements(schedule.problem.kv_heads), 1).bytes};
    HostRing first(schedule, tensors, {64, 64});
    HostRing second(schedule, tensors, {64, 64});
    for (HostRing* ring : {&first, &second})
        ring->run([](const StepWork& work, const AttentionLaunch& launch, int, int, int) {
            run_on_host<Tile>(launch, static_cast<int64_t>(work.items.size()));
        });
    for (int64_t token = 0; token < schedule.problem.seq_len; ++token)
        for (int head = 0; head < schedule.problem.heads; ++head)
            EXPECT_EQ(first.o_row(0, token, head), second.o_row(0, token, head));
}

}  // namespace
}  // namespace ringscope

// Every kernel against attention in F64: shapes, blocks, masks, carried state. The error bound is derived in
// attention_case.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "engine/experiment/dtype.h"
#include "tests/engine/attention_case.h"

namespace ringscope {
namespace {

TEST(AttentionKernel, RandomTasksAgreeWithF64) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(11);
        double used = 0;
        for (int i = 0; i < 60; ++i) {
            const DType dtype = kernel.supports(kDTypes[i % 3]) ? kDTypes[i % 3] : first_dtype(kernel);
            const int head_dim = 1 + static_cast<int>(random() % (i % 4 == 0 ? kMaxHeadDim : 72));
            const int64_t queries = 1 + random() % (i % 5 == 0 ? 300 : 40);
            std::vector<int64_t> keys(1 + random() % 3);
            for (int64_t& count : keys) count = 1 + static_cast<int64_t>(random() % (i % 3 == 0 ? 300 : 30));
            const Case c = make_case(random, dtype, head_dim, queries, keys);
            SCOPED_TRACE(testing::Message() << kernel.name << " case " << i << " " << name_of(dtype) << " d "
                                            << head_dim << " queries " << queries << " causal " << c.causal);
            used = std::max(used, check(kernel, c, run_kernel(kernel, c)));
        }
        // A bound that is never approached would not notice a wrong answer.
        EXPECT_GT(used, 0.005) << kernel.name;
    }
}

// Sizes at and around every block: register tile, panel, key block, query tile.
TEST(AttentionKernel, EdgesOfBlocksAgreeWithF64) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(5);
        for (const int64_t keys : {1, 5, 6, 7, 8, 9, 11, 23, 24, 25, 191, 192, 193, 385}) {
            for (const int64_t queries : {1, 8, 9, 16, 17, 33}) {
                const Case c =
                    make_case(random, first_dtype(kernel), queries == 9 ? 33 : 16, queries, {keys});
                SCOPED_TRACE(testing::Message() << kernel.name << " keys " << keys << " queries " << queries);
                check(kernel, c, run_kernel(kernel, c));
            }
        }
        for (const int head_dim : {31, 32, 33, 63, 64, 65, 96, 128, 255, 256}) {
            const Case c = make_case(random, first_dtype(kernel), head_dim, 300, {130});
            SCOPED_TRACE(testing::Message() << kernel.name << " d " << head_dim);
            check(kernel, c, run_kernel(kernel, c));
        }
    }
}

/// A causal segment with dilation: `count` queries and the same tokens as keys.
Case causal_segment(std::mt19937& random, DType dtype, int head_dim, int64_t count, int64_t rate) {
    Case c = make_case(random, dtype, head_dim, count, {count});
    c.queries = {{0, 1, 0, rate, count}};
    c.keys = {{{0, 1, 0, rate, count}}};
    c.q = Rows(dtype, head_dim, head_dim, count);
    c.k = c.v = c.q;
    std::normal_distribution<float> normal;
    for (Rows* rows : {&c.q, &c.k, &c.v}) rows->fill(c.queries, [&] { return normal(random); });
    c.causal = true;
    return c;
}

/// Part of the case's only run of queries.
Case part_of(const Case& c, int64_t first, int64_t count) {
    Case part = c;
    RowRun& run = part.queries[0];
    run.first_row += first * run.row_stride;
    run.first_token += first * run.token_stride;
    run.count = std::min(count, run.count - first);
    return part;
}

// One segment as the executor cuts it: every causal diagonal position, with dilation.
TEST(AttentionKernel, CausalSegmentsAgreeWithF64) {
    constexpr int64_t kTokens = 1100;  // more than a tile
    for (const CpuKernel& kernel : kernels_under_test()) {
        ASSERT_LT(kernel.query_tile, kTokens);
        std::mt19937 random(3);
        for (const int64_t rate : {1, 4}) {
            const Case c = causal_segment(random, first_dtype(kernel), 8, kTokens, rate);
            for (int64_t first = 0; first < kTokens; first += kernel.query_tile) {
                const Case tile = part_of(c, first, kernel.query_tile);
                const Output out = run_kernel(kernel, tile);
                for (int64_t i = 0; i < tile.queries[0].count; ++i)
                    check_row(kernel, tile, out, first + i, (first + i) * rate);
            }
        }
    }
}

// The executor makes tiles smaller for many threads, and the answer must not show it.
TEST(AttentionKernel, BitsDoNotDependOnTheTile) {
    constexpr int64_t kTokens = 600;
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(17);
        for (const bool causal : {false, true}) {
            Case c = causal_segment(random, first_dtype(kernel), 40, kTokens, 2);
            c.causal = causal;
            c.accumulator = Accumulator::lse;
            const Output whole = run_kernel(kernel, c);
            for (const int64_t rows : {1, 37, 256}) {
                for (int64_t first = 0; first < kTokens; first += rows * 3) {  // a third of the tiles will do
                    const Case tile = part_of(c, first, rows);
                    const Output out = run_kernel(kernel, tile);
                    const auto count = static_cast<size_t>(tile.queries[0].count);
                    EXPECT_EQ(0, std::memcmp(&whole.lse[static_cast<size_t>(first)],
                                             &out.lse[static_cast<size_t>(first)], count * 4))
                        << kernel.name << " rows " << rows << " from " << first;
                    for (size_t i = 0; i < count; ++i) {
                        const auto at = (static_cast<size_t>(first) + i) * static_cast<size_t>(out.stride);
                        EXPECT_EQ(0, std::memcmp(&whole.o[at], &out.o[at], 40 * 4)) << kernel.name;
                    }
                }
            }
        }
    }
}

TEST(AttentionKernel, RowsThatSeeNoKeyKeepTheirState) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(9);
        for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
            Case c = make_case(random, first_dtype(kernel), 20, 40, {30, 30});
            c.accumulator = accumulator;
            c.causal = true;
            c.queries = {{0, 1, 0, 1, 40}};
            c.q = Rows(first_dtype(kernel), 20, 20, 40);
            c.q.fill(c.queries, [] { return 0.5f; });
            for (RowRun& run : c.keys[0]) run.first_token = 30;    // the first 30 queries see nothing
            for (RowRun& run : c.keys[1]) run.first_token = 1000;  // nobody sees anything
            const Output out = run_kernel(kernel, c);
            check(kernel, c, out);
            for (size_t row = 0; row < 30; ++row) EXPECT_EQ(out.lse[row], -kInfinity);
            for (size_t row = 30; row < 40; ++row) EXPECT_GT(out.lse[row], -kInfinity);
            // The second call, which shows nothing to anybody, must not have changed a bit.
            Case first = c;
            first.keys.pop_back();
            const Output once = run_kernel(kernel, first);
            EXPECT_EQ(0, std::memcmp(once.lse.data(), out.lse.data(), once.lse.size() * 4));
            EXPECT_EQ(0, std::memcmp(once.o.data(), out.o.data(), once.o.size() * 4));
        }
        Case empty = make_case(random, first_dtype(kernel), 20, 5, {3});
        empty.keys = {{}};
        check(kernel, empty, run_kernel(kernel, empty));
    }
}

TEST(AttentionKernel, ResultDependsOnTheTaskAlone) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(21);
        for (const DType dtype : kDTypes) {
            if (!kernel.supports(dtype)) continue;
            const Case c = make_case(random, dtype, 50, 100, {70, 210});
            Output first = fresh_output(c);
            Output second = fresh_output(c);
            ScratchMemory ones(kernel.scratch_bytes(c.head_dim), 0xff);
            ScratchMemory other(kernel.scratch_bytes(c.head_dim), 0x3e);
            for (const auto& keys : c.keys) attend_call(kernel, c, keys, first, ones.aligned());
            for (const auto& keys : c.keys) attend_call(kernel, c, keys, second, other.aligned());
            EXPECT_EQ(0, std::memcmp(first.o.data(), second.o.data(), first.o.size() * 4)) << kernel.name;
            EXPECT_EQ(0, std::memcmp(first.lse.data(), second.lse.data(), first.lse.size() * 4))
                << kernel.name;
        }
    }
}

}  // namespace
}  // namespace ringscope

#include "engine/experiment/placement.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <set>

namespace ringscope {
namespace {

Placement random_placement(std::mt19937& random) {
    const auto pick = [&](int64_t low, int64_t high) {
        return std::uniform_int_distribution<int64_t>(low, high)(random);
    };
    return Placement(static_cast<Layout>(pick(0, 2)), static_cast<int>(pick(1, 9)), pick(1, 150),
                     pick(1, 11));
}

std::string describe(const Placement& p) {
    return std::string(name_of(p.layout())) + " p " + std::to_string(p.ranks()) + " n " +
           std::to_string(p.seq_len()) + " block " + std::to_string(p.stripe_block());
}

TEST(Placement, RowsAreTheOwnersTokensInOrder) {
    std::mt19937 random(1);
    for (int round = 0; round < 400; ++round) {
        const Placement placement = random_placement(random);
        SCOPED_TRACE(describe(placement));
        std::map<int, int64_t> next_row;
        for (int64_t token = 0; token < placement.seq_len(); ++token) {
            const int owner = placement.owner(token);
            ASSERT_GE(owner, 0);
            ASSERT_LT(owner, placement.ranks());
            ASSERT_EQ(placement.row_of(token), next_row[owner]);
            ASSERT_EQ(placement.rows_before(owner, token), next_row[owner]);
            ASSERT_EQ(placement.token_at(owner, next_row[owner]), token);
            ++next_row[owner];
        }
        for (int rank = 0; rank < placement.ranks(); ++rank) {
            ASSERT_EQ(placement.tokens_of(rank), next_row[rank]);
            for (const TokenInterval& interval : placement.intervals_of(rank))
                ASSERT_LT(interval.begin, interval.end);
        }
    }
}

TEST(Placement, IntervalsHoldExactlyTheRanksTokens) {
    std::mt19937 random(2);
    for (int round = 0; round < 300; ++round) {
        const Placement placement = random_placement(random);
        if (placement.layout() == Layout::striped) continue;
        SCOPED_TRACE(describe(placement));
        for (int rank = 0; rank < placement.ranks(); ++rank) {
            int64_t covered = 0;
            for (const TokenInterval& interval : placement.intervals_of(rank))
                for (int64_t token = interval.begin; token < interval.end; ++token, ++covered)
                    ASSERT_EQ(placement.owner(token), rank);
            ASSERT_EQ(covered, placement.tokens_of(rank));
        }
    }
}

TEST(Placement, RunsAreExactlyTheKeptTokensAndAffineInRows) {
    std::mt19937 random(3);
    const auto pick = [&](int64_t low, int64_t high) {
        return std::uniform_int_distribution<int64_t>(low, high)(random);
    };
    for (int round = 0; round < 1500; ++round) {
        const Placement placement = random_placement(random);
        const int64_t begin = pick(0, placement.seq_len() - 1);
        const int64_t end = pick(begin + 1, placement.seq_len());
        const int64_t stride = pick(1, 13);
        const int64_t first = pick(0, stride - 1);
        SCOPED_TRACE(describe(placement) + " [" + std::to_string(begin) + ", " + std::to_string(end) + ") " +
                     std::to_string(first) + " mod " + std::to_string(stride));
        for (int rank = 0; rank < placement.ranks(); ++rank) {
            std::vector<TokenRun> runs;
            placement.append_runs(rank, begin, end, first, stride, runs);
            std::set<int64_t> seen;
            for (const TokenRun& run : runs) {
                ASSERT_GT(run.count, 0);
                const int64_t row = placement.row_of(run.first);
                for (int64_t i = 0; i < run.count; ++i) {
                    ASSERT_TRUE(seen.insert(run.at(i)).second);
                    ASSERT_EQ(placement.row_of(run.at(i)), row + i * placement.row_stride(run));
                }
            }
            std::set<int64_t> expected;
            for (int64_t token = begin; token < end; ++token)
                if ((token - begin) % stride == first && placement.owner(token) == rank)
                    expected.insert(token);
            ASSERT_EQ(seen, expected);
        }
    }
}

TEST(Placement, RunsStayFewInLongSegments) {
    const int64_t n = 1 << 20;
    for (const int64_t rate : {1, 2, 3, 4, 7, 16}) {
        std::vector<TokenRun> runs;
        Placement(Layout::striped, 8, n, 1).append_runs(3, 0, n, 0, rate, runs);
        EXPECT_LE(runs.size(), 1u) << "rate " << rate;
        runs.clear();
        Placement(Layout::striped, 8, n, 16).append_runs(3, 0, n, 0, rate, runs);
        EXPECT_LE(runs.size(), 16u) << "rate " << rate;
    }
}

/// A thousand calls over 2^31 tokens of which three are kept: milliseconds by token, a minute by block.
TEST(Placement, FewKeptTokensAreFoundWithoutALookAtEveryBlock) {
    const int64_t n = INT32_MAX;
    const Placement placement(Layout::striped, 3, n, 1);
    const auto begin = std::chrono::steady_clock::now();
    int64_t tokens = 0;
    for (int call = 0; call < 1002; ++call) {
        std::vector<TokenRun> runs;
        placement.append_runs(call % 3, 0, n, 0, n / 2, runs);
        tokens += token_count(runs);
    }
    EXPECT_EQ(tokens, 334 * 3);  // 0, n / 2 and n - 1
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

/// The trap of striping single tokens: p and r share a factor, and some ranks keep nothing. lcm of the rates
/// cures it.
TEST(Placement, StripingByTheRateGivesEveryRankKeptTokens) {
    const auto ranks_with_tokens = [](int64_t block) {
        int ranks = 0;
        for (int rank = 0; rank < 4; ++rank) {
            std::vector<TokenRun> runs;
            Placement(Layout::striped, 4, 64, block).append_runs(rank, 0, 64, 0, 4, runs);
            ranks += !runs.empty();
        }
        return ranks;
    };
    EXPECT_EQ(ranks_with_tokens(1), 1);
    EXPECT_EQ(ranks_with_tokens(4), 4);
}

}  // namespace
}  // namespace ringscope

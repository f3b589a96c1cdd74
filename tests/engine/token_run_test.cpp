#include "engine/experiment/token_run.h"

#include <gtest/gtest.h>

#include <random>

namespace ringscope {
namespace {

TEST(TokenRun, PairCountsEqualBruteForce) {
    std::mt19937 random(7);
    const auto pick = [&](int64_t low, int64_t high) {
        return std::uniform_int_distribution<int64_t>(low, high)(random);
    };
    for (int round = 0; round < 3000; ++round) {
        const TokenRun queries{pick(0, 40), pick(1, 9), pick(0, 20)};
        const TokenRun keys{pick(0, 40), pick(1, 9), pick(0, 20)};
        int64_t causal = 0;
        for (int64_t i = 0; i < queries.count; ++i)
            for (int64_t j = 0; j < keys.count; ++j) causal += keys.at(j) <= queries.at(i);
        EXPECT_EQ(count_pairs({&queries, 1}, {&keys, 1}, true), causal)
            << queries.first << "+" << queries.stride << "*" << queries.count << " against " << keys.first
            << "+" << keys.stride << "*" << keys.count;
        EXPECT_EQ(count_pairs({&queries, 1}, {&keys, 1}, false), queries.count * keys.count);
    }
}

TEST(TokenRun, PairCountsOfLongRunsStayExact) {
    const int64_t n = (int64_t{1} << 31) - 1;
    const TokenRun all{0, 1, n};
    EXPECT_EQ(count_pairs({&all, 1}, {&all, 1}, true), n * (n + 1) / 2);
}

}  // namespace
}  // namespace ringscope

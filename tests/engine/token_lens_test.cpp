// Single cells of the pattern, folded where tokens are dropped in long runs, against the pattern itself.
#include "engine/analysis/token_lens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/experiment/scenarios.h"
#include "engine/plan/schedule.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

bool takes_part(const Problem& problem, int pattern, bool queries, bool overlaid, int64_t token) {
    if (queries && problem.queries == Queries::all) return true;
    if (!overlaid) return problem.kept(problem.patterns[static_cast<size_t>(pattern)], token);
    for (const Pattern& other : problem.patterns)
        if (problem.kept(other, token)) return true;
    return false;
}

TEST(TokenLens, LinesAreTheTokensRoundTheCentre) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 600; ++trial) {
        const Problem problem = resolve(random_two_groups(random).problem);
        const bool queries = trial % 2, overlaid = trial % 3 == 0;
        const int64_t n = problem.seq_len;
        const int64_t centre = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const int lines = 12 + trial % 20;
        const auto found = lens_lines(problem, 0, queries, overlaid, centre, lines);
        SCOPED_TRACE(trial);
        ASSERT_FALSE(found.empty());
        ASSERT_LE(found.size(), static_cast<size_t>(lines));
        // As many as there is room for, unless these are all.
        if (found.size() < static_cast<size_t>(lines)) {
            EXPECT_EQ(found.front().first, 0);
            EXPECT_EQ(found.back().end(), n);
        }
        EXPECT_LE(found.front().first, centre);
        EXPECT_GT(found.back().end(), centre);
        const int64_t w = problem.patterns[0].segment_length;
        for (size_t i = 0; i < found.size(); ++i) {
            const LensLine& line = found[i];
            if (i > 0) {
                ASSERT_EQ(line.first, found[i - 1].end());
            }
            ASSERT_GE(line.count, 1);
            ASSERT_EQ(line.first / w, (line.end() - 1) / w) << "a line lies in one segment";
            ASSERT_TRUE(line.count == 1 || !line.kept);
            for (int64_t token = line.first; token < line.end(); ++token)
                ASSERT_EQ(takes_part(problem, 0, queries, overlaid, token), line.kept) << token;
        }
    }
}

TEST(TokenLens, PairsAreThoseOfTheProblem) {
    std::mt19937 random(11);
    for (int trial = 0; trial < 90; ++trial) {
        const Problem problem = resolve(random_two_groups(random).problem);
        const bool overlaid = trial % 2;
        const int64_t n = problem.seq_len, w = problem.patterns[1].segment_length;
        const int64_t query = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const int64_t key = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const TokenLens lens = make_token_lens(problem, 1, overlaid, query, key, 16);
        for (size_t row = 0; row < lens.queries.size(); ++row) {
            for (size_t column = 0; column < lens.keys.size(); ++column) {
                const LensLine &q = lens.queries[row], &k = lens.keys[column];
                bool allowed = false;
                for (size_t pattern = overlaid ? 0 : 1; pattern < 2; ++pattern)
                    allowed = allowed || problem.allowed(problem.patterns[pattern], q.first, k.first);
                const LensPair found = lens.pairs[lens.index(row, column)];
                ASSERT_EQ(found == LensPair::attended, allowed && q.count == 1 && k.count == 1)
                    << "trial " << trial << " query " << q.first << " key " << k.first;
                if (found == LensPair::attended) continue;
                const bool in_reach = q.first / w == k.first / w && (!problem.causal || k.first < q.end());
                ASSERT_EQ(found == LensPair::dropped, in_reach);
            }
        }
    }
}

TEST(TokenLens, ShowsSeveralKeptTokensOfAnyRate) {
    for (const int64_t rate : {1, 2, 4, 8, 9, 32, 128, 4096}) {
        Experiment e = default_experiment();
        e.problem.seq_len = 1 << 20;
        e.problem.head_groups = {{1 << 19, rate, {}, {}}};
        const Schedule schedule = plan(e);
        const TokenLens lens = make_token_lens(schedule.problem, 0, false, 700000, 700000, 24);
        int kept = 0;
        for (const LensLine& line : lens.keys) kept += line.kept;
        EXPECT_GE(kept, 3) << "rate " << rate;
        EXPECT_EQ(lens.folds(), rate > 9) << "rate " << rate;
        EXPECT_EQ(lens.keys.size(), 24u);
        EXPECT_TRUE(lens.keys.front().kept) << "the picture keeps its phase";
    }
}

TEST(TokenLens, RestsWhereThereIsMostToSee) {
    const Experiment e = default_experiment();
    const Schedule schedule = plan(e);
    const TokenWindow whole{0, 8192, 0, 8192};
    EXPECT_EQ(lens_rest_place(schedule, 0, whole), 2048);  // a segment's edge
    EXPECT_EQ(lens_rest_place(schedule, 1, whole), 4096);
    EXPECT_EQ(lens_rest_place(schedule, 2, whole), 2048);  // no edge: where the owner changes
    EXPECT_EQ(lens_rest_place(schedule, 0, {5000, 7000, 5000, 7000}), 6144);
    EXPECT_EQ(lens_rest_place(schedule, 0, {100, 300, 100, 300}), 100);
    Experiment alone = e;
    alone.ring.ranks = 1;
    EXPECT_EQ(lens_rest_place(plan(alone), 2, whole), 0);
}

TEST(TokenLens, SaysItsTokensInNumbers) {
    const Schedule schedule = plan(default_experiment());
    const TokenLens lens = make_token_lens(schedule.problem, 0, false, 8191, 0, 24);
    EXPECT_EQ(lens.queries_text(), "queries 8,168 to 8,191");
    EXPECT_EQ(lens.keys_text(), "keys 0 to 23");
}

}  // namespace
}  // namespace ringscope

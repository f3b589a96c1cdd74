// Single cells of the pattern, folded where tokens are dropped in long runs, against the pattern itself.
#include "ui/views/pattern/token_lens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/experiment/scenarios.h"
#include "engine/plan/schedule.h"

namespace ringscope {
namespace {

Experiment random_experiment(std::mt19937& random) {
    const auto upto = [&](int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random); };
    Experiment e;
    e.problem.seq_len = 2 + upto(300);
    e.problem.heads = 2;
    e.problem.head_dim = 4;
    e.problem.causal = upto(1);
    e.problem.queries = upto(2) ? Queries::dilated : Queries::all;
    e.problem.head_groups.clear();
    for (int group = 0; group < 2; ++group) {
        const int64_t w = 1 + upto(e.problem.seq_len), r = 1 + upto(std::min<int64_t>(w, 40) - 1);
        e.problem.head_groups.push_back({w, r, 1, {Offset::Rule::fixed, upto(r - 1)}});
    }
    e.ring.ranks = 1 + static_cast<int>(upto(3));
    e.ring.layout = static_cast<Layout>(upto(2));
    return e;
}

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
        const Problem problem = resolve(random_experiment(random).problem);
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

TEST(TokenLens, CellsAreThePatternsOwn) {
    std::mt19937 random(11);
    const Theme theme = make_theme(ThemeName::dark, 1);
    for (int trial = 0; trial < 90; ++trial) {
        const Schedule schedule = plan(random_experiment(random));
        const StepLookup steps(schedule);
        const Problem& problem = schedule.problem;
        const auto colour = static_cast<PatternColour>(trial % 3);
        const int64_t n = problem.seq_len, w = problem.patterns[1].segment_length;
        const int64_t query = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const int64_t key = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const TokenLens lens = make_token_lens(schedule, steps, 1, colour, query, key, 16, theme);
        const auto whole = static_cast<double>(n);
        const PatternPicture picture =
            paint_pattern(schedule, steps, 1, colour, {0, whole, 0, whole}, static_cast<int>(n), theme);
        std::vector<ImU32> painted(static_cast<size_t>(n * n));
        for (const PatternCell& cell : picture.cells)
            for (int row = cell.row_begin; row < cell.row_end; ++row)
                for (int column = cell.column_begin; column < cell.column_end; ++column)
                    painted[static_cast<size_t>(row * n + column)] = cell.colour;
        for (size_t row = 0; row < lens.queries.size(); ++row) {
            for (size_t column = 0; column < lens.keys.size(); ++column) {
                const LensLine &q = lens.queries[row], &k = lens.keys[column];
                const size_t index = lens.index(row, column);
                if (q.count == 1 && k.count == 1) {
                    ASSERT_EQ(lens.colours[index], painted[static_cast<size_t>(q.first * n + k.first)])
                        << "trial " << trial << " query " << q.first << " key " << k.first;
                }
                ASSERT_EQ(lens.pairs[index] == LensPair::attended, lens.colours[index] != 0);
                if (lens.pairs[index] == LensPair::attended) continue;
                const bool in_reach = q.first / w == k.first / w && (!problem.causal || k.first < q.end());
                ASSERT_EQ(lens.pairs[index] == LensPair::dropped, in_reach);
            }
        }
    }
}

TEST(TokenLens, ShowsSeveralKeptTokensOfAnyRate) {
    const Theme theme = make_theme(ThemeName::dark, 1);
    for (const int64_t rate : {1, 2, 4, 8, 9, 32, 128, 4096}) {
        Experiment e = default_experiment();
        e.problem.seq_len = 1 << 20;
        e.problem.head_groups = {{1 << 19, rate, {}, {}}};
        const Schedule schedule = plan(e);
        const TokenLens lens = make_token_lens(schedule, StepLookup(schedule), 0, PatternColour::owner,
                                               700000, 700000, 24, theme);
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
    const TokenLens lens = make_token_lens(schedule, StepLookup(schedule), 0, PatternColour::owner, 8191, 0,
                                           24, make_theme(ThemeName::dark, 1));
    EXPECT_EQ(lens.queries_text(), "queries 8,168 to 8,191");
    EXPECT_EQ(lens.keys_text(), "keys 0 to 23");
}

}  // namespace
}  // namespace ringscope

// The colours of the pattern: exactly its blocks are painted, and what interleaves is named.
#include "ui/views/pattern/pattern_colours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/analysis/key_owners.h"
#include "engine/experiment/scenarios.h"
#include "tests/random_problem.h"
#include "ui/widgets/plot.h"

namespace ringscope {
namespace {

Schedule small_schedule(Layout layout) {
    Experiment e;
    e.problem.seq_len = 64;
    e.problem.heads = 2;
    e.problem.head_dim = 4;
    e.problem.causal = true;
    e.problem.head_groups = {{32, 1, {}, {}}, {64, 2, {}, {}}};
    e.ring.ranks = 4;
    e.ring.layout = layout;
    return plan(e);
}

TEST(PatternColours, CellsCoverExactlyTheAllowedBlocks) {
    const Theme theme = make_theme(ThemeName::dark, 1);
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        const Schedule schedule = small_schedule(layout);
        const StepLookup steps(schedule);
        for (const PatternColour colour : {PatternColour::owner, PatternColour::step}) {
            for (const int most : {64, 20}) {
                const PatternPicture picture =
                    paint_pattern(schedule, steps, 1, colour, {0, 64, 0, 64}, most, theme);
                std::vector<int> painted(picture.grid.pairs.size());
                for (const PatternCell& cell : picture.cells) {
                    for (int row = cell.row_begin; row < cell.row_end; ++row) {
                        for (int column = cell.column_begin; column < cell.column_end; ++column) {
                            ++painted[row * picture.grid.columns + column];
                        }
                    }
                }
                for (size_t i = 0; i < painted.size(); ++i)
                    EXPECT_EQ(painted[i], picture.grid.pairs[i] > 0) << i;
            }
        }
    }
}

TEST(PatternColours, ThumbnailsAreExactAndOnOneScale) {
    const Theme theme = make_theme(ThemeName::dark, 1);
    Experiment e = default_experiment();
    const Schedule schedule = plan(e);
    const StepLookup steps(schedule);
    const auto light = [](ImU32 colour) {
        return (colour & 0xff) + (colour >> 8 & 0xff) + (colour >> 16 & 0xff);
    };
    ImU32 before = 0xffff;
    for (int pattern = 0; pattern < 3; ++pattern) {
        const PatternPicture picture =
            paint_thumbnail(schedule, steps, pattern, PatternColour::owner, 48, theme);
        int64_t pairs = 0;
        for (const int64_t of_block : picture.grid.pairs) pairs += of_block;
        EXPECT_EQ(pairs, schedule.problem.allowed_pairs(schedule.problem.patterns[pattern]));
        // Rank 0's keys, in a block that is neither on the causal edge nor on a segment's.
        ImU32 brightest = 0;
        for (const PatternCell& cell : picture.cells)
            if (cell.column_begin == 0) brightest = std::max(brightest, light(cell.colour));
        EXPECT_LT(brightest, before) << "a larger rate is fainter, pattern " << pattern;
        before = brightest;
        for (const PatternCell& cell :
             paint_thumbnail(schedule, steps, pattern, PatternColour::group, 48, theme).cells) {
            bool own = false;
            for (int level = 0; level <= 256; ++level)
                own = own || cell.colour == mix(theme.background, theme.category_colour(pattern),
                                                static_cast<float>(level) / 256);
            EXPECT_TRUE(own) << "a group's thumbnail is its own colour alone";
        }
    }
}

TEST(PatternColours, OwnersOfAColumnAreThoseThatHaveItsKeys) {
    const Theme theme = make_theme(ThemeName::dark, 1);
    std::mt19937 random(5);
    const auto upto = [&](int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random); };
    for (int trial = 0; trial < 300; ++trial) {
        Experiment e;
        e.problem.seq_len = 40 + upto(900);
        e.problem.heads = 1;
        e.problem.head_dim = 4;
        const int64_t w = 1 + upto(60), r = 1 + upto(std::min<int64_t>(w, 9) - 1);
        e.problem.head_groups = {{w, r, 1, {Offset::Rule::fixed, upto(r - 1)}}};
        e.ring.ranks = 1 + static_cast<int>(upto(6));
        e.ring.layout = static_cast<Layout>(trial % 3);
        e.ring.stripe_block.tokens = 1 + upto(5);
        const Schedule schedule = plan(e);
        const auto n = static_cast<double>(e.problem.seq_len);
        const PatternPicture picture =
            paint_pattern(schedule, StepLookup(schedule), 0, PatternColour::owner, {0, n, 0, n}, 7, theme);
        for (const PatternCell& cell : picture.cells) {
            std::vector<int> owners;
            for (int column = cell.column_begin; column < cell.column_end; ++column) {
                owners.clear();
                for (const OwnerShare& share : key_owners(schedule, 0, picture.grid.key_begin(column),
                                                          picture.grid.key_begin(column + 1)))
                    owners.push_back(share.rank);
                if (owners.size() > 1) {
                    ASSERT_GE(cell.mixture, 0) << "trial " << trial << " column " << column;
                    EXPECT_EQ(picture.mixtures[static_cast<size_t>(cell.mixture)], owners) << trial;
                } else {
                    EXPECT_EQ(cell.mixture, -1) << trial;
                }
            }
        }
    }
}

TEST(PatternColours, InterleavedOwnersAreNamedNotGrey) {
    Experiment e = default_experiment();
    e.ring.layout = Layout::striped;
    const Schedule schedule = plan(e);
    const Theme theme = make_theme(ThemeName::dark, 1);
    const auto n = static_cast<double>(e.problem.seq_len);
    const PatternPicture whole =
        paint_pattern(schedule, StepLookup(schedule), 0, PatternColour::owner, {0, n, 0, n}, 64, theme);
    ASSERT_EQ(whole.mixtures.size(), 1u);
    EXPECT_EQ(whole.mixtures[0], (std::vector{0, 1, 2, 3}));
    for (const PatternCell& cell : whole.cells) EXPECT_EQ(cell.mixture, 0);
    const PatternPicture near =
        paint_pattern(schedule, StepLookup(schedule), 0, PatternColour::owner, {0, 16, 0, 16}, 64, theme);
    EXPECT_TRUE(near.mixtures.empty()) << "single cells have one owner";
}

TEST(PatternColours, InterleavedStepsAreNamedNotGrey) {
    Experiment e = default_experiment();
    e.ring.layout = Layout::striped;
    const Schedule schedule = plan(e);
    const StepLookup steps(schedule);
    const Theme theme = make_theme(ThemeName::dark, 1);
    const auto n = static_cast<double>(e.problem.seq_len);
    const PatternPicture whole =
        paint_pattern(schedule, steps, 0, PatternColour::step, {0, n, 0, n}, 64, theme);
    ASSERT_FALSE(whole.cells.empty());
    for (const PatternCell& cell : whole.cells) {
        ASSERT_GE(cell.mixture, 0);
        EXPECT_EQ(whole.mixtures[static_cast<size_t>(cell.mixture)], (std::vector{0, 1, 2, 3}));
    }
}

TEST(PatternColours, LensAndPictureAgree) {
    std::mt19937 random(11);
    const Theme theme = make_theme(ThemeName::dark, 1);
    for (int trial = 0; trial < 90; ++trial) {
        const Schedule schedule = plan(random_two_groups(random));
        const StepLookup steps(schedule);
        const Problem& problem = schedule.problem;
        const auto colour = static_cast<PatternColour>(trial % 3);
        const int64_t n = problem.seq_len;
        const int64_t query = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const int64_t key = std::uniform_int_distribution<int64_t>(0, n - 1)(random);
        const TokenLens lens = make_token_lens(problem, 1, colour == PatternColour::group, query, key, 16);
        const std::vector<ImU32> colours = lens_colours(schedule, steps, 1, colour, lens, theme);
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
                    ASSERT_EQ(colours[index], painted[static_cast<size_t>(q.first * n + k.first)])
                        << "trial " << trial << " query " << q.first << " key " << k.first;
                }
                ASSERT_EQ(lens.pairs[index] == LensPair::attended, colours[index] != 0);
            }
        }
    }
}

}  // namespace
}  // namespace ringscope

// Aggregated coverage against counting pair by pair.
#include "engine/analysis/pattern_coverage.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>

#include "engine/analysis/key_owners.h"
#include "engine/analysis/pattern_explain.h"
#include "engine/analysis/step_mixture.h"
#include "engine/experiment/scenarios.h"
#include "engine/plan/schedule.h"

namespace ringscope {
namespace {

Problem problem_of(int64_t n, int64_t w, int64_t r, int64_t o, bool causal, Queries queries) {
    ProblemSpec spec;
    spec.seq_len = n;
    spec.heads = 1;
    spec.head_dim = 4;
    spec.causal = causal;
    spec.queries = queries;
    spec.head_groups = {{w, r, 1, {Offset::Rule::fixed, o}}};
    return resolve(spec);
}

int64_t counted(const Problem& problem, int64_t q0, int64_t q1, int64_t k0, int64_t k1) {
    int64_t pairs = 0;
    for (int64_t q = std::max<int64_t>(q0, 0); q < std::min(q1, problem.seq_len); ++q) {
        for (int64_t k = std::max<int64_t>(k0, 0); k < std::min(k1, problem.seq_len); ++k) {
            pairs += problem.allowed(problem.patterns[0], q, k);
        }
    }
    return pairs;
}

TEST(PatternCoverage, BlocksEqualBruteForce) {
    std::mt19937 random(7);
    const auto upto = [&](int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random); };
    for (int trial = 0; trial < 400; ++trial) {
        const int64_t n = 1 + upto(120), w = 1 + upto(40), r = 1 + upto(std::min<int64_t>(w, n) - 1);
        const Problem problem =
            problem_of(n, w, r, upto(r - 1), trial % 2, trial % 3 == 0 ? Queries::all : Queries::dilated);
        const int64_t q0 = upto(n), q1 = q0 + upto(n), k0 = upto(n), k1 = k0 + upto(n);
        ASSERT_EQ(pairs_in_block(problem, problem.patterns[0], q0, q1, k0, k1),
                  counted(problem, q0, q1, k0, k1))
            << "n " << n << " w " << w << " r " << r << " block " << q0 << ".." << q1 << " x " << k0 << ".."
            << k1;
    }
}

TEST(PatternCoverage, GridEqualsItsBlocks) {
    std::mt19937 random(11);
    const auto upto = [&](int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random); };
    for (int trial = 0; trial < 200; ++trial) {
        const int64_t n = 1 + upto(120), w = 1 + upto(60), r = 1 + upto(std::min<int64_t>(w, n) - 1);
        const Problem problem =
            problem_of(n, w, r, upto(r - 1), trial % 2, trial % 3 == 0 ? Queries::all : Queries::dilated);
        const TokenWindow window{static_cast<double>(upto(n / 2)), static_cast<double>(n),
                                 static_cast<double>(upto(n / 2)), static_cast<double>(n)};
        const CoverageGrid grid = cover(problem, problem.patterns[0], window, 1 + upto(20));
        for (int row = 0; row < grid.rows; ++row)
            for (int column = 0; column < grid.columns; ++column)
                ASSERT_EQ(grid.at(row, column),
                          counted(problem, grid.query_begin(row), grid.query_begin(row + 1),
                                  grid.key_begin(column), grid.key_begin(column + 1)))
                    << "n " << n << " w " << w << " r " << r << " block " << grid.block;
    }
}

TEST(PatternCoverage, GridSumsToAllAllowedPairs) {
    const Problem problem = problem_of(1 << 20, 1 << 14, 12, 5, true, Queries::dilated);
    const TokenWindow whole{0, 1 << 20, 0, 1 << 20};
    const int64_t block = block_for(problem, problem.patterns[0], whole, 192);
    EXPECT_EQ(block % 12, 0);
    const CoverageGrid grid = cover(problem, problem.patterns[0], whole, block);
    EXPECT_LE(grid.columns, 192);
    EXPECT_LE(grid.rows, 192);
    int64_t sum = 0;
    for (const int64_t pairs : grid.pairs) sum += pairs;
    EXPECT_EQ(sum, problem.allowed_pairs(problem.patterns[0]));
}

TEST(PatternCoverage, NearestZoomIsSingleCells) {
    const Problem problem = problem_of(64, 16, 2, 1, true, Queries::dilated);
    const TokenWindow window{3.5, 20.25, 8, 24.75};
    EXPECT_EQ(block_for(problem, problem.patterns[0], window, 192), 1);
    const CoverageGrid grid = cover(problem, problem.patterns[0], window, 1);
    EXPECT_EQ(grid.first_key, 3);
    EXPECT_EQ(grid.columns, 18);
    EXPECT_EQ(grid.first_query, 8);
    EXPECT_EQ(grid.rows, 17);
    for (int row = 0; row < grid.rows; ++row) {
        for (int column = 0; column < grid.columns; ++column) {
            EXPECT_EQ(grid.at(row, column),
                      problem.allowed(problem.patterns[0], grid.query_begin(row), grid.key_begin(column)));
        }
    }
}

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

TEST(StepLookup, FindsTheStepOfEveryAllowedPair) {
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        const Schedule schedule = small_schedule(layout);
        const StepLookup steps(schedule);
        for (int pattern = 0; pattern < static_cast<int>(schedule.problem.patterns.size()); ++pattern) {
            const Pattern& p = schedule.problem.patterns[pattern];
            for (int64_t query = 0; query < 64; ++query) {
                for (int64_t key = 0; key < 64; ++key) {
                    if (!schedule.problem.allowed(p, query, key)) continue;
                    const int owner = schedule.placement.owner(key);
                    const int step = steps.step_of(schedule.placement.owner(query), owner, pattern,
                                                   key / p.segment_length);
                    ASSERT_GE(step, 0) << query << ' ' << key;
                    if (owner == schedule.placement.owner(query)) {
                        EXPECT_EQ(step, 0);
                    }
                }
            }
        }
        EXPECT_EQ(steps.step_of(-1, 0, 0, 0), -1);
        EXPECT_EQ(steps.step_of(99, 0, 0, 0), -1);
    }
}

TEST(PatternExplain, NamesTheRuleThatForbids) {
    const Schedule schedule = small_schedule(Layout::contiguous);
    const StepLookup steps(schedule);
    const std::string allowed = explain_cell(schedule, steps, 0, 20, 3);
    EXPECT_NE(allowed.find("query 20 attends to key 3"), std::string::npos) << allowed;
    EXPECT_NE(allowed.find("key held by rank 0, query by rank 1: arrives for step 1"), std::string::npos)
        << allowed;
    EXPECT_NE(explain_cell(schedule, steps, 0, 40, 3).find("no   same segment: query in 1, key in 0"),
              std::string::npos);
    EXPECT_NE(explain_cell(schedule, steps, 0, 3, 20).find("no   causal"), std::string::npos);
    const std::string dropped = explain_cell(schedule, steps, 1, 41, 2);
    EXPECT_NE(dropped.find("no   key is kept"), std::string::npos) << dropped;
}

TEST(KeyOwners, EqualAskingEachKeptKey) {
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped})
        for (const int64_t length : {300, 7})
            for (const int64_t rate : {1, 3, 4}) {
                Experiment e = default_experiment();
                e.problem.seq_len = 1000;
                e.problem.head_groups = {{length, rate, {}, {}}};
                e.ring.layout = layout;
                const Schedule schedule = plan(e);
                const Pattern& pattern = schedule.problem.patterns[0];
                for (const auto& [begin, end] :
                     std::vector<std::pair<int64_t, int64_t>>{{0, 1000}, {37, 341}, {500, 501}, {299, 601}}) {
                    std::vector<int64_t> wanted(static_cast<size_t>(schedule.ranks));
                    for (int64_t token = begin; token < end; ++token)
                        if (schedule.problem.kept(pattern, token))
                            ++wanted[static_cast<size_t>(schedule.placement.owner(token))];
                    std::vector<int64_t> found(wanted.size());
                    for (const OwnerShare& share : key_owners(schedule, 0, begin, end))
                        found[static_cast<size_t>(share.rank)] = share.keys;
                    EXPECT_EQ(found, wanted) << name_of(layout) << " " << rate << " " << begin;
                }
            }
}

/// Hundreds of millions of segments are counted in milliseconds; one by one they take minutes.
TEST(KeyOwners, DoNotLookAtEverySegment) {
    Experiment e = default_experiment();
    e.problem.seq_len = INT32_MAX;
    e.problem.head_groups = {{3, 1, {}, {}}};
    const Schedule schedule = plan(e);
    const auto begin = std::chrono::steady_clock::now();
    int64_t keys = 0;
    for (const OwnerShare& share : key_owners(schedule, 0, 0, e.problem.seq_len)) keys += share.keys;
    EXPECT_EQ(keys, e.problem.seq_len);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

Experiment interleaved(Layout layout, int64_t stripe_block, bool causal, Queries queries) {
    Experiment e = default_experiment();
    e.problem.seq_len = 96;
    e.problem.causal = causal;
    e.problem.queries = queries;
    e.problem.head_groups = {{24, 1, {}, {}}, {48, 2, 1, {}}, {96, 3, 2, {}}, {6, 1, {}, {}}, {5, 2, 1, {}}};
    e.ring.layout = layout;
    e.ring.stripe_block.tokens = stripe_block;
    return e;
}

/// Step -> allowed pairs of the block whose keys arrive in it, pair by pair.
std::map<int, int64_t> asked_pair_by_pair(const Schedule& schedule, const StepLookup& steps, int pattern,
                                          const TokenInterval& query, const TokenInterval& key) {
    const Problem& problem = schedule.problem;
    const Pattern& p = problem.patterns[static_cast<size_t>(pattern)];
    std::map<int, int64_t> pairs;
    for (int64_t q = query.begin; q < std::min(query.end, problem.seq_len); ++q)
        for (int64_t k = key.begin; k < std::min(key.end, problem.seq_len); ++k)
            if (problem.allowed(p, q, k))
                ++pairs[steps.step_of(schedule.placement.owner(q), schedule.placement.owner(k), pattern,
                                      k / p.segment_length)];
    return pairs;
}

void expect_mixtures(const Experiment& experiment) {
    const Schedule schedule = plan(experiment);
    const StepLookup steps(schedule);
    for (int pattern = 0; pattern < static_cast<int>(schedule.problem.patterns.size()); ++pattern) {
        StepMixture mixture(schedule, steps, pattern);
        for (const int64_t block : {6, 12, 40, 96})
            for (int64_t q = 0; q < 96; q += block)
                for (int64_t k = 0; k < 96; k += block) {
                    SCOPED_TRACE(std::to_string(pattern) + " " + std::to_string(q) + " " + std::to_string(k));
                    std::vector<StepShare> shares;
                    std::vector<int> used;
                    for (const auto& [step, pairs] :
                         asked_pair_by_pair(schedule, steps, pattern, {q, q + block}, {k, k + block})) {
                        shares.push_back({step, pairs});
                        used.push_back(step);
                    }
                    EXPECT_EQ(step_shares(schedule, steps, pattern, q, q + block, k, k + block), shares);
                    EXPECT_EQ(
                        mixture.steps_of(mixture.queries_in(q, q + block), mixture.keys_in(k, k + block)),
                        used);
                }
    }
}

TEST(StepMixture, EqualsAskingEachPairOfABlock) {
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped})
        for (const int64_t stripe_block : {1, 5})
            for (const bool causal : {true, false})
                for (const Queries queries : {Queries::dilated, Queries::all})
                    expect_mixtures(interleaved(layout, stripe_block, causal, queries));
}

TEST(PatternExplain, SharesOfABlockAreInWords) {
    Experiment e = default_experiment();
    e.ring.layout = Layout::striped;
    const Schedule schedule = plan(e);
    const std::string steps = steps_text(schedule, StepLookup(schedule), 0, {0, 128, 0, 128});
    EXPECT_NE(steps.find("1 has "), std::string::npos) << steps;
    EXPECT_EQ(owners_text(schedule, 0, 0, 128),
              "\nits 128 kept keys lie on 4 ranks: 0 has 25%, 1 has 25%, 2 has 25%, 3 has 25%");
    EXPECT_EQ(owners_text(schedule, 0, 4, 5), "") << "one rank owns it";
}

}  // namespace
}  // namespace ringscope

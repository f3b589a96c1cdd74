// The size of a plan, counted before it is made: never too small, near the truth where that is known, and quick.
#include "engine/plan/plan_size.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include "engine/base/error.h"
#include "engine/experiment/scenarios.h"
#include "engine/plan/schedule.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

Experiment one_group(int64_t seq_len, int64_t segment_length, int ranks, int64_t rate = 1) {
    Experiment e;
    e.problem.seq_len = seq_len;
    e.problem.heads = 1;
    e.problem.head_dim = 1;
    e.problem.head_groups = {{segment_length, rate, {}, {}}};
    e.ring.ranks = ranks;
    return e;
}

struct Counts {
    int64_t pieces = 0, transfers = 0, work = 0, rank_steps = 0;
};
Counts counts_of(const Schedule& schedule) {
    Counts counts;
    counts.transfers = static_cast<int64_t>(schedule.transfers.size());
    for (const RankPlan& rank : schedule.rank_plans)
        for (const RankStep& step : rank.steps) {
            counts.pieces += static_cast<int64_t>(step.pieces.size());
            counts.work += static_cast<int64_t>(step.work.size());
            ++counts.rank_steps;
        }
    return counts;
}

std::string refusal(const Experiment& e) {
    try {
        require_plannable(e, plan_size(e));
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input);
        return error.what();
    }
    return "";
}

TEST(PlanSize, IsNeverSmallerThanThePlan) {
    std::mt19937 random(5);
    for (int round = 0; round < 3000; ++round) {
        const Experiment e = random_experiment(random, {300, 16, 4});
        SCOPED_TRACE(describe(e));
        const PlanSize size = plan_size(e);
        const Counts counts = counts_of(plan(e));
        ASSERT_GE(size.pieces, counts.pieces);
        ASSERT_GE(size.transfers, counts.transfers);
        ASSERT_GE(size.work, counts.work);
        ASSERT_GE(size.rank_steps, counts.rank_steps);
        ASSERT_GT(size.comparisons, 0);
        ASSERT_GE(size.bytes, counts.pieces * static_cast<int64_t>(sizeof(Piece)) +
                                  counts.work * static_cast<int64_t>(sizeof(Work)));
    }
}

TEST(PlanSize, IsNearTheTruthForWhatPeoplePlan) {
    for (const Scenario& scenario : scenarios()) {
        SCOPED_TRACE(scenario.name);
        const PlanSize size = plan_size(scenario.experiment);
        const Counts counts = counts_of(plan(scenario.experiment));
        EXPECT_LE(size.pieces, 2 * counts.pieces);
        EXPECT_LE(size.work, 3 * counts.work);  // zigzag: two intervals per rank, as if both kept something
    }
    for (const bool causal : {false, true}) {
        Experiment e = one_group(4096, 4096, 64);
        e.problem.causal = causal;
        const PlanSize size = plan_size(e);
        const Counts counts = counts_of(plan(e));
        EXPECT_LE(static_cast<double>(size.pieces), 1.05 * static_cast<double>(counts.pieces));
        EXPECT_LE(static_cast<double>(size.work), 1.05 * static_cast<double>(counts.work));
    }
}

TEST(PlanSize, TheLargestRingCanBePlanned) {
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        Experiment e = one_group(1 << 20, 1 << 29, kMaxRanks);
        e.ring.layout = layout;
        EXPECT_EQ(refusal(e), "") << name_of(layout);
        e.problem.seq_len = 1 << 29;
        EXPECT_EQ(refusal(e), "") << name_of(layout);
    }
}

TEST(PlanSize, RefusesWhatWouldNotEndAndSaysWhy) {
    Experiment e = one_group(134217728, 3, 64);
    EXPECT_EQ(refusal(e), "") << "few segments are shared";
    e.ring.layout = Layout::striped;
    const std::string said = refusal(e);
    for (const char* part : {"problem.seq_len 134217728", "64 ranks", "striped", "M pieces", "at most 16.8M"})
        EXPECT_NE(said.find(part), std::string::npos) << part << " in: " << said;
    EXPECT_THROW(plan(e), Error);
    // Sub-rings that are empty cost time all the same.
    e = one_group(INT32_MAX, 2, 4, 2);
    e.ring.layout = Layout::striped;
    e.ring.dilate_before_send = true;
    EXPECT_NE(refusal(e), "");
    // Few ranks and many runs of tokens: a run for each of the 2,000 residues of a stripe.
    e = one_group(INT32_MAX, INT32_MAX, 64, 7);
    e.problem.causal = true;
    e.ring.layout = Layout::striped;
    e.ring.stripe_block.tokens = 2000;
    EXPECT_NE(refusal(e).find("comparisons"), std::string::npos);
}

/// Fields at their edges and between. The bound on time is generous: 600 counts take a second or two.
TEST(PlanSize, CountsAnyExperimentQuickly) {
    std::mt19937_64 random(7);
    const auto size = [&](int64_t most) {  // all magnitudes alike
        const double exponent =
            std::uniform_real_distribution<double>(0, std::log2(double(most) + 1))(random);
        return std::clamp<int64_t>(static_cast<int64_t>(std::exp2(exponent)), 1, most);
    };
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < 600; ++round) {
        Experiment e = one_group(size(INT32_MAX), 1, static_cast<int>(size(kMaxRanks)));
        e.problem.heads = static_cast<int>(size(64));
        e.problem.head_groups.clear();
        for (int64_t group = 0; group < std::min<int64_t>(e.problem.heads, 4); ++group) {
            const int64_t w = size(INT32_MAX);
            e.problem.head_groups.push_back({w, size(w), {}, {Offset::Rule::per_head, 0}});
        }
        e.problem.causal = round % 2 != 0;
        e.problem.queries = round % 3 != 0 ? Queries::dilated : Queries::all;
        e.ring.layout = static_cast<Layout>(round % 3);
        e.ring.stripe_block.tokens = round % 5 ? size(INT32_MAX) : 0;
        e.ring.prune = round % 4 != 0;
        e.ring.dilate_before_send = round % 7 != 0;
        if (!validate(e).empty()) continue;
        EXPECT_GT(plan_size(e).bytes, 0);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(120));
}

/// A plan of so many comparisons takes tens of seconds; the stop comes while it counts pairs.
TEST(Plan, EndsOnAStopRequest) {
    Experiment e = one_group(1 << 24, 5003, 512);
    e.ring.layout = Layout::striped;
    ASSERT_GT(plan_size(e).comparisons, int64_t{1} << 28);
    std::stop_source stop;
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    try {
        plan(e, {}, stop.get_token());
        FAIL() << "planned to the end";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace ringscope

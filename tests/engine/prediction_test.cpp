// What is predicted of a run from its schedule alone.
#include "engine/analysis/prediction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/base/error.h"
#include "engine/experiment/scenarios.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

TEST(Prediction, HopRuleFollowsTheSchedule) {
    Experiment e = find_scenario("Hybrid")->experiment;
    // An undilated ring of p: a hop brings n/p rows of K and V; each meets n/p queries of every head: 4 d
    // (n/p)^2 FLOPs over 2 (n/p) d 4 bytes per head = (n/p) / 2 FLOPs per byte.
    e.problem.head_groups = {{e.problem.seq_len, 1, {}, {}}};
    const Prediction p = predict(plan(e));
    ASSERT_TRUE(p.hop_flops_per_byte);
    EXPECT_DOUBLE_EQ(*p.hop_flops_per_byte, static_cast<double>(e.problem.seq_len / e.ring.ranks) / 2);
    EXPECT_DOUBLE_EQ(p.balance, 1);
    e.ring.overlap = false;
    EXPECT_EQ(predict(plan(e)).hop_flops_per_byte, 0);
    e.problem.head_groups = {{e.problem.seq_len / e.ring.ranks, 1, {}, {}}};
    EXPECT_FALSE(predict(plan(e)).hop_flops_per_byte) << "segments inside chunks: nothing travels";
}

TEST(Prediction, UndilatedPeakIsThatOfWholeChunks) {
    Experiment e = find_scenario("Hybrid")->experiment;
    const Prediction p = predict(plan(e));
    e.ring.dilate_before_send = false;
    const Prediction whole = predict(plan(e));
    EXPECT_EQ(p.undilated_peak_bytes, whole.peak_bytes_max);
    EXPECT_GT(whole.peak_bytes_max, p.peak_bytes_max);
    EXPECT_EQ(whole.undilated_peak_bytes, 0) << "nothing is left out of whole chunks";
}

TEST(Prediction, AllGathersPeakIsThatOfItsPlan) {
    std::mt19937 random(3);
    for (int round = 0; round < 500; ++round) {
        Experiment e = random_experiment(random);
        SCOPED_TRACE(describe(e));
        const int64_t told = all_gather_peak_bytes(plan(e));
        e.ring.strategy = Strategy::all_gather;
        ASSERT_EQ(told, predicted_peak_bytes_max(plan(e)));
    }
}

/// Short segments lie on few ranks each, but gathering them takes a piece of every rank on every rank.
TEST(Prediction, NeedsNoPlanThatIsTooLarge) {
    Experiment e = find_scenario("Hybrid")->experiment;
    e.problem.seq_len = 1 << 20;
    e.problem.heads = 8;
    e.problem.kv_heads.reset();
    e.problem.head_groups.clear();
    for (int64_t group = 0; group < 8; ++group) e.problem.head_groups.push_back({64, 2 + group, {}, {}});
    e.ring.ranks = kMaxRanks;
    const Prediction p = predict(plan(e));
    EXPECT_GT(p.all_gather_peak_bytes, p.peak_bytes_max);
    std::stop_source stop;
    stop.request_stop();
    e = find_scenario("Hybrid")->experiment;
    e.problem.seq_len = e.problem.head_groups[0].segment_length = 1 << 20;
    e.ring.ranks = 256;
    EXPECT_THROW(predict(plan(e), stop.get_token()), Error) << "the plan of whole chunks is stopped";
}

TEST(Prediction, MostOfARankIsTheLargestRanks) {
    Experiment e = find_scenario("Hybrid")->experiment;
    e.problem.causal = true;
    const Schedule schedule = plan(e);
    const Prediction p = predict(schedule);
    int64_t sent = 0, bytes = 0, all = 0;
    double flops = 0, sum = 0;
    for (const RankPlan& rank : schedule.rank_plans) {
        sent = std::max(sent, rank.sent_bytes);
        bytes = std::max(bytes, rank.predicted_peak_bytes());
        all += rank.predicted_peak_bytes();
        flops = std::max(flops, rank.flops);
        sum += rank.flops;
    }
    EXPECT_EQ(p.sent_bytes_max, sent);
    EXPECT_EQ(p.peak_bytes_max, bytes);
    EXPECT_EQ(p.bytes_all_ranks, all);
    EXPECT_EQ(p.flops_max, flops);
    EXPECT_DOUBLE_EQ(p.balance, flops * e.ring.ranks / sum);
    EXPECT_GT(p.balance, 1) << "causal and contiguous: the last rank has most pairs";
}

}  // namespace
}  // namespace ringscope

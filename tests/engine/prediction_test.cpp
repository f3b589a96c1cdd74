// What is predicted of a run from its schedule alone.
#include "engine/analysis/prediction.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/experiment/scenarios.h"

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

// Pairs run in turns: when a trial ends, what it then says, and how often that is wrong.
#include "sessions/compare/paired_trial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ringscope {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(PairedTrial, AFixedNumberOfPairsHasOneLookAtNinetyFivePercent) {
    PairedTrial trial(plan_of_pairs(6));
    for (int i = 0; i < 6; ++i) {
        EXPECT_FALSE(trial.ended());
        trial.add(1 + 0.01 * i, 1.1 * (1 + 0.01 * i));
    }
    EXPECT_TRUE(trial.ended());
    EXPECT_EQ(trial.outcome(), PairedOutcome::more_time);
    EXPECT_NEAR(trial.ratio().estimate, 1.1, 1e-9);
    EXPECT_GE(trial.ratio().level, 0.95);
    EXPECT_TRUE(
        contains(trial.sentence("base", "head"), "head against base: +10.0% time (ratio of the times 1.1"))
        << trial.sentence("base", "head");
    EXPECT_TRUE(contains(trial.sentence("base", "head"), "6 pairs run in turns"));
}

TEST(PairedTrial, FiveClearPairsStillDecideNothing) {
    PairedTrial trial(plan_of_pairs(5));
    for (int i = 0; i < 5; ++i) trial.add(1, 20);
    EXPECT_EQ(trial.outcome(), PairedOutcome::undecided);
    EXPECT_TRUE(contains(trial.sentence("a", "b"), "not decided, 6 pairs or more are needed"));
}

TEST(PairedTrial, LooksShareTheFivePercent) {
    const PairedPlan plan = plan_until_decided(100, 0.01);
    EXPECT_EQ(plan.looks, (std::vector<int>{10, 20, 40, 80, 100}));
    EXPECT_DOUBLE_EQ(plan.level, 0.99);
    EXPECT_EQ(plan_until_decided(6, 0.01).looks, std::vector<int>{6});
    EXPECT_EQ(plan_until_decided(10, 0.01).looks, std::vector<int>{10});
    for (const int most : {6, 10, 11, 40, 300, 1000}) {
        // The first look must be able to decide.
        PairedTrial trial(plan_until_decided(most, 0.01));
        while (!trial.ended()) trial.add(1, 2);
        EXPECT_EQ(trial.outcome(), PairedOutcome::more_time) << most;
        EXPECT_LE(trial.pairs(), 10) << most;
    }
}

TEST(PairedTrial, EndsAtTheFirstLookThatDecidesAndNeverBetween) {
    PairedTrial faster(plan_until_decided(100, 0.01));
    PairedTrial equal(plan_until_decided(100, 0.01));
    PairedTrial unclear(plan_until_decided(100, 0.01));
    for (int i = 0; !faster.ended(); ++i) faster.add(2, 1 + 0.001 * i);
    for (int i = 0; !equal.ended(); ++i) equal.add(1, i % 2 ? 1.002 : 0.998);
    for (int i = 0; !unclear.ended(); ++i) unclear.add(1, std::exp(std::sin(1.7 * i)));
    EXPECT_EQ(faster.pairs(), 10);
    EXPECT_EQ(faster.outcome(), PairedOutcome::less_time);
    EXPECT_EQ(equal.outcome(), PairedOutcome::no_difference);
    EXPECT_TRUE(contains(equal.sentence("a", "b"), "no difference in time of 1.00% or more"))
        << equal.sentence("a", "b");
    EXPECT_EQ(unclear.pairs(), 100);
    EXPECT_EQ(unclear.outcome(), PairedOutcome::undecided);
}

/// How many of 400 trials claim a difference.
int claims(double ratio, const PairedPlan& plan) {
    std::mt19937 random(34);
    std::normal_distribution<double> normal;
    int claimed = 0;
    for (int round = 0; round < 400; ++round) {
        PairedTrial trial(plan);
        while (!trial.ended()) {
            const double drift = 1 + 0.01 * trial.pairs();
            const auto time = [&] { return drift * std::exp(0.05 * normal(random)); };
            const double first = time();
            trial.add(first, ratio * time());
        }
        const PairedOutcome outcome = trial.outcome();
        claimed += outcome == PairedOutcome::less_time || outcome == PairedOutcome::more_time;
    }
    return claimed;
}

TEST(PairedTrial, ManyLooksFindADifferenceThatIsNotThereAtMostOnceInTwenty) {
    // 20 of 400, with a deviation of 4. Looking after every pair at 95 % would claim several hundred.
    EXPECT_LE(claims(1, plan_until_decided(80, 0.0001)), 34);
    EXPECT_GE(claims(1.1, plan_until_decided(80, 0.0001)), 390);
    EXPECT_LE(claims(1, plan_of_pairs(12)), 34);
}

}  // namespace
}  // namespace ringscope

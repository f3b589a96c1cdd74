// Intervals of ratios: known cuts, and how often they hold the true ratio of noise that is made here.
#include "sessions/compare/ratio_interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace ringscope {
namespace {

using Values = std::vector<double>;

TEST(RatioInterval, ThreeOfEachReachNinetyPercentWithAllThatTheyHave) {
    const Interval interval = ratio_interval(Values{1, 1.1, 0.9}, Values{2, 2.2, 1.8}, 0.9);
    EXPECT_NEAR(interval.level, 0.9, 1e-12);
    EXPECT_DOUBLE_EQ(interval.low, 1.8 / 1.1);
    EXPECT_DOUBLE_EQ(interval.high, 2.2 / 0.9);
    EXPECT_DOUBLE_EQ(interval.estimate, 2);
    EXPECT_TRUE(interval.excludes(1.5));
    EXPECT_FALSE(interval.excludes(1.7));
}

TEST(RatioInterval, TheCutsAreThoseOfTheTables) {
    // Mann and Whitney's table: of 5 and 5, P(U <= 4) = 12 / 252 is the most below 5 %, so the fifth ratio from each end.
    const Values ones(5, 1.0), rising{1, 2, 3, 4, 5};
    const Interval unpaired = ratio_interval(ones, rising, 0.9);
    EXPECT_NEAR(unpaired.level, 1 - 2 * 12.0 / 252, 1e-12);
    EXPECT_DOUBLE_EQ(unpaired.low, 1) << "ratios are 1 to 5, five times each";
    // Of 8 and 8, P(U <= 15) = 0.0415, P(U <= 13) = 0.0249.
    EXPECT_NEAR(ratio_interval(Values(8, 1.0), Values(8, 1.0), 0.95).level, 1 - 2 * 0.0249, 1e-3);
    // Wilcoxon's table: of 6, P(W = 0) = 1 / 64; of 10, P(W <= 8) = 25 / 1024.
    EXPECT_NEAR(paired_ratio_interval(Values(6, 1.0), Values(6, 1.0), 0.95).level, 1 - 2.0 / 64, 1e-12);
    EXPECT_NEAR(paired_ratio_interval(Values(10, 1.0), Values(10, 1.0), 0.95).level, 1 - 50.0 / 1024, 1e-12);
    EXPECT_NEAR(median_interval(Values(5, 1.0), 0.9).level, 1 - 2.0 / 32, 1e-12);
}

TEST(RatioInterval, TooFewRepeatsHaveTheLevelThatTheyHave) {
    EXPECT_NEAR(ratio_interval(Values{1}, Values{2}, 0.9).level, 0, 1e-12);
    EXPECT_NEAR(ratio_interval(Values{1, 2}, Values{2, 3}, 0.9).level, 1 - 2.0 / 6, 1e-12);
    EXPECT_NEAR(paired_ratio_interval(Values(5, 1.0), Values(5, 2.0), 0.95).level, 1 - 2.0 / 32, 1e-12);
    EXPECT_NEAR(median_interval(Values{1, 2, 3}, 0.9).level, 0.75, 1e-12);
}

TEST(RatioInterval, NothingToNothingIsOneAndSomethingToNothingHasNoEnd) {
    const Values zeros(4, 0.0);
    EXPECT_EQ(ratio_interval(zeros, zeros, 0.9).high, 1);
    const Interval interval = ratio_interval(zeros, Values{1, 2, 3, 4}, 0.9);
    EXPECT_TRUE(std::isinf(interval.low) && std::isinf(interval.estimate));
    EXPECT_EQ(ratio_interval(Values{1, 2, 3, 4}, zeros, 0.9).high, 0);
}

/// The noise of clocks: most times close together, some far above.
double noisy_time(std::mt19937& random) {
    std::normal_distribution<double> normal;
    const double outlier = std::uniform_real_distribution<double>()(random) < 0.1 ? 0.5 : 0;
    return std::exp(0.05 * normal(random) + outlier);
}

TEST(RatioInterval, HoldsTheTrueRatioAsOftenAsItSays) {
    std::mt19937 random(12);
    constexpr int kRounds = 2000;
    constexpr double kRatio = 1.07;
    for (const size_t repeats : {size_t{3}, size_t{5}, size_t{12}}) {
        int missed_low = 0, missed_high = 0;
        for (int round = 0; round < kRounds; ++round) {
            Values first, other;
            for (size_t i = 0; i < repeats; ++i) {
                first.push_back(noisy_time(random));
                other.push_back(kRatio * noisy_time(random));
            }
            const Interval interval = ratio_interval(first, other, 0.9);
            missed_low += interval.low > kRatio;
            missed_high += interval.high < kRatio;
        }
        // 5 % of 2000 are 100, with a deviation of 10.
        EXPECT_LE(missed_low, 140) << repeats;
        EXPECT_LE(missed_high, 140) << repeats;
        EXPECT_GE(missed_low + missed_high, 60) << "not far wider than it has to be, with " << repeats;
    }
}

TEST(RatioInterval, PairsCancelWhatDriftsAndHoldTheTrueRatio) {
    std::mt19937 random(12);
    constexpr int kRounds = 2000;
    constexpr double kRatio = 1.02;
    int missed = 0, found = 0, found_unpaired = 0;
    for (int round = 0; round < kRounds; ++round) {
        Values first, other;
        for (int i = 0; i < 12; ++i) {
            const double drift = 1 + 0.05 * i;  // a machine that grows warm
            first.push_back(drift * (1 + 0.01 * noisy_time(random)));
            other.push_back(kRatio * drift * (1 + 0.01 * noisy_time(random)));
        }
        const Interval interval = paired_ratio_interval(first, other, 0.95);
        missed += interval.excludes(kRatio);
        found += interval.low > 1;
        found_unpaired += ratio_interval(first, other, 0.95).low > 1;
    }
    EXPECT_LE(missed, 140) << "5 % of 2000 are 100";
    EXPECT_GE(found, kRounds * 9 / 10);
    EXPECT_LE(found_unpaired, kRounds / 10) << "what pairs are for";
}

TEST(RatioInterval, ManyRepeatsTakeTheNormalDistribution) {
    std::mt19937 random(12);
    Values first, other;
    for (int i = 0; i < 300; ++i) {
        first.push_back(noisy_time(random));
        other.push_back(1.07 * noisy_time(random));
    }
    for (const Interval& interval :
         {ratio_interval(first, other, 0.99), paired_ratio_interval(first, other, 0.99)}) {
        EXPECT_NEAR(interval.level, 0.99, 1e-12);
        EXPECT_LT(interval.low, 1.07);
        EXPECT_GT(interval.high, 1.07);
        EXPECT_GT(interval.low, 1.04);
        EXPECT_LT(interval.high, 1.10);
    }
}

}  // namespace
}  // namespace ringscope

// How sure a difference between repeats is: confidence intervals that assume nothing about the shape of the noise,
// and give the same answer each time.
//
//   unpaired   n times of one side, m of the other: the order statistics of the n m ratios b_j / a_i, cut where the
//              rank-sum distribution (Mann and Whitney 1947) says. Both sides may differ in a factor.
//   paired     n pairs made side by side: the order statistics of the means of every two of the n logarithms
//              ln(b_i / a_i), each with itself included, cut where the signed-rank distribution (Wilcoxon 1945) says.
//              What drifts on the machine meets both of a pair and cancels. Those logarithms are symmetric about the
//              true one, as they are when the two differ in a factor and the order within pairs alternates.
//   median     n times of one side: their order statistics, cut where the binomial distribution says.
//
// The estimate is the median of what the interval is cut from (Hodges and Lehmann 1963), so it lies inside.
#pragma once

#include <span>

namespace ringscope {

struct Interval {
    double estimate = 0;
    double low = 0;
    double high = 0;
    /// The share of such intervals that hold the true value: at least what was asked for, or less where there are
    /// too few repeats for it; then the interval is as wide as these repeats allow.
    double level = 0;
    bool excludes(double value) const { return value < low || value > high; }
};

/// Of the ratio of `other` to `first`; at least one value each, none negative. A ratio of 0 to 0 is 1. With three of
/// each 90 % is reached, with four 95 %.
Interval ratio_interval(std::span<const double> first, std::span<const double> other, double level);

/// Of the ratio of `other` to `first`, value by value; at least one pair, all above 0. With six pairs 95 % is
/// reached.
Interval paired_ratio_interval(std::span<const double> first, std::span<const double> other, double level);

/// Of the median; at least one value. With five values 90 % is reached.
Interval median_interval(std::span<const double> values, double level);

}  // namespace ringscope

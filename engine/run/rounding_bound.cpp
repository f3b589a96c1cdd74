#include "engine/run/rounding_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ringscope {

namespace {

constexpr double kUnit = 0x1p-24;
constexpr double kSmallestNormal = 0x1p-126;
/// Below this, e^x - 1 is x but for a factor that kMore covers.
constexpr double kSmall = 0.25;
constexpr double kMore = 1.29;  // e^0.25

/// Additions that a sum of weights goes through, on average: blocks of keys, then the blocks.
double additions(int64_t keys) {
    const auto n = static_cast<double>(keys);
    return std::min(n, 256 + n / 32) / 2;
}

}  // namespace

RowArithmetic arithmetic_of(const Problem& problem, int ranks, KernelRounding rounding) {
    RowArithmetic arithmetic;
    arithmetic.parts = std::max(1, ranks) * (problem.mixing == Mixing::longnet ? problem.groups : 1);
    if (rounding == KernelRounding::none || problem.dtype == DType::f32) return arithmetic;
    arithmetic.weight_unit = problem.dtype == DType::f16 ? 0x1p-11 : 0x1p-8;
    if (rounding == KernelRounding::weights_and_results) arithmetic.result_unit = arithmetic.weight_unit;
    if (problem.dtype == DType::f16) arithmetic.smallest_weight = 0x1p-24;
    return arithmetic;
}

RowBound::RowBound(const RowMagnitudes& row, const RowArithmetic& arithmetic, double max, double sum,
                   double o_size) {
    const auto keys = static_cast<double>(row.keys);
    const double shared = 2 * std::abs(max) + 4;  // the part of e_j that all keys have in common
    const double a = row.value / sum;
    const double score_error = kUnit * (row.score_error / sum + shared);
    const double worst_score = kUnit * (row.largest_error + shared);
    const bool small = 2 * worst_score < kSmall;
    const auto parts = static_cast<double>(std::min<int64_t>(arithmetic.parts, row.keys));
    const double folding = 2 * std::sqrt(parts) * (4 + 2 * std::abs(max + std::log(sum)));

    lse_ = (small ? kMore * score_error : worst_score) + kUnit * (additions(row.keys) + folding);
    scores_ = small ? kMore * kUnit * (row.score_value / sum + shared * a)
                    : std::numeric_limits<double>::infinity();
    scores_by_element_ = kMore * score_error;
    // Of all but the largest weight there is sum - 1, in F32 at most e^(2 u e) times that.
    one_winner_ = sum > 1 ? 2 * row.largest_value * (std::exp(2 * worst_score) + 1) * (sum - 1) : 0;
    by_element_ = kUnit * additions(row.keys);
    by_peak_ = kUnit * keys / 2 / sum;
    common_ = (kUnit * (16 + folding) + arithmetic.result_unit) * a;
    if (arithmetic.weight_unit > 0)
        common_ += arithmetic.weight_unit * std::min(a, o_size + 3 * std::sqrt(row.value_square) / sum);
    // What is below the smallest numbers of F32, and of the weights.
    common_ += keys * (kSmallestNormal * (1 + row.largest_value) +
                       arithmetic.smallest_weight * row.largest_value / sum);
    judges_ = !(std::min(scores_, one_winner_) >= 2 * row.largest_value) || row.largest_value == 0;
}

double RowBound::element(double o, double peak) const {
    const double size = std::abs(o);
    return std::min(scores_ + scores_by_element_ * size, one_winner_) + by_element_ * size + by_peak_ * peak +
           common_;
}

}  // namespace ringscope

#include "engine/calibrate/curve_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/base/error.h"

namespace ringscope {

namespace {

// seconds = a * pairs + b * rows + c * keys, all per block; a, b, c >= 0. Divided by the measured seconds each row's
// error is relative.
constexpr size_t kTerms = 3;
using Terms = std::array<double, kTerms>;

Terms terms_of(const BlockTime& time) {
    const double scale = time.times / time.seconds;
    return {time.block.pairs * scale, time.block.rows * scale, time.block.keys * scale};
}

/// Least squares over the terms in `used`, the others 0; nothing when these hang on each other or one comes out below 0.
std::optional<Terms> solve(std::span<const BlockTime> times, const std::array<bool, kTerms>& used) {
    std::array<std::array<double, kTerms + 1>, kTerms> normal{};
    for (const BlockTime& time : times) {
        const Terms terms = terms_of(time);
        for (size_t i = 0; i < kTerms; ++i) {
            for (size_t j = 0; j < kTerms; ++j) normal[i][j] += terms[i] * terms[j];
            normal[i][kTerms] += terms[i];
        }
    }
    for (size_t i = 0; i < kTerms; ++i) {
        if (used[i]) continue;
        normal[i].fill(0);
        for (auto& row : normal) row[i] = 0;
        normal[i][i] = 1;
    }
    for (size_t i = 0; i < kTerms; ++i) {  // Gauss and Jordan: the matrix is positive definite
        const double pivot = normal[i][i];
        if (!(pivot > 1e-300)) return std::nullopt;
        for (size_t row = 0; row < kTerms; ++row) {
            if (row == i) continue;
            const double factor = normal[row][i] / pivot;
            for (size_t column = i; column <= kTerms; ++column)
                normal[row][column] -= factor * normal[i][column];
        }
    }
    Terms solution{};
    for (size_t i = 0; i < kTerms; ++i) {
        solution[i] = normal[i][kTerms] / normal[i][i];
        if (!std::isfinite(solution[i]) || solution[i] < 0) return std::nullopt;
    }
    return solution;
}

double squared_error(std::span<const BlockTime> times, const Terms& solution) {
    double sum = 0;
    for (const BlockTime& time : times) {
        const Terms terms = terms_of(time);
        double modelled = 0;
        for (size_t i = 0; i < kTerms; ++i) modelled += solution[i] * terms[i];
        sum += (modelled - 1) * (modelled - 1);
    }
    return sum;
}

}  // namespace

AttentionCurve fit_curve(std::span<const BlockTime> times, double peak, const AttentionCurve& like) {
    RINGSCOPE_CHECK(!times.empty() && peak > 0);
    Terms best{};
    double least = std::numeric_limits<double>::infinity();
    for (const bool rows : {false, true})
        for (const bool keys : {false, true}) {
            const auto solution = solve(times, {true, rows, keys});
            if (!solution || !((*solution)[0] > 0)) continue;
            const double error = squared_error(times, *solution);
            if (error >= least) continue;
            least = error;
            best = *solution;
        }
    RINGSCOPE_CHECK(std::isfinite(least));
    AttentionCurve curve = like;
    curve.share = std::min(1.0, 4.0 * like.head_dim / (best[0] * peak));
    curve.half_keys = best[1] / best[0];
    curve.half_rows = best[2] / best[0];
    return curve;
}

double modelled_over_measured(const BlockTime& time, double peak, const AttentionCurve& curve) {
    const AttentionBlock& block = time.block;
    const double pairs = block.pairs + curve.half_keys * block.rows + curve.half_rows * block.keys;
    return 4.0 * curve.head_dim * pairs / (peak * curve.share) * time.times / time.seconds;
}

}  // namespace ringscope

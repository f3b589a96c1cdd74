#include "sessions/compare/ratio_interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/base/error.h"

namespace ringscope {

namespace {

/// Of 3 and 3 repeats the tail of 5 % is met exactly, 1 of 20: rounding must not miss it.
constexpr double kRounding = 1e-9;

/// z with P(Z < -z) = tail for a standard normal Z.
double normal_quantile(double tail) {
    double low = 0, high = 40;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (std::erfc(middle / std::sqrt(2.0)) / 2 > tail ? low : high) = middle;
    }
    return low;
}

/// How many values are cut off at each end, and the probability of what lies beyond: of a statistic that is
/// symmetric, at least 0, and has the probabilities given from 0 on.
struct Cut {
    size_t values = 0;
    double tail = 0;
};
Cut cut_of(const std::vector<double>& probabilities, double tail) {
    Cut cut;
    for (const double probability : probabilities) {
        if (cut.tail + probability > tail + kRounding) break;
        cut.tail += probability;
        ++cut.values;
    }
    return cut;
}

/// By the normal distribution with the statistic's mean and deviation.
Cut normal_cut(double mean, double deviation, double tail) {
    const double at = mean - normal_quantile(tail) * deviation - 0.5;
    return {static_cast<size_t>(std::max(0.0, std::floor(at))), tail};
}

/// The d-th values from both ends of what is sorted here. With nothing to cut off: all of them, at the level that
/// this has.
Interval between(std::vector<double> values, Cut cut, double tail_of_all) {
    std::sort(values.begin(), values.end());
    const size_t last = values.size() - 1, half = values.size() / 2;
    const double estimate = values.size() % 2 || values[half] == values[half - 1]
                                ? values[half]
                                : (values[half - 1] + values[half]) / 2;
    if (cut.values == 0) return {estimate, values.front(), values.back(), 1 - 2 * tail_of_all};
    const size_t at = std::min(cut.values - 1, last / 2);
    return {estimate, values[at], values[last - at], 1 - 2 * cut.tail};
}

/// P(U = u) for u from 0 to half of n m: the pairs in which a value of the second sample lies below one of the first.
///     P(n, m, u) = n / (n + m) P(n - 1, m, u - m) + m / (n + m) P(n, m - 1, u)
std::vector<double> rank_sum_probabilities(size_t n, size_t m) {
    const size_t size = n * m / 2 + 1;
    std::vector<std::vector<double>> of(m + 1, std::vector<double>(size, 0.0));
    for (auto& row : of) row[0] = 1;  // of n = 0
    for (size_t i = 1; i <= n; ++i)
        for (size_t j = 1; j <= m; ++j) {
            const double share = static_cast<double>(i) / static_cast<double>(i + j);
            for (size_t u = size; u-- > 0;)
                of[j][u] = (u >= j ? share * of[j][u - j] : 0) + (1 - share) * of[j - 1][u];
        }
    return of[m];
}

/// P(W = w) for w from 0 to half of n (n + 1) / 2: the sum of the ranks of the negative differences.
std::vector<double> signed_rank_probabilities(size_t n) {
    std::vector<double> of(n * (n + 1) / 4 + 1, 0.0);
    of[0] = 1;
    for (size_t i = 1; i <= n; ++i)
        for (size_t w = of.size(); w-- > 0;) of[w] = (of[w] + (w >= i ? of[w - i] : 0)) / 2;
    return of;
}

std::vector<double> binomial_probabilities(size_t n) {
    std::vector<double> of(n / 2 + 1, 0.0);
    of[0] = 1;
    for (size_t i = 1; i <= n; ++i)
        for (size_t k = of.size(); k-- > 0;) of[k] = (of[k] + (k >= 1 ? of[k - 1] : 0)) / 2;
    return of;
}

double ratio_of(double value, double to) {
    if (to > 0) return value / to;
    return value > 0 ? std::numeric_limits<double>::infinity() : 1;
}

}  // namespace

Interval ratio_interval(std::span<const double> first, std::span<const double> other, double level) {
    RINGSCOPE_CHECK(!first.empty() && !other.empty());
    constexpr size_t kExactPairs = 6000;  // beyond, the normal distribution is as good and takes no time
    std::vector<double> ratios;
    ratios.reserve(first.size() * other.size());
    for (const double to : first)
        for (const double value : other) ratios.push_back(ratio_of(value, to));
    const double tail = (1 - level) / 2;
    if (ratios.size() > kExactPairs) {
        const auto pairs = static_cast<double>(ratios.size());
        const auto values = static_cast<double>(first.size() + other.size());
        return between(std::move(ratios), normal_cut(pairs / 2, std::sqrt(pairs * (values + 1) / 12), tail),
                       0);
    }
    const std::vector<double> probabilities = rank_sum_probabilities(first.size(), other.size());
    return between(std::move(ratios), cut_of(probabilities, tail), probabilities[0]);
}

Interval paired_ratio_interval(std::span<const double> first, std::span<const double> other, double level) {
    RINGSCOPE_CHECK(!first.empty() && first.size() == other.size());
    constexpr size_t kExactPairs = 100;
    std::vector<double> logarithms, means;
    for (size_t i = 0; i < first.size(); ++i) {
        RINGSCOPE_CHECK(first[i] > 0 && other[i] > 0);
        logarithms.push_back(std::log(other[i] / first[i]));
        for (const double earlier : logarithms) means.push_back((earlier + logarithms.back()) / 2);
    }
    const double tail = (1 - level) / 2;
    const auto n = static_cast<double>(first.size());
    const std::vector<double> probabilities =
        first.size() <= kExactPairs ? signed_rank_probabilities(first.size()) : std::vector<double>{0.0};
    const Cut cut = first.size() <= kExactPairs
                        ? cut_of(probabilities, tail)
                        : normal_cut(n * (n + 1) / 4, std::sqrt(n * (n + 1) * (2 * n + 1) / 24), tail);
    const Interval of_logarithms = between(std::move(means), cut, probabilities[0]);
    return {std::exp(of_logarithms.estimate), std::exp(of_logarithms.low), std::exp(of_logarithms.high),
            of_logarithms.level};
}

Interval median_interval(std::span<const double> values, double level) {
    RINGSCOPE_CHECK(!values.empty());
    const std::vector<double> probabilities = binomial_probabilities(values.size());
    return between({values.begin(), values.end()}, cut_of(probabilities, (1 - level) / 2), probabilities[0]);
}

}  // namespace ringscope

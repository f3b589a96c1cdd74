#include "engine/experiment/token_run.h"

#include <algorithm>

namespace ringscope {

namespace {

/// sum over 0 <= i < n of floor((a i + b) / m) for a, b >= 0, m >= 1, as Euclid's algorithm folds a lattice
/// triangle.
int64_t floor_sum(int64_t n, int64_t m, int64_t a, int64_t b) {
    int64_t sum = 0;
    while (n > 0) {
        sum += (n - 1) * n / 2 * (a / m) + n * (b / m);
        a %= m;
        b %= m;
        const int64_t top = a * n + b;
        n = top / m;
        b = top % m;
        std::swap(a, m);
    }
    return sum;
}

int64_t ceil_div(int64_t a, int64_t b) { return a > 0 ? (a + b - 1) / b : 0; }

/// Pairs with key <= query of two runs: queries before the first key see none, those past the last see all,
/// and those between are a lattice sum.
int64_t causal_pairs(const TokenRun& queries, const TokenRun& keys) {
    const int64_t sees_none = std::min(queries.count, ceil_div(keys.first - queries.first, queries.stride));
    const int64_t sees_all_from =
        std::clamp(ceil_div(keys.last() - queries.first, queries.stride), sees_none, queries.count);
    const int64_t between = sees_all_from - sees_none;
    int64_t pairs = (queries.count - sees_all_from) * keys.count;
    if (between > 0)
        pairs +=
            between + floor_sum(between, keys.stride, queries.stride, queries.at(sees_none) - keys.first);
    return pairs;
}

}  // namespace

int64_t token_count(std::span<const TokenRun> runs) {
    int64_t count = 0;
    for (const TokenRun& run : runs) count += run.count;
    return count;
}

int64_t count_pairs(std::span<const TokenRun> queries, std::span<const TokenRun> keys, bool causal) {
    if (!causal) return token_count(queries) * token_count(keys);
    int64_t pairs = 0;
    for (const TokenRun& q : queries)
        for (const TokenRun& k : keys)
            if (q.count > 0 && k.count > 0) pairs += causal_pairs(q, k);
    return pairs;
}

}  // namespace ringscope

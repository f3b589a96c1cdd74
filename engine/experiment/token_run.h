// Token runs: the affine sets {first, first + stride, ...} that describe every piece of work exactly.
//
// Kept tokens of a segment inside one rank's share are one run (contiguous), two (zigzag) or a few (striped),
// by the Chinese remainder theorem; see DESIGN "Why everything is affine". So planning costs O(segments), not
// O(tokens).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ringscope {

/// Tokens first + i * stride for 0 <= i < count; stride >= 1.
struct TokenRun {
    int64_t first = 0;
    int64_t stride = 1;
    int64_t count = 0;

    int64_t last() const { return first + (count - 1) * stride; }  // count > 0
    int64_t at(int64_t i) const { return first + i * stride; }
    bool operator==(const TokenRun&) const = default;
};

/// Consecutive segments first .. first + count - 1 of one pattern.
struct SegmentRange {
    int64_t first = 0;
    int64_t count = 0;
    int64_t end() const { return first + count; }
    bool operator==(const SegmentRange&) const = default;
};

/// Tokens in all runs together.
int64_t token_count(std::span<const TokenRun> runs);

/// Pairs (query, key) with, if causal, key <= query. Closed form: O(log) per pair of runs.
int64_t count_pairs(std::span<const TokenRun> queries, std::span<const TokenRun> keys, bool causal);

}  // namespace ringscope

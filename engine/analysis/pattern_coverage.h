// How much of a block of the query x key matrix a pattern allows, in closed form: no sampling, so no moire.
//
// Queries and keys share a segment or have nothing to do with each other, so a block's pairs are a sum over
// the segments that both of its ranges touch. All whole segments but the sequence's last have the same number
// of pairs; what is left are two partial segments at most, each a product of two counts or, across the causal
// edge, an affine count.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/experiment/problem.h"

namespace ringscope {

/// Half-open ranges of tokens.
struct TokenWindow {
    double key_begin = 0;
    double key_end = 0;
    double query_begin = 0;
    double query_end = 0;
    bool empty() const { return !(key_end > key_begin && query_end > query_begin); }
    bool operator==(const TokenWindow&) const = default;
};

/// Kept tokens in [begin, end).
int64_t kept_in(const Problem& problem, const Pattern& pattern, int64_t begin, int64_t end);
/// Tokens in [begin, end) that are computed as queries: kept ones, or all of them.
int64_t queries_in(const Problem& problem, const Pattern& pattern, int64_t begin, int64_t end);
/// Allowed pairs of one head in [query_begin, query_end) x [key_begin, key_end). O(1) but for the affine
/// counts.
int64_t pairs_in_block(const Problem& problem, const Pattern& pattern, int64_t query_begin, int64_t query_end,
                       int64_t key_begin, int64_t key_end);

/// Square blocks of `block` tokens, whose edges are multiples of it.
struct CoverageGrid {
    int64_t block = 1;
    int64_t first_key = 0;    // token
    int64_t first_query = 0;  // token
    int columns = 0;
    int rows = 0;
    std::vector<int64_t> pairs;  // [row * columns + column], of one head
    int64_t most = 0;            // the largest of them

    int64_t key_begin(int column) const { return first_key + column * block; }
    int64_t query_begin(int row) const { return first_query + row * block; }
    int64_t at(int row, int column) const { return pairs[static_cast<size_t>(row) * columns + column]; }
};

/// The smallest block with at most `most_cells` blocks per side: 1, else a multiple of the dilation rate, so
/// that equal parts of the pattern look equal.
int64_t block_for(const Problem& problem, const Pattern& pattern, const TokenWindow& window, int most_cells);
CoverageGrid cover(const Problem& problem, const Pattern& pattern, const TokenWindow& window, int64_t block);

}  // namespace ringscope

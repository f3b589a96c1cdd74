#include "engine/analysis/pattern_coverage.h"

#include <algorithm>
#include <cmath>

#include "engine/experiment/placement.h"

namespace ringscope {

namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Numbers 0 <= i < position with i mod rate == offset.
int64_t residues_below(int64_t position, int64_t rate, int64_t offset) {
    return position <= offset ? 0 : ceil_div(position - offset, rate);
}

/// One segment's queries and keys inside a block, as affine runs.
TokenRun run_in(int64_t segment_begin, int64_t begin, int64_t end, int64_t stride, int64_t offset) {
    const int64_t before = residues_below(begin - segment_begin, stride, offset);
    const int64_t count = residues_below(end - segment_begin, stride, offset) - before;
    return {segment_begin + offset + before * stride, stride, count};
}

/// Pairs inside one segment, whose part of the block is [query_begin, query_end) x [key_begin, key_end).
int64_t pairs_in_segment(const Problem& problem, const Pattern& pattern, int64_t segment,
                         const TokenInterval& query, const TokenInterval& key) {
    const int64_t start = segment * pattern.segment_length;
    const bool all = problem.queries == Queries::all;
    const TokenRun queries =
        run_in(start, query.begin, query.end, all ? 1 : pattern.dilation_rate, all ? 0 : pattern.offset);
    const TokenRun keys = run_in(start, key.begin, key.end, pattern.dilation_rate, pattern.offset);
    if (queries.count == 0 || keys.count == 0) return 0;
    if (!problem.causal || keys.last() <= queries.first) return queries.count * keys.count;
    if (keys.first > queries.last()) return 0;
    return count_pairs(std::span(&queries, 1), std::span(&keys, 1), true);
}

TokenInterval intersect(int64_t begin, int64_t end, int64_t other_begin, int64_t other_end) {
    return {std::max(begin, other_begin), std::min(end, other_end)};
}

int64_t part_of_segment(const Problem& problem, const Pattern& pattern, int64_t segment,
                        const TokenInterval& query, const TokenInterval& key) {
    const int64_t begin = segment * pattern.segment_length;
    const int64_t end = std::min(begin + pattern.segment_length, problem.seq_len);
    const TokenInterval queries = intersect(query.begin, query.end, begin, end);
    const TokenInterval keys = intersect(key.begin, key.end, begin, end);
    if (queries.begin >= queries.end || keys.begin >= keys.end) return 0;
    return pairs_in_segment(problem, pattern, segment, queries, keys);
}

/// A row of blocks as queries, or a column as keys: the segments it touches and, of a single one, its tokens.
struct BlockLine {
    int64_t first_segment = 0;
    int64_t last_segment = 0;
    TokenRun tokens;
};

BlockLine line_of(const Problem& problem, const Pattern& pattern, int64_t begin, int64_t end, bool all) {
    end = std::min(end, problem.seq_len);
    const int64_t w = pattern.segment_length;
    BlockLine line{begin / w, (end - 1) / w, {}};
    if (line.first_segment == line.last_segment)
        line.tokens = run_in(line.first_segment * w, begin, end, all ? 1 : pattern.dilation_rate,
                             all ? 0 : pattern.offset);
    return line;
}

/// Most blocks lie in one segment, away from the causal edge: a product, without a division.
int64_t pairs_of_lines(const Problem& problem, const Pattern& pattern, const BlockLine& row,
                       const BlockLine& column, const TokenInterval& query, const TokenInterval& key) {
    if (row.last_segment < column.first_segment || column.last_segment < row.first_segment) return 0;
    if (row.first_segment == row.last_segment && column.first_segment == column.last_segment) {
        const TokenRun& queries = row.tokens;
        const TokenRun& keys = column.tokens;
        if (queries.count == 0 || keys.count == 0) return 0;
        if (!problem.causal || keys.last() <= queries.first) return queries.count * keys.count;
        if (keys.first > queries.last()) return 0;
    }
    return pairs_in_block(problem, pattern, query.begin, query.end, key.begin, key.end);
}

int64_t tokens_in(const Problem& problem, const Pattern& pattern, int64_t begin, int64_t end, int64_t rate,
                  int64_t offset) {
    const auto below = [&](int64_t token) {
        const int64_t whole = token / pattern.segment_length;
        return whole * residues_below(pattern.segment_length, rate, offset) +
               residues_below(token % pattern.segment_length, rate, offset);
    };
    begin = std::clamp<int64_t>(begin, 0, problem.seq_len);
    end = std::clamp(end, begin, problem.seq_len);
    return below(end) - below(begin);
}

}  // namespace

int64_t kept_in(const Problem& problem, const Pattern& pattern, int64_t begin, int64_t end) {
    return tokens_in(problem, pattern, begin, end, pattern.dilation_rate, pattern.offset);
}

int64_t queries_in(const Problem& problem, const Pattern& pattern, int64_t begin, int64_t end) {
    if (problem.queries == Queries::all) return tokens_in(problem, pattern, begin, end, 1, 0);
    return kept_in(problem, pattern, begin, end);
}

int64_t pairs_in_block(const Problem& problem, const Pattern& pattern, int64_t query_begin, int64_t query_end,
                       int64_t key_begin, int64_t key_end) {
    const TokenInterval query = intersect(query_begin, query_end, 0, problem.seq_len);
    const TokenInterval key = intersect(key_begin, key_end, 0, problem.seq_len);
    if (query.begin >= query.end || key.begin >= key.end) return 0;
    if (problem.causal && key.begin >= query.end) return 0;
    const int64_t w = pattern.segment_length;
    const int64_t first = std::max(query.begin, key.begin) / w;
    const int64_t last = std::min(query.end - 1, key.end - 1) / w;
    if (first > last) return 0;
    int64_t pairs = part_of_segment(problem, pattern, first, query, key);
    if (last > first) pairs += part_of_segment(problem, pattern, last, query, key);
    if (last - first < 2) return pairs;
    // Segments strictly between lie wholly inside both ranges and are alike.
    const TokenInterval one{(first + 1) * w, (first + 2) * w};
    return pairs + (last - first - 1) * pairs_in_segment(problem, pattern, first + 1, one, one);
}

int64_t block_for(const Problem& problem, const Pattern& pattern, const TokenWindow& window, int most_cells) {
    const double tokens = std::max(window.key_end - window.key_begin, window.query_end - window.query_begin);
    const auto least = static_cast<int64_t>(
        std::ceil(std::clamp(tokens, 1.0, static_cast<double>(problem.seq_len)) / std::max(most_cells, 1)));
    if (least <= 1) return 1;
    const int64_t rate = std::min(pattern.dilation_rate, problem.seq_len);
    int64_t block = rate > 1 && rate < least ? rate : 1;
    while (block < least) block *= 2;
    return block;
}

CoverageGrid cover(const Problem& problem, const Pattern& pattern, const TokenWindow& window, int64_t block) {
    CoverageGrid grid;
    grid.block = std::max<int64_t>(block, 1);
    const auto first_block = [&](double token) {
        return static_cast<int64_t>(std::clamp(token, 0.0, static_cast<double>(problem.seq_len))) /
               grid.block;
    };
    const auto blocks = [&](double end, int64_t first) {
        const double clipped = std::clamp(end, 0.0, static_cast<double>(problem.seq_len));
        return static_cast<int>(
            std::max<int64_t>(ceil_div(static_cast<int64_t>(std::ceil(clipped)), grid.block) - first, 0));
    };
    const int64_t key_block = first_block(window.key_begin);
    const int64_t query_block = first_block(window.query_begin);
    grid.first_key = key_block * grid.block;
    grid.first_query = query_block * grid.block;
    grid.columns = blocks(window.key_end, key_block);
    grid.rows = blocks(window.query_end, query_block);
    grid.pairs.resize(static_cast<size_t>(grid.columns) * grid.rows);
    std::vector<BlockLine> columns;
    for (int column = 0; column < grid.columns; ++column)
        columns.push_back(
            line_of(problem, pattern, grid.key_begin(column), grid.key_begin(column + 1), false));
    for (int row = 0; row < grid.rows; ++row) {
        const TokenInterval query{grid.query_begin(row), grid.query_begin(row + 1)};
        const BlockLine queries =
            line_of(problem, pattern, query.begin, query.end, problem.queries == Queries::all);
        for (int column = 0; column < grid.columns; ++column) {
            const int64_t pairs =
                pairs_of_lines(problem, pattern, queries, columns[static_cast<size_t>(column)], query,
                               {grid.key_begin(column), grid.key_begin(column + 1)});
            grid.pairs[static_cast<size_t>(row) * grid.columns + column] = pairs;
            grid.most = std::max(grid.most, pairs);
        }
    }
    return grid;
}

}  // namespace ringscope

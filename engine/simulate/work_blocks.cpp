#include "engine/simulate/work_blocks.h"

#include <algorithm>

#include "engine/base/error.h"

namespace ringscope {

namespace {

/// Pairs of runs that are looked at: with more of them tokens are finely striped, and the edge is everywhere.
constexpr size_t kMostRunPairs = 64;

using Runs = std::span<const TokenRun>;

void to_tokens(const std::vector<RowRun>& rows, std::vector<TokenRun>& tokens) {
    tokens.clear();
    for (const RowRun& run : rows)
        if (run.count > 0) tokens.push_back({run.first_token, run.token_stride, run.count});
}

int64_t count_from(const TokenRun& run, int64_t token) {
    if (token <= run.first) return run.count;
    if (token > run.last()) return 0;
    return run.count - (token - run.first + run.stride - 1) / run.stride;
}

int64_t count_until(const TokenRun& run, int64_t token) { return run.count - count_from(run, token + 1); }

int64_t first_of(Runs runs) {
    int64_t first = runs.front().first;
    for (const TokenRun& run : runs) first = std::min(first, run.first);
    return first;
}

int64_t last_of(Runs runs) {
    int64_t last = runs.front().last();
    for (const TokenRun& run : runs) last = std::max(last, run.last());
    return last;
}

/// The share of a segment's pairs that lie between runs which the causal edge parts.
double cut_share(Runs queries, Runs keys, double pairs) {
    if (queries.size() * keys.size() > kMostRunPairs) return 1;
    double cut = 0;
    for (const TokenRun& query : queries)
        for (const TokenRun& key : keys) {
            const int64_t of_runs = count_pairs({&query, 1}, {&key, 1}, true);
            if (of_runs < count_from(query, key.first) * count_until(key, query.last()))
                cut += static_cast<double>(of_runs);
        }
    return cut / pairs;
}

}  // namespace

SegmentBlock segment_block(Runs queries, Runs keys, bool causal, std::optional<int64_t> pairs) {
    SegmentBlock segment;
    AttentionBlock& block = segment.block;
    const int64_t first_key = first_of(keys);
    const int64_t last_query = last_of(queries);
    for (const TokenRun& run : queries)
        block.rows += static_cast<double>(causal ? count_from(run, first_key) : run.count);
    for (const TokenRun& run : keys)
        block.keys += static_cast<double>(causal ? count_until(run, last_query) : run.count);
    block.pairs = static_cast<double>(pairs ? *pairs : count_pairs(queries, keys, causal));
    if (block.pairs > 0 && block.pairs < block.rows * block.keys)
        segment.cut_share = cut_share(queries, keys, block.pairs);
    return segment;
}

const std::vector<WorkBlock>& WorkBlocks::of(int rank, const Work& work) {
    blocks_.clear();
    pairs_ = 0;
    rows_ = 0;
    // Segments differ at the edges of the ranks' shares.
    const SegmentRange& segments = work.segments;
    add_segment(rank, work, segments.first, 1);
    if (segments.count > 2)
        add_segment(rank, work, segments.first + segments.count / 2, static_cast<double>(segments.count - 2));
    if (segments.count > 1) add_segment(rank, work, segments.end() - 1, 1);
    // Where the ranks' tokens share few segments, these three may hold no pair. Some segment does.
    for (int64_t i = 1; pairs_ == 0 && i < segments.count - 1; ++i)
        add_segment(rank, work, segments.first + i, 1);
    RINGSCOPE_CHECK(pairs_ > 0);
    const double scale = static_cast<double>(work.pairs) / pairs_;
    for (WorkBlock& block : blocks_) block.times *= scale;
    rows_ *= scale;
    return blocks_;
}

void WorkBlocks::add_segment(int rank, const Work& work, int64_t segment, double times) {
    const Problem& problem = schedule_.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(work.pattern)];
    query_rows_.clear();
    append_own_rows(schedule_, pattern, segment, rank, problem.queries == Queries::all, query_rows_);
    to_tokens(query_rows_, queries_);
    key_rows_.clear();
    append_own_rows(schedule_, pattern, segment, work.owner, false, key_rows_);
    to_tokens(key_rows_, keys_);
    if (queries_.empty() || keys_.empty()) return;
    // Of a single segment the work knows the pairs: with fine stripes counting takes as long as planning.
    std::optional<int64_t> known;
    if (work.segments.count == 1) known = work.pairs;
    const SegmentBlock found = segment_block(queries_, keys_, problem.causal, known);
    rows_ += times * found.block.rows;
    if (found.block.pairs == 0) return;
    pairs_ += times * found.block.pairs;
    WorkBlock block{found.block, times * (1 - found.cut_share)};
    if (found.cut_share < 1) blocks_.push_back(block);
    block.block.cut = true;
    block.times = times * found.cut_share;
    if (found.cut_share > 0) blocks_.push_back(block);
}

}  // namespace ringscope

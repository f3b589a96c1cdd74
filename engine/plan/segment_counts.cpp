#include "engine/plan/segment_counts.h"

#include <algorithm>
#include <numeric>

namespace ringscope {

namespace {

/// Whole segments inside some interval of one of the ranks, as ranges clipped to `range`; one representative
/// stands for each.
void visit_by_intervals(const Placement& placement, int64_t length, SegmentRange range,
                        const std::vector<int>& ranks, const std::function<void(int64_t, int64_t)>& visit) {
    std::vector<TokenInterval> intervals;
    for (const int rank : ranks) {
        const auto& own = placement.intervals_of(rank);
        intervals.insert(intervals.end(), own.begin(), own.end());
    }
    std::sort(intervals.begin(), intervals.end(),
              [](const TokenInterval& a, const TokenInterval& b) { return a.begin < b.begin; });
    int64_t next = range.first;
    for (const TokenInterval& interval : intervals) {
        const int64_t begin = std::max(next, (interval.begin + length - 1) / length);
        const int64_t end = std::min(range.end(), interval.end / length);
        if (begin >= end) continue;
        for (; next < begin; ++next) visit(next, 1);
        visit(begin, end - begin);
        next = end;
    }
    for (; next < range.end(); ++next) visit(next, 1);
}

}  // namespace

void for_segment_kinds(const Placement& placement, int64_t length, SegmentRange range,
                       const std::vector<int>& ranks, const std::function<void(int64_t, int64_t)>& visit) {
    if (placement.layout() != Layout::striped) {
        visit_by_intervals(placement, length, range, ranks, visit);
        return;
    }
    const int64_t period = placement.stripe_block() * placement.ranks();
    const int64_t kinds = period / std::gcd(period, length);
    const int64_t full_end = std::clamp(placement.seq_len() / length, range.first, range.end());
    const int64_t full = full_end - range.first;
    for (int64_t kind = 0; kind < std::min(kinds, full); ++kind)
        visit(range.first + kind, (full - kind - 1) / kinds + 1);
    for (int64_t segment = full_end; segment < range.end(); ++segment) visit(segment, 1);
}

int64_t kept_rows(const Placement& placement, int64_t length, int64_t rate, int64_t offset,
                  SegmentRange range, int rank, StopCheck& check) {
    int64_t rows = 0;
    std::vector<TokenRun> runs;
    // Segments without a token of the rank are not looked at: there may be hundreds of millions.
    for (const SegmentRange& touching : segments_touching(placement, length, rank)) {
        const int64_t first = std::max(range.first, touching.first);
        const int64_t end = std::min(range.end(), touching.end());
        if (first >= end) continue;
        for_segment_kinds(placement, length, {first, end - first}, {rank},
                          [&](int64_t segment, int64_t times) {
                              runs.clear();
                              const int64_t begin = segment * length;
                              const int64_t segment_end = std::min(placement.seq_len(), begin + length);
                              placement.append_runs(rank, begin, segment_end, offset, rate, runs);
                              check(1 + static_cast<int64_t>(runs.size()));
                              rows += times * token_count(runs);
                          });
    }
    return rows;
}

namespace {

/// Of two ranks in one segment; the check is looked at between runs of queries.
int64_t checked_pairs(std::span<const TokenRun> queries, std::span<const TokenRun> keys, bool causal,
                      StopCheck& check) {
    check(static_cast<int64_t>(queries.size() + keys.size()));
    if (!causal) return count_pairs(queries, keys, causal);
    int64_t pairs = 0;
    for (const TokenRun& run : queries) {
        check(static_cast<int64_t>(keys.size()));
        pairs += count_pairs({&run, 1}, keys, causal);
    }
    return pairs;
}

}  // namespace

std::vector<int64_t> pair_matrix(const Problem& problem, const Pattern& pattern, const Placement& placement,
                                 SegmentRange range, const std::vector<int>& ranks, StopCheck& check) {
    const size_t members = ranks.size();
    std::vector<int64_t> pairs(members * members, 0);
    // Members with tokens in the segment, and these tokens; few of them where segments are short.
    std::vector<size_t> present;
    std::vector<std::vector<TokenRun>> kept(members);
    std::vector<std::vector<TokenRun>> all(members);
    const bool all_queries = problem.queries == Queries::all;
    for_segment_kinds(placement, pattern.segment_length, range, ranks, [&](int64_t segment, int64_t times) {
        const int64_t begin = problem.segment_begin(pattern, segment);
        const int64_t end = problem.segment_end(pattern, segment);
        present.clear();
        for (size_t i = 0; i < members; ++i) {
            check(1);
            kept[i].clear();
            all[i].clear();
            placement.append_runs(ranks[i], begin, end, pattern.offset, pattern.dilation_rate, kept[i]);
            if (all_queries) placement.append_runs(ranks[i], begin, end, 0, 1, all[i]);
            if (!kept[i].empty() || !all[i].empty()) present.push_back(i);
        }
        for (const size_t i : present)
            for (const size_t j : present)
                pairs[i * members + j] +=
                    times * checked_pairs(all_queries ? all[i] : kept[i], kept[j], problem.causal, check);
    });
    return pairs;
}

std::vector<SegmentRange> segments_touching(const Placement& placement, int64_t length, int rank) {
    std::vector<SegmentRange> ranges;
    for (const TokenInterval& interval : placement.intervals_of(rank)) {
        const int64_t first = interval.begin / length;
        const int64_t end = (interval.end - 1) / length + 1;
        if (!ranges.empty() && first <= ranges.back().end())
            ranges.back().count = end - ranges.back().first;
        else
            ranges.push_back({first, end - first});
    }
    return ranges;
}

}  // namespace ringscope

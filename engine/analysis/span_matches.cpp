#include "engine/analysis/span_matches.h"

#include <algorithm>
#include <tuple>

namespace ringscope {

namespace {

/// Spans in the order of time; of equal begins the earlier in the trace first.
std::tuple<int64_t, int> order_of(const Trace& trace, int span) {
    return {trace.spans[static_cast<size_t>(span)].begin_ns, span};
}

}  // namespace

SpanMatches::SpanMatches(const Trace& trace, const TraceIndex& index, const SpanQuery& query) {
    std::vector<uint8_t> matched(trace.spans.size());
    for (size_t i = 0; i < trace.spans.size(); ++i) {
        const Span& span = trace.spans[i];
        if (span.rank < 0 || !query.matches(span)) continue;
        matched[i] = 1;
        spans_.push_back(static_cast<int32_t>(i));
    }
    for (int rank = 0; rank <= index.ranks(); ++rank) {
        const auto first = std::lower_bound(
            spans_.begin(), spans_.end(), rank,
            [&](int32_t span, int wanted) { return trace.spans[static_cast<size_t>(span)].rank < wanted; });
        first_of_rank_.push_back(static_cast<size_t>(first - spans_.begin()));
    }
    for (int rank = 0; rank < index.ranks(); ++rank)
        for (int lane = 0; lane < kLanes; ++lane)
            for (const Track& track : index.tracks_of(rank, static_cast<Lane>(lane))) {
                std::vector<int32_t>& before = before_[&track];
                before.reserve(track.size() + 1);
                before.push_back(0);
                for (const int32_t span : track.spans)
                    before.push_back(before.back() + matched[static_cast<size_t>(span)]);
            }
}

bool SpanMatches::contains(int span) const { return std::binary_search(spans_.begin(), spans_.end(), span); }

int64_t SpanMatches::in_track(const Track& track, int64_t first, int64_t count) const {
    const auto found = before_.find(&track);
    if (found == before_.end()) return 0;
    return found->second[static_cast<size_t>(first + count)] - found->second[static_cast<size_t>(first)];
}

int SpanMatches::neighbour(const Trace& trace, int from_span, double from_ns, int direction) const {
    if (spans_.empty()) return -1;
    const bool onwards = direction > 0;
    const auto from = from_span >= 0 ? order_of(trace, from_span)
                                     : std::tuple(static_cast<int64_t>(from_ns), onwards ? -1 : 1 << 30);
    int best = -1, outermost = -1;
    const auto nearer = [&](int span, int than) {
        return than < 0 || (onwards ? order_of(trace, span) < order_of(trace, than)
                                    : order_of(trace, span) > order_of(trace, than));
    };
    for (size_t rank = 0; rank + 1 < first_of_rank_.size(); ++rank) {
        const auto begin = spans_.begin() + static_cast<std::ptrdiff_t>(first_of_rank_[rank]);
        const auto end = spans_.begin() + static_cast<std::ptrdiff_t>(first_of_rank_[rank + 1]);
        if (begin == end) continue;
        const int first = onwards ? *begin : *(end - 1);
        if (nearer(first, outermost)) outermost = first;
        const auto after = std::partition_point(begin, end, [&](int32_t span) {
            return onwards ? order_of(trace, span) <= from : order_of(trace, span) < from;
        });
        if (onwards ? after == end : after == begin) continue;
        const int candidate = onwards ? *after : *(after - 1);
        if (nearer(candidate, best)) best = candidate;
    }
    return best >= 0 ? best : outermost;
}

int64_t SpanMatches::place_of(const Trace& trace, int span) const {
    const auto wanted = order_of(trace, span);
    int64_t place = 0;
    for (size_t rank = 0; rank + 1 < first_of_rank_.size(); ++rank) {
        const auto begin = spans_.begin() + static_cast<std::ptrdiff_t>(first_of_rank_[rank]);
        const auto end = spans_.begin() + static_cast<std::ptrdiff_t>(first_of_rank_[rank + 1]);
        place +=
            std::partition_point(begin, end, [&](int32_t other) { return order_of(trace, other) < wanted; }) -
            begin;
    }
    return place;
}

}  // namespace ringscope

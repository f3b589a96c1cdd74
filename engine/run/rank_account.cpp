#include "engine/run/rank_account.h"

#include <algorithm>
#include <array>

namespace ringscope {

namespace {

struct Edge {
    int64_t time_ns;
    TimeClass of;
    int step;
    int change;  // +1 opens, -1 closes
};

std::vector<Edge> edges_of(const std::vector<const Span*>& spans, int64_t wall_ns) {
    std::vector<Edge> edges;
    for (const Span* span : spans) {
        const TimeClass of = time_class_of(*span);
        const int64_t begin = std::clamp<int64_t>(span->begin_ns, 0, wall_ns);
        const int64_t end = std::clamp<int64_t>(span->end_ns, begin, wall_ns);
        if (of == TimeClass::idle || begin == end) continue;
        edges.push_back({begin, of, span->step, +1});
        edges.push_back({end, of, span->step, -1});
    }
    // At one instant what ends goes before what begins: the step of a class is that of the last that began.
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
        return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.change < b.change;
    });
    return edges;
}

}  // namespace

TimeClass time_class_of(const Span& span) {
    switch (span.kind) {
        case SpanKind::compute:
            return TimeClass::compute;
        case SpanKind::pack:
            return TimeClass::pack;
        case SpanKind::merge:
            return TimeClass::merge;
        case SpanKind::receive:
        case SpanKind::collective:
            return TimeClass::transfer;
        case SpanKind::wait:
            if (span.cause == WaitCause::late_peer) return TimeClass::wait_peer;
            return span.cause == WaitCause::link ? TimeClass::wait_link : TimeClass::wait_core;
        case SpanKind::send:
            break;
    }
    return TimeClass::idle;
}

std::vector<AccountPiece> account_of(const std::vector<const Span*>& spans, int64_t wall_ns) {
    std::array<int, kTimeClasses> open{}, step{};
    constexpr auto kIdle = static_cast<size_t>(TimeClass::idle);
    constexpr auto kTransfer = static_cast<size_t>(TimeClass::transfer);
    open[kIdle] = 1;
    std::vector<AccountPiece> pieces;
    int64_t since = 0;
    const auto account_until = [&](int64_t time_ns) {
        if (time_ns == since) return;
        const auto first = std::find_if(open.begin(), open.end(), [](int count) { return count > 0; });
        const auto at = static_cast<size_t>(first - open.begin());
        const AccountPiece next{static_cast<TimeClass>(at), step[at], open[kTransfer] > 0, since, time_ns};
        since = time_ns;
        if (!pieces.empty() && pieces.back().of == next.of && pieces.back().step == next.step &&
            pieces.back().transferring == next.transferring) {
            pieces.back().end_ns = time_ns;
        } else {
            pieces.push_back(next);
        }
    };
    for (const Edge& edge : edges_of(spans, wall_ns)) {
        account_until(edge.time_ns);
        const auto at = static_cast<size_t>(edge.of);
        open[at] += edge.change;
        if (edge.change > 0) step[at] = step[kIdle] = edge.step;
    }
    account_until(wall_ns);
    return pieces;
}

std::vector<std::vector<const Span*>> spans_by_rank(const Trace& trace, int ranks) {
    std::vector<std::vector<const Span*>> spans(static_cast<size_t>(ranks));
    for (const Span& span : trace.spans)
        if (span.rank >= 0 && span.rank < ranks) spans[static_cast<size_t>(span.rank)].push_back(&span);
    return spans;
}

}  // namespace ringscope

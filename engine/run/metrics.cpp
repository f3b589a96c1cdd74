// Accounting by a sweep. A rank's spans are cut at every begin and end; between two cuts the set of open
// spans is constant, and the whole stretch goes to the first class of the list in metrics.h that is open, or
// to idle. So the classes are disjoint and their sum is the wall time, nanosecond for nanosecond. METRICS.md
// derives each figure.
#include "engine/run/metrics.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"

namespace ringscope {

namespace {

/// In the order in which they claim time.
enum Class { kCompute, kPack, kMerge, kWaitCore, kTransfer, kWaitPeer, kWaitLink, kIdle, kClasses };

Class class_of(const Span& span) {
    switch (span.kind) {
        case SpanKind::compute:
            return kCompute;
        case SpanKind::pack:
            return kPack;
        case SpanKind::merge:
            return kMerge;
        case SpanKind::receive:
        case SpanKind::collective:
            return kTransfer;
        case SpanKind::wait:
            if (span.cause == WaitCause::late_peer) return kWaitPeer;
            return span.cause == WaitCause::link ? kWaitLink : kWaitCore;
        case SpanKind::send:
            break;  // the mirror of the receiver's copy: costs the sender nothing
    }
    return kIdle;
}

struct Edge {
    int64_t time_ns;
    Class of;
    int change;  // +1 opens, -1 closes
};

struct Split {
    std::array<int64_t, kClasses> ns{};
    int64_t transfer_ns = 0;  // a transfer open, whatever else was
};

Split split_wall(const std::vector<const Span*>& spans, int64_t wall_ns) {
    std::vector<Edge> edges;
    for (const Span* span : spans) {
        const Class of = class_of(*span);
        const int64_t begin = std::clamp<int64_t>(span->begin_ns, 0, wall_ns);
        const int64_t end = std::clamp<int64_t>(span->end_ns, begin, wall_ns);
        if (of == kIdle || begin == end) continue;
        edges.push_back({begin, of, +1});
        edges.push_back({end, of, -1});
    }
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.time_ns < b.time_ns; });
    Split split;
    std::array<int, kClasses> open{};
    open[kIdle] = 1;
    int64_t since = 0;
    const auto account_until = [&](int64_t time_ns) {
        const auto first = std::find_if(open.begin(), open.end(), [](int count) { return count > 0; });
        split.ns[static_cast<size_t>(first - open.begin())] += time_ns - since;
        if (open[kTransfer] > 0) split.transfer_ns += time_ns - since;
        since = time_ns;
    };
    for (const Edge& edge : edges) {
        account_until(edge.time_ns);
        open[edge.of] += edge.change;
    }
    account_until(wall_ns);
    return split;
}

double seconds(int64_t ns) { return static_cast<double>(ns) * 1e-9; }

RankMetrics rank_metrics(int rank, const RankPlan& plan, const RankCounters& counters,
                         const std::vector<const Span*>& spans, int64_t wall_ns) {
    const Split split = split_wall(spans, wall_ns);
    RankMetrics metrics;
    metrics.rank = rank;
    metrics.peak_bytes = counters.peak_bytes;
    metrics.predicted_peak_bytes = plan.predicted_peak_bytes();
    metrics.peak_by_purpose = counters.peak_by_purpose;
    for (const Span* span : spans) {
        if (span->kind == SpanKind::send) metrics.sent_bytes += span->bytes;
        if (class_of(*span) == kTransfer) metrics.received_bytes += span->bytes;
    }
    metrics.compute_seconds = seconds(split.ns[kCompute]);
    metrics.core_seconds = counters.core_seconds;
    metrics.pack_seconds = seconds(split.ns[kPack]);
    metrics.merge_seconds = seconds(split.ns[kMerge]);
    metrics.exposed_transfer_seconds = seconds(split.ns[kTransfer]);
    metrics.wait_peer_seconds = seconds(split.ns[kWaitPeer]);
    metrics.wait_link_seconds = seconds(split.ns[kWaitLink]);
    metrics.wait_core_seconds = seconds(split.ns[kWaitCore]);
    metrics.idle_seconds = seconds(split.ns[kIdle]);
    metrics.transfer_seconds = seconds(split.transfer_ns);
    return metrics;
}

}  // namespace

Metrics derive_metrics(const Schedule& schedule, const Trace& trace,
                       const std::vector<RankCounters>& counters) {
    const auto ranks = static_cast<size_t>(schedule.ranks);
    RINGSCOPE_CHECK(counters.size() == ranks);
    std::vector<std::vector<const Span*>> spans(ranks);
    for (const Span& span : trace.spans) spans[static_cast<size_t>(span.rank)].push_back(&span);

    Metrics metrics;
    metrics.seconds = seconds(trace.wall_ns);
    metrics.flops = schedule.flops;
    if (trace.wall_ns > 0) metrics.gflops_per_second = metrics.flops / static_cast<double>(trace.wall_ns);
    double exposed = 0, transfer = 0, core_sum = 0, core_most = 0;
    for (size_t rank = 0; rank < ranks; ++rank) {
        metrics.ranks.push_back(rank_metrics(static_cast<int>(rank), schedule.rank_plans[rank],
                                             counters[rank], spans[rank], trace.wall_ns));
        const RankMetrics& last = metrics.ranks.back();
        metrics.bytes_on_wire += last.sent_bytes;
        exposed += last.exposed_transfer_seconds;
        transfer += last.transfer_seconds;
        core_sum += last.core_seconds;
        core_most = std::max(core_most, last.core_seconds);
    }
    if (transfer > 0) metrics.overlap_efficiency = 1 - exposed / transfer;
    if (core_sum > 0) metrics.compute_imbalance = core_most * static_cast<double>(ranks) / core_sum;
    return metrics;
}

}  // namespace ringscope

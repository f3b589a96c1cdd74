// Sums over each rank's account (rank_account.h). METRICS.md derives each figure.
#include "engine/run/metrics.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/run/rank_account.h"

namespace ringscope {

namespace {

struct Split {
    std::array<int64_t, kTimeClasses> ns{};
    int64_t transfer_ns = 0;  // a transfer open, whatever else was
    double seconds_of(TimeClass of) const { return static_cast<double>(ns[static_cast<size_t>(of)]) * 1e-9; }
};

Split split_wall(const std::vector<const Span*>& spans, int64_t wall_ns) {
    Split split;
    for (const AccountPiece& piece : account_of(spans, wall_ns)) {
        split.ns[static_cast<size_t>(piece.of)] += piece.length_ns();
        if (piece.transferring) split.transfer_ns += piece.length_ns();
    }
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
        if (time_class_of(*span) == TimeClass::transfer) metrics.received_bytes += span->bytes;
    }
    metrics.compute_seconds = split.seconds_of(TimeClass::compute);
    metrics.core_seconds = counters.core_seconds;
    metrics.pack_seconds = split.seconds_of(TimeClass::pack);
    metrics.merge_seconds = split.seconds_of(TimeClass::merge);
    metrics.exposed_transfer_seconds = split.seconds_of(TimeClass::transfer);
    metrics.wait_peer_seconds = split.seconds_of(TimeClass::wait_peer);
    metrics.wait_link_seconds = split.seconds_of(TimeClass::wait_link);
    metrics.wait_core_seconds = split.seconds_of(TimeClass::wait_core);
    metrics.idle_seconds = split.seconds_of(TimeClass::idle);
    metrics.transfer_seconds = seconds(split.transfer_ns);
    return metrics;
}

}  // namespace

Metrics derive_metrics(const Schedule& schedule, const Trace& trace,
                       const std::vector<RankCounters>& counters) {
    const auto ranks = static_cast<size_t>(schedule.ranks);
    RINGSCOPE_CHECK(counters.size() == ranks);
    const auto spans = spans_by_rank(trace, schedule.ranks);

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

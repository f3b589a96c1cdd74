#include "engine/cuda/cuda_trace.h"

#include <algorithm>

#include "engine/run/rank_trace.h"

namespace ringscope {

namespace {

class TraceMaker {
  public:
    TraceMaker(const Schedule& schedule, const std::vector<std::unique_ptr<CudaRank>>& ranks,
               const DeviceTransport& transport, const std::map<int, DeviceClock>& clocks, int64_t start_ns)
        : schedule_(schedule), ranks_(ranks), transport_(transport), clocks_(clocks), start_ns_(start_ns) {}

    Trace make() {
        trace_.transfers.resize(schedule_.transfers.size());
        for (size_t i = 0; i < schedule_.transfers.size(); ++i) time_transfer(static_cast<int>(i));
        for (const auto& rank : ranks_) add_rank(*rank);
        std::stable_sort(trace_.spans.begin(), trace_.spans.end(), [](const Span& a, const Span& b) {
            return a.rank != b.rank ? a.rank < b.rank : a.begin_ns < b.begin_ns;
        });
        return std::move(trace_);
    }

  private:
    /// -1 when it never happened.
    int64_t time_of(int device, const Event& event) const {
        if (!event.happened()) return -1;
        return std::max<int64_t>(0, clocks_.at(device).host_ns(event) - start_ns_);
    }

    void time_transfer(int index) {
        const Transfer& transfer = schedule_.transfers[static_cast<size_t>(index)];
        const CudaRank& from = *ranks_[static_cast<size_t>(transfer.from)];
        const int device = ranks_[static_cast<size_t>(transfer.to)]->device();
        const DeviceTransport::Times& events = transport_.times(index);
        TransferTimes& times = trace_.transfers[static_cast<size_t>(index)];
        times.posted_ns = time_of(device, events.posted);
        times.begin_ns = time_of(device, events.begin);
        times.done_ns = time_of(device, events.done);
        // The sender's data are there when its last receive of the step before is, or its own share is
        // packed.
        const bool own = transfer.step <= 1;
        if (own) {
            times.peer_ready_ns = time_of(from.device(), from.packed().end);
            return;
        }
        const RankPlan& plan = schedule_.rank_plans[static_cast<size_t>(transfer.from)];
        for (const int before : plan.steps[static_cast<size_t>(transfer.step - 1)].receives)
            times.peer_ready_ns =
                std::max(times.peer_ready_ns, trace_.transfers[static_cast<size_t>(before)].done_ns);
    }

    void add_rank(const CudaRank& rank) {
        RankTrace spans;
        spans.rank = rank.rank();
        if (rank.packs())
            add(spans, SpanKind::pack, Payload::kv, 0, rank.device(), rank.packed(),
                packed_bytes(rank.rank()));
        int64_t since_ns = 0;
        for (int step = 0; step < schedule_.steps; ++step) {
            since_ns = add_receives(spans, step, since_ns);
            spans.pass =
                schedule_.rank_plans[static_cast<size_t>(rank.rank())].steps[static_cast<size_t>(step)].pass;
            const TimedWork& work = rank.attended(step);
            const int64_t begin_ns = time_of(rank.device(), work.begin);
            const int64_t end_ns = time_of(rank.device(), work.end);
            if (begin_ns < 0 || end_ns < 0) break;
            sample(rank, step, begin_ns);
            sample(rank, step, end_ns);
            if (rank.works_in(step))
                spans.add(SpanKind::compute, step, begin_ns, end_ns).owner = owner_in(rank.rank(), step);
            since_ns = std::max(since_ns, end_ns);
        }
        trace_.wall_ns = std::max(trace_.wall_ns, since_ns);
        add(spans, SpanKind::merge, Payload::nothing, schedule_.steps - 1, rank.device(), rank.normalised(),
            0);
        add_sends(spans);
        for (const Span& span : spans.spans) trace_.wall_ns = std::max(trace_.wall_ns, span.end_ns);
        trace_.spans.insert(trace_.spans.end(), spans.spans.begin(), spans.spans.end());
    }

    void add(RankTrace& spans, SpanKind kind, Payload payload, int step, int device, const TimedWork& work,
             int64_t bytes) const {
        const int64_t begin_ns = time_of(device, work.begin);
        const int64_t end_ns = time_of(device, work.end);
        if (begin_ns < 0 || end_ns < 0) return;
        Span& span = spans.add(kind, step, begin_ns, end_ns);
        span.payload = payload;
        span.bytes = bytes;
    }

    /// Receives for use in `step`, and the waits for them from `since_ns` on; when the rank could go on.
    int64_t add_receives(RankTrace& spans, int step, int64_t since_ns) const {
        const bool gather = schedule_.strategy == Strategy::all_gather;
        const int during = std::max(0, step - 1);
        for (const int index : schedule_.rank_plans[static_cast<size_t>(spans.rank)]
                                   .steps[static_cast<size_t>(step)]
                                   .receives) {
            const TransferTimes& times = trace_.transfers[static_cast<size_t>(index)];
            if (times.done_ns < 0) continue;
            const Transfer& transfer = schedule_.transfers[static_cast<size_t>(index)];
            const int64_t ready_ns =
                std::clamp(times.peer_ready_ns, since_ns, std::max(since_ns, times.begin_ns));
            spans.add_wait(WaitCause::late_peer, during, transfer.from, index, since_ns, ready_ns);
            spans.add_wait(WaitCause::link, during, transfer.from, index, ready_ns, times.begin_ns);
            Span& span = spans.add(gather ? SpanKind::collective : SpanKind::receive, during, times.begin_ns,
                                   times.done_ns);
            describe(span, transfer, index, transfer.from);
            since_ns = std::max(since_ns, times.done_ns);
        }
        return since_ns;
    }

    void add_sends(RankTrace& spans) const {
        for (size_t i = 0; i < schedule_.transfers.size(); ++i) {
            const Transfer& transfer = schedule_.transfers[i];
            const TransferTimes& times = trace_.transfers[i];
            if (transfer.from != spans.rank || times.done_ns < 0) continue;
            Span& span =
                spans.add(SpanKind::send, std::max(0, transfer.step - 1), times.begin_ns, times.done_ns);
            describe(span, transfer, static_cast<int>(i), transfer.to);
        }
    }

    static void describe(Span& span, const Transfer& transfer, int index, int peer) {
        span.peer = peer;
        span.transfer = index;
        span.pass = transfer.pass;
        span.payload = transfer.payload;
        span.bytes = transfer.bytes;
    }

    void sample(const CudaRank& rank, int step, int64_t time_ns) {
        trace_.memory.push_back({rank.rank(), step, time_ns, rank.arena().live(), rank.arena().peak_bytes()});
    }

    /// The owner of the keys that the rank works on; -1 when there are several.
    int owner_in(int rank, int step) const {
        int owner = -2;
        for (const Work& work :
             schedule_.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work)
            owner = owner == -2 || owner == work.owner ? work.owner : -1;
        return std::max(owner, -1);
    }

    int64_t packed_bytes(int rank) const {
        int64_t bytes = 0;
        for (const Piece& piece : schedule_.pieces_in(rank, 0))
            if (piece.owner == rank) bytes += piece.bytes;
        return bytes;
    }

    const Schedule& schedule_;
    const std::vector<std::unique_ptr<CudaRank>>& ranks_;
    const DeviceTransport& transport_;
    const std::map<int, DeviceClock>& clocks_;
    const int64_t start_ns_;
    Trace trace_;
};

}  // namespace

Trace make_trace(const Schedule& schedule, const std::vector<std::unique_ptr<CudaRank>>& ranks,
                 const DeviceTransport& transport, const std::map<int, DeviceClock>& clocks,
                 int64_t start_ns) {
    return TraceMaker(schedule, ranks, transport, clocks, start_ns).make();
}

RankCounters counters_of(const CudaRank& rank, const Trace& trace) {
    RankCounters counters{0, rank.arena().peak_by_purpose(), rank.arena().peak_bytes()};
    for (const Span& span : trace.spans)
        if (span.rank == rank.rank() && span.kind == SpanKind::compute)
            counters.core_seconds += static_cast<double>(span.end_ns - span.begin_ns) * 1e-9;
    return counters;
}

}  // namespace ringscope

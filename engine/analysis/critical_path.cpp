#include "engine/analysis/critical_path.h"

#include <algorithm>

namespace ringscope {

namespace {

ChainKind kind_of(const Span& span) {
    switch (span.kind) {
        case SpanKind::compute:
            return ChainKind::compute;
        case SpanKind::pack:
            return ChainKind::pack;
        case SpanKind::merge:
            return ChainKind::merge;
        case SpanKind::send:
        case SpanKind::receive:
        case SpanKind::collective:
            return ChainKind::transfer;
        case SpanKind::wait:
            break;
    }
    if (span.cause == WaitCause::core) return ChainKind::wait_core;
    return span.cause == WaitCause::link ? ChainKind::wait_link : ChainKind::wait_peer;
}

class Walk {
  public:
    Walk(const Schedule& schedule, const Trace& trace)
        : schedule_(schedule), trace_(trace), by_end_(static_cast<size_t>(schedule.ranks)) {
        for (size_t i = 0; i < trace.spans.size(); ++i) {
            const Span& span = trace.spans[i];
            // A send mirrors its receiver's copy and holds nothing up.
            if (span.kind == SpanKind::send || span.end_ns <= span.begin_ns) continue;
            if (span.rank < 0 || span.rank >= schedule.ranks) continue;
            by_end_[static_cast<size_t>(span.rank)].push_back(static_cast<int32_t>(i));
        }
        for (auto& spans : by_end_)
            std::sort(spans.begin(), spans.end(),
                      [&](int32_t a, int32_t b) { return trace.spans[a].end_ns < trace.spans[b].end_ns; });
    }

    CriticalPath walk() {
        path_.rank_ns.resize(by_end_.size());
        if (!start()) return path_;
        int jumps = 0;  // since time last went back: a circle of ranks that wait for each other is cut
        while (now_ > 0) {
            const Span* span = last_ended();
            if (!span) {
                link(ChainKind::idle, 0, step_);
                break;
            }
            step_ = span->step;
            if (span->end_ns < now_) link(ChainKind::idle, span->end_ns, step_);
            const int64_t before = now_;
            const int from = rank_;
            follow(*span, jumps < schedule_.ranks);
            jumps = now_ < before ? 0 : jumps + 1;
            path_.hops += rank_ != from ? 1 : 0;
        }
        std::reverse(path_.links.begin(), path_.links.end());
        return std::move(path_);
    }

  private:
    bool start() {
        int64_t last = -1;
        for (size_t rank = 0; rank < by_end_.size(); ++rank) {
            if (by_end_[rank].empty()) continue;
            const Span& span = trace_.spans[static_cast<size_t>(by_end_[rank].back())];
            if (span.end_ns <= last) continue;
            last = span.end_ns;
            rank_ = static_cast<int>(rank);
            step_ = span.step;
        }
        now_ = std::max(trace_.wall_ns, last);
        return last >= 0;
    }

    /// What ended last on the rank, at or before now.
    const Span* last_ended() const {
        const auto& spans = by_end_[static_cast<size_t>(rank_)];
        const auto after = std::upper_bound(spans.begin(), spans.end(), now_, [&](int64_t time, int32_t i) {
            return time < trace_.spans[static_cast<size_t>(i)].end_ns;
        });
        return after == spans.begin() ? nullptr : &trace_.spans[static_cast<size_t>(*(after - 1))];
    }

    /// Goes back over a span that ends now, to its rank or to the one that held it up.
    void follow(const Span& span, bool may_jump) {
        const ChainKind kind = kind_of(span);
        const bool has_peer = span.peer >= 0 && span.peer < schedule_.ranks && span.peer != span.rank;
        if (kind == ChainKind::wait_peer && has_peer && may_jump) {
            rank_ = span.peer;
            return;
        }
        link(kind, span.begin_ns, span.step);
        if (kind == ChainKind::transfer || kind == ChainKind::wait_link) go_to_sender(span);
    }

    void go_to_sender(const Span& span) {
        const auto index = static_cast<size_t>(span.transfer);
        if (span.transfer < 0 || index >= trace_.transfers.size() || index >= schedule_.transfers.size())
            return;
        const TransferTimes& times = trace_.transfers[index];
        if (times.peer_ready_ns < 0 || times.peer_ready_ns <= times.posted_ns) return;  // it came in time
        link(ChainKind::wait_link, times.peer_ready_ns, span.step);
        rank_ = schedule_.transfers[index].from;
    }

    void link(ChainKind kind, int64_t begin_ns, int step) {
        begin_ns = std::clamp<int64_t>(begin_ns, 0, now_);
        if (begin_ns == now_) return;
        path_.total_ns[static_cast<size_t>(kind)] += now_ - begin_ns;
        path_.rank_ns[static_cast<size_t>(rank_)][static_cast<size_t>(kind)] += now_ - begin_ns;
        const bool joins = !path_.links.empty() && path_.links.back().rank == rank_ &&
                           path_.links.back().kind == kind && path_.links.back().step == step;
        if (joins) {
            path_.links.back().begin_ns = begin_ns;
        } else {
            path_.links.push_back({rank_, step, kind, begin_ns, now_});
        }
        now_ = begin_ns;
    }

    const Schedule& schedule_;
    const Trace& trace_;
    std::vector<std::vector<int32_t>> by_end_;  // spans of each rank
    CriticalPath path_;
    int rank_ = 0;
    int step_ = 0;
    int64_t now_ = 0;
};

}  // namespace

CriticalPath critical_path(const Schedule& schedule, const Trace& trace) {
    return Walk(schedule, trace).walk();
}

}  // namespace ringscope

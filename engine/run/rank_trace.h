// What one rank writes down while it runs: plain vectors, appended by the rank's own thread, no locks.
#pragma once

#include <vector>

#include "engine/host/clock.h"
#include "engine/run/trace.h"

namespace ringscope {

/// Times are steady_ns() until the run has ended.
struct RankTrace {
    int32_t rank = 0;
    Pass pass = Pass::forward;  // that the rank is in
    std::vector<Span> spans;
    std::vector<MemorySample> memory;
    int64_t ended_ns = 0;
    double core_seconds = 0;
    std::vector<WorkTimes> work_times;  // by step

    WorkTimes& work_in(int step) { return work_times[static_cast<size_t>(step)]; }

    Span& add(SpanKind kind, int step, int64_t begin_ns, int64_t end_ns) {
        Span span;
        span.rank = rank;
        span.step = step;
        span.kind = kind;
        span.pass = pass;
        span.begin_ns = begin_ns;
        span.end_ns = end_ns;
        return spans.emplace_back(span);
    }
    /// Nothing when the wait has no length.
    void add_wait(WaitCause cause, int step, int peer, int transfer, int64_t begin_ns, int64_t end_ns) {
        if (end_ns <= begin_ns) return;
        Span& span = add(SpanKind::wait, step, begin_ns, end_ns);
        span.cause = cause;
        span.peer = peer;
        span.transfer = transfer;
    }
};

}  // namespace ringscope

// What happened in a range of time, kind by kind.
#pragma once

#include <string>
#include <vector>

#include "engine/analysis/trace_index.h"

namespace ringscope {

/// Spans are clipped to the range. Waits stand apart by their cause.
struct KindStatistics {
    SpanKind kind = SpanKind::compute;
    WaitCause cause = WaitCause::none;
    int64_t count = 0;
    int64_t total_ns = 0;
    int64_t median_ns = 0;
    int64_t longest_ns = 0;
    int longest_span = -1;  // index into Trace::spans; the first of equals
    double share = 0;       // of the time of the ranks looked at
    int64_t mean_ns() const { return count > 0 ? total_ns / count : 0; }
    std::string name() const;  // "wait for a late peer"
};

/// Of all ranks, or of one; kinds that do not occur are left out. Costs as much as there are spans in it.
std::vector<KindStatistics> range_statistics(const Trace& trace, const TraceIndex& index, int64_t begin_ns,
                                             int64_t end_ns, int rank = -1);

const char* name_of_wait(WaitCause cause);  // "wait for a late peer"

}  // namespace ringscope

// From one clock of a run to another: a run and its replay have the same schedule, and differ in when things happen.
#pragma once

#include "engine/analysis/trace_index.h"

namespace ringscope {

/// Where the other clock is at the same place of the same ring step; so do the first and the last moment of the runs.
/// O(steps).
double time_on(const TraceIndex& from, const TraceIndex& to, double time_ns);

/// A run's trace, in the order of its index.
struct IndexedTrace {
    const Trace& trace;
    const TraceIndex& index;
};

struct ClockChange {
    IndexedTrace from;
    IndexedTrace to;
    int64_t at(int64_t time_ns) const;  // time_on(), in whole nanoseconds
};

/// The same piece of work, transfer or wait in the other trace; -1 when it has none, and for -1. O(spans of the rank).
int span_on(const IndexedTrace& from, const IndexedTrace& to, int span);

}  // namespace ringscope

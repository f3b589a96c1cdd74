// Where a rank's memory samples lie in a trace, and which of them holds at a time.
#pragma once

#include <cstddef>

#include "engine/run/trace.h"

namespace ringscope {

/// Samples of one rank: indices [first, last) of Trace::memory.
struct SampleRange {
    size_t first = 0;
    size_t last = 0;
};
SampleRange samples_of(const Trace& trace, int rank);
/// The sample that holds at a time: the newest not after it; range.last when there is none.
size_t sample_at(const Trace& trace, SampleRange range, double time_ns);

}  // namespace ringscope

// Which spans a person looks for: "wait late rank 3 >1ms". Words of one sort widen, words of different sorts
// narrow: "compute merge rank 2" is compute or merge, on rank 2.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

struct SpanQuery {
    std::vector<SpanKind> kinds;  // empty: any
    std::vector<WaitCause> causes;
    std::vector<int> ranks;
    std::vector<int> steps;
    std::vector<int> chunks;  // Span::owner
    std::vector<int> peers;
    int64_t longer_ns = -1;  // than this
    int64_t shorter_ns = std::numeric_limits<int64_t>::max();
    std::string problem;  // what could not be read, and what can be; "" when all could
    bool empty() const;   // matches every span
    bool matches(const Span& span) const;
};

/// Reads kinds (or their beginnings), causes of waits (late, link, core), "rank 3", "step 2", "chunk 1",
/// "peer 0" (also "rank=3"), ">1ms", "<20us". What cannot be read is told in `problem` and left out.
SpanQuery read_span_query(const std::string& text);

/// Said in the empty field and in the tooltip.
inline constexpr const char* kSpanQueryHint = "wait late rank 3 step 2 >1ms";

}  // namespace ringscope

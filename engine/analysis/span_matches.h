// The spans of a run that a query asks for: counted, in the order of time, and within what is folded.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/analysis/span_query.h"
#include "engine/analysis/trace_index.h"

namespace ringscope {

class SpanMatches {
  public:
    /// Milliseconds per million spans: once for each query, not in each frame. The index must outlive this.
    SpanMatches(const Trace& trace, const TraceIndex& index, const SpanQuery& query);

    int64_t count() const { return static_cast<int64_t>(spans_.size()); }
    bool contains(int span) const;
    /// Matches among spans [first, first + count) of a track of the index.
    int64_t in_track(const Track& track, int64_t first, int64_t count) const;

    /// The next match after (direction 1) or before (-1) a place in time and rank; the first or last one when
    /// there is none. -1 without matches.
    int neighbour(const Trace& trace, int from_span, double from_ns, int direction) const;
    /// How many matches come before the span in time, 0 for the first.
    int64_t place_of(const Trace& trace, int span) const;
    /// In the order of the trace.
    const std::vector<int32_t>& spans() const { return spans_; }

  private:
    std::vector<int32_t> spans_;                           // ascending: by rank, then begin
    std::vector<size_t> first_of_rank_;                    // in spans_, and one past the last
    std::map<const Track*, std::vector<int32_t>> before_;  // matches before each place of a track
};

}  // namespace ringscope

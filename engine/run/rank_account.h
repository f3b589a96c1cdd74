// How a rank's wall time is split without remainder: the rank's spans are cut at every begin and end; between two
// cuts the set of open spans is constant, and the whole stretch goes to the first class of the list that is open,
// or to idle. So the classes are disjoint and their sum is the wall time, nanosecond for nanosecond.
#pragma once

#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

/// In the order in which they claim time.
enum class TimeClass { compute, pack, merge, wait_core, transfer, wait_peer, wait_link, idle };
inline constexpr int kTimeClasses = 8;

/// A send is idle: the mirror of the receiver's copy, it costs the sender nothing.
TimeClass time_class_of(const Span& span);

struct AccountPiece {
    TimeClass of = TimeClass::idle;
    int step = 0;  // of the span that claims it; idle: of the last span before it, 0 at the start
    bool transferring = false;  // a transfer was open, whatever claims the piece
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
    int64_t length_ns() const { return end_ns - begin_ns; }
};

/// From 0 to `wall_ns`, ascending and without gaps; neighbours differ. `spans` are one rank's, in any order; what
/// lies outside is cut off. O(n log n).
std::vector<AccountPiece> account_of(const std::vector<const Span*>& spans, int64_t wall_ns);

/// Of each rank, pointers into `trace`. Spans of ranks that the schedule has not are left out.
std::vector<std::vector<const Span*>> spans_by_rank(const Trace& trace, int ranks);

}  // namespace ringscope

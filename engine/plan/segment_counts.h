// Counting over segments without visiting each: the number of rows kept by a rank, and of pairs that two ranks
// share.
//
// Segments that lie alike relative to the placement count alike: when contiguous or zigzag, those inside one
// interval of a rank; when striped, those whose begins agree modulo ranks * block. One of each kind is
// counted and multiplied. Counts throw Error(cancelled) when the check says so.
#pragma once

#include <functional>
#include <vector>

#include "engine/base/stop_check.h"
#include "engine/experiment/placement.h"
#include "engine/experiment/problem.h"

namespace ringscope {

/// Calls `visit(segment, times)` so that visited segments, each taken `times` times, count like the whole
/// range for pairs among `ranks`. `length` is w. Segments are visited in ascending order.
void for_segment_kinds(const Placement& placement, int64_t length, SegmentRange range,
                       const std::vector<int>& ranks,
                       const std::function<void(int64_t segment, int64_t times)>& visit);

/// Rows of `rank` with tokens `offset` (mod `rate`) of their segment, over a range of segments of length w.
int64_t kept_rows(const Placement& placement, int64_t length, int64_t rate, int64_t offset,
                  SegmentRange range, int rank, StopCheck& check);

/// Pairs of the pattern over the range: element [i * ranks.size() + j] has queries on ranks[i] and keys on
/// ranks[j].
std::vector<int64_t> pair_matrix(const Problem& problem, const Pattern& pattern, const Placement& placement,
                                 SegmentRange range, const std::vector<int>& ranks, StopCheck& check);

/// Segments of length w that hold a token of the rank, as ascending disjoint ranges (a superset when striped
/// with stripes longer than segments).
std::vector<SegmentRange> segments_touching(const Placement& placement, int64_t length, int rank);

}  // namespace ringscope

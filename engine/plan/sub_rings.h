// Sub-rings: which ranks share segments of a stream, who needs whose keys there, and how far each share
// travels.
#pragma once

#include <functional>
#include <vector>

#include "engine/base/stop_check.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// Ranks that share every segment of a range of a stream, in ring order. Only ranks with queries or keys
/// there.
struct SubRing {
    int stream = 0;
    SegmentRange segments;  // of the stream
    std::vector<int> members;
    std::vector<std::vector<int64_t>>
        pairs;  // a reader of the stream each: [i * members + j], i queries, j keys

    int size() const { return static_cast<int>(members.size()); }
    int64_t pairs_at(size_t reader, int query_index, int key_index) const {
        return pairs[reader]
                    [static_cast<size_t>(query_index) * members.size() + static_cast<size_t>(key_index)];
    }
    bool needs(int query_index, int key_index) const;
    /// Steps in which the share of the member at `key_index` still has to move on: the last one that needs
    /// it.
    int hops_needed(int key_index) const;
};

/// The streams of a problem under these ring settings, and for each pattern the stream that brings its keys.
/// Patterns whose KV heads would come by different streams are split in `problem`.
///
/// dilate_before_send: one stream per distinct (w, r, o). Otherwise whole rows travel, one stream for all KV
/// heads; with prune one per segment length: the longest of the readers', when it is a multiple of theirs, else
/// the whole sequence.
std::vector<Stream> make_streams(const RingSpec& ring, bool prune, Problem& problem,
                                 std::vector<int>& stream_of_pattern);

/// Ranks that own a token of [begin, end), ascending.
std::vector<int> owners_in(const Placement& placement, int64_t begin, int64_t end);

/// Calls `visit` with the segments of length w that may have more than one owner, ascending, as ranges with the same
/// owners. Contiguous and zigzag: those that an interval's border cuts.
void for_shared_segments(const Placement& placement, int64_t length,
                         const std::function<void(SegmentRange)>& visit);

/// Segments that more than one rank takes part in, grouped into sub-rings; every other segment is local to
/// its rank. Throws Error(cancelled) when the check says so.
std::vector<SubRing> make_sub_rings(const Problem& problem, const Placement& placement, const Stream& stream,
                                    int stream_index, StopCheck& check);

}  // namespace ringscope

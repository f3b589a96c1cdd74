// What attention between the members of a sub-ring costs under one pattern, pair by pair without a matrix of pairs.
//
//   segments that are looked at   s0        s1        s2          one for all that count alike (segment_counts.h)
//   member 0                      tokens
//   member 1                      tokens    tokens                a pair's cost is the sum over
//   member 2                                tokens    tokens      the segments that both have
#pragma once

#include <vector>

#include "engine/base/stop_check.h"
#include "engine/plan/schedule.h"
#include "engine/simulate/block_costs.h"

namespace ringscope {

class ReaderCosts {
  public:
    /// Of the pattern's segments in the range, among `members`, which ascend. O(kinds of segments x members). Throws
    /// Error(cancelled) when the check says so.
    ReaderCosts(const Problem& problem, const Pattern& pattern, const Placement& placement,
                SegmentRange range, const std::vector<int>& members, BlockCosts& blocks, StopCheck& check);

    /// Queries of the member at one index, keys of that at another; per head and batch entry.
    PairCost of(int query_index, int key_index, BlockCosts& blocks) const;
    /// Whether there is an allowed pair.
    bool needs(int query_index, int key_index, const BlockCosts& blocks) const;
    /// Keeps the members at these indices.
    void keep_members(const std::vector<int>& indices);
    size_t shares() const { return shares_.size(); }

  private:
    /// What a member has of one segment.
    struct Share {
        int32_t member = 0;
        int32_t segment = 0;  // index into times_
        TokenSet queries, keys;
    };
    const Share* first_of(int member) const { return shares_.data() + begins_[static_cast<size_t>(member)]; }
    const Share* end_of(int member) const { return first_of(member + 1); }

    std::vector<int64_t> times_;   // how many segments one stands for
    std::vector<Share> shares_;    // by member, then segment
    std::vector<int32_t> begins_;  // by member, and one more
};

}  // namespace ringscope

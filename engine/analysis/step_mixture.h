// Which steps the keys of a block of the query x key matrix arrive in, where several ranks' tokens
// interleave: exactly, without looking at single pairs.
//
// Ranks hold kept tokens of a segment as a few runs. A rank works on an owner's keys in one step per segment,
// and some query of it may attend to some key of the owner exactly when its last query is not before the
// owner's first key (causal), or at all (not causal).
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/analysis/step_lookup.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// Allowed pairs of one head whose keys arrive in a step.
struct StepShare {
    int step = 0;
    int64_t pairs = 0;
    bool operator==(const StepShare&) const = default;
};
/// Of the block [query_begin, query_end) x [key_begin, key_end), by step; steps without pairs are left out.
std::vector<StepShare> step_shares(const Schedule& schedule, const StepLookup& steps, int pattern,
                                   int64_t query_begin, int64_t query_end, int64_t key_begin,
                                   int64_t key_end);

/// What a row or column of blocks holds of one segment.
struct SegmentTokens {
    int64_t segment = 0;
    int shape = 0;  // of StepMixture::ranks_of(); equal ones lie equally in their segments
};
using LineTokens = std::vector<SegmentTokens>;  // ascending by segment

/// Most segments look like the one before: what is found for one of them holds for the next, so that many
/// short segments cost no more than a few.
class StepMixture {
  public:
    StepMixture(const Schedule& schedule, const StepLookup& steps, int pattern);

    /// Kept tokens, as keys have them, or the tokens that are computed as queries.
    LineTokens keys_in(int64_t begin, int64_t end);
    LineTokens queries_in(int64_t begin, int64_t end);
    /// Ranks with a token in a segment's part, ascending.
    std::vector<int> ranks_of(const SegmentTokens& tokens) const;
    /// Steps with an allowed pair in the block, ascending.
    std::vector<int> steps_of(const LineTokens& queries, const LineTokens& keys);

  private:
    /// Tokens of one rank, from the segment's first on.
    struct RankTokens {
        int rank = 0;
        int64_t first = 0;
        int64_t last = 0;
    };
    using Shape = std::vector<RankTokens>;  // those that have any
    struct KnownStep {
        int step = -1;  // -1: never
        SegmentRange holds;
    };

    LineTokens tokens_in(int64_t begin, int64_t end, bool all);
    int shape_of(const TokenRun& run, int64_t segment, bool is_whole, bool all);
    Shape make_shape(const TokenRun& run, int64_t segment_begin, int sole_owner) const;
    int64_t mark_steps(const Shape& queries, const Shape& keys, int64_t segment);

    const Schedule& schedule_;
    const StepLookup& steps_;
    int pattern_;
    std::vector<Shape> shapes_{{}};  // the first has no tokens
    /// Of whole segments: by whether all tokens take part, and by the sole owner (below 0) or the place in
    /// the stripes' cycle.
    std::map<std::pair<bool, int64_t>, int> whole_;
    std::vector<KnownStep> known_;  // [rank * ranks + owner]
    std::vector<bool> is_used_;     // scratch, by step
    size_t used_ = 0;               // how many of them
};

}  // namespace ringscope

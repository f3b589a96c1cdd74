// Which steps the keys of a block of the query x key matrix arrive in, where several ranks' tokens
// interleave: exactly, without looking at single pairs.
//
// Ranks hold kept tokens of a segment as a few runs. A rank works on an owner's keys in one step a segment,
// and some query of it may attend to some key of the owner exactly when its last query is not before the
// owner's first key (causal), or at all (not causal).
#pragma once

#include <cstdint>
#include <vector>

#include "engine/schedule.h"
#include "ui/pattern/step_lookup.h"

namespace ringscope::ui {

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

/// Tokens of one rank in a row or column of blocks, of one segment.
struct RankTokens {
    int rank = 0;
    int64_t first = 0;
    int64_t last = 0;
};
struct SegmentTokens {
    int64_t segment = 0;
    std::vector<RankTokens> ranks;  // those that have any
};
using LineTokens = std::vector<SegmentTokens>;  // ascending by segment

class StepMixture {
  public:
    StepMixture(const Schedule& schedule, const StepLookup& steps, int pattern);

    /// Kept tokens, as keys have them, or the tokens that are computed as queries.
    LineTokens keys_in(int64_t begin, int64_t end) const;
    LineTokens queries_in(int64_t begin, int64_t end) const;
    /// Steps with an allowed pair in the block, ascending.
    std::vector<int> steps_of(const LineTokens& queries, const LineTokens& keys);

  private:
    LineTokens tokens_in(int64_t begin, int64_t end, bool all) const;
    void find_steps(int64_t segment);

    const Schedule& schedule_;
    const StepLookup& steps_;
    int pattern_;
    SegmentRange found_;         // for which the table holds
    std::vector<int> step_;      // [rank * ranks + owner] in those segments; -1: never
    std::vector<bool> is_used_;  // scratch, by step
};

}  // namespace ringscope::ui

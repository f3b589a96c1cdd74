// The blocks that a piece of work is made of: what attention costs hangs on their shape, not on pairs alone.
//
//   contiguous, own keys     zigzag, own keys       zigzag, an earlier owner's    zigzag, a later owner's
//     \                        \   .                 ####  .                        .     .
//       \   cut                 ####\  2/3 whole,      ####  .   half the keys        #######   half the rows
//         \                     ####  \  1/3 cut       ####  .                        #######
//
// A rank's queries and keys of a segment are one block, however many runs they lie in: kernels go through all of them
// row by row. Where the causal edge cuts some of it, the block counts as cut for that share of its pairs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/plan/schedule.h"
#include "engine/simulate/attention_cost.h"

namespace ringscope {

/// Blocks of one head and batch entry, each `times` times; all pairs together are the work's.
struct WorkBlock {
    AttentionBlock block;
    double times = 1;
};

/// A rank's queries and keys of one segment, in whatever runs they lie.
struct SegmentBlock {
    AttentionBlock block;  // as if whole
    double cut_share = 0;  // of its pairs: these cost what a cut block costs
};

/// Both not empty. `pairs`: how many are allowed, where the caller knows; else they are counted. 0 pairs: nothing to do.
SegmentBlock segment_block(std::span<const TokenRun> queries, std::span<const TokenRun> keys, bool causal,
                           std::optional<int64_t> pairs = {});

/// Finds them from a few of the work's segments. Reuses its memory from call to call; one thread.
class WorkBlocks {
  public:
    explicit WorkBlocks(const Schedule& schedule) : schedule_(schedule) {}
    /// Until the next call.
    const std::vector<WorkBlock>& of(int rank, const Work& work);
    /// Query rows of the last call's work that see a key, per head and batch entry.
    double rows() const { return rows_; }

  private:
    void add_segment(int rank, const Work& work, int64_t segment, double times);

    const Schedule& schedule_;
    std::vector<RowRun> query_rows_, key_rows_;
    std::vector<TokenRun> queries_, keys_;
    std::vector<WorkBlock> blocks_;
    double pairs_ = 0;
    double rows_ = 0;
};

}  // namespace ringscope

// Who owns which token, and where it lies in the owner's memory.
//
//   contiguous  rank k owns one interval; n = p * c + e: the first e ranks own c + 1 tokens
//   zigzag      2p such intervals; rank k owns intervals k and 2p - 1 - k (llama3, ring-flash-attention)
//   striped     token i belongs to rank floor(i / block) mod p (Striped Attention, 2311.09431)
//
// Rows of a rank are its tokens in ascending order, so row order is token order.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/experiment/experiment.h"
#include "engine/experiment/token_run.h"

namespace ringscope {

/// Half-open interval of tokens [begin, end).
struct TokenInterval {
    int64_t begin = 0;
    int64_t end = 0;
};

class Placement {
  public:
    /// stripe_block >= 1, already resolved. ranks >= 1, seq_len >= 1.
    Placement(Layout layout, int ranks, int64_t seq_len, int64_t stripe_block);

    int ranks() const { return ranks_; }
    int64_t seq_len() const { return seq_len_; }
    Layout layout() const { return layout_; }
    int64_t stripe_block() const { return block_; }

    int owner(int64_t token) const;
    int64_t tokens_of(int rank) const;                   // rows of the rank
    int64_t row_of(int64_t token) const;                 // row in its owner's memory
    int64_t token_at(int rank, int64_t row) const;       // inverse of row_of
    int64_t rows_before(int rank, int64_t token) const;  // rows of `rank` whose token is < `token`

    /// Token intervals that hold all of the rank's tokens: exactly them when contiguous or zigzag (1 or 2,
    /// merged when adjacent), the whole sequence when striped. None for a rank without tokens.
    std::vector<TokenInterval> intervals_of(int rank) const;

    /// Appends the tokens of `rank` in [begin, end) that are first (mod stride) as runs; `first` in [0,
    /// stride) counts from `begin`. The runs of one call are disjoint; within a run rows are affine too
    /// (row_stride()).
    void append_runs(int rank, int64_t begin, int64_t end, int64_t first, int64_t stride,
                     std::vector<TokenRun>& runs) const;

    /// Rows between neighbours of a run made by append_runs for this placement.
    int64_t row_stride(const TokenRun& run) const;

  private:
    int64_t split_begin(int64_t part, int64_t parts) const;
    Layout layout_;
    int ranks_;
    int64_t seq_len_;
    int64_t block_;
};

}  // namespace ringscope

// The plain float64 answer, straight from the definition (engine/README.md, "Words"): the oracle for every
// kernel.
//
//   s_j = scale * q . k_j over the keys j that the pattern allows for the query
//   lse = max + ln sum_j exp(s_j - max),   o = sum_j exp(s_j - lse) v_j
//
// and, where several patterns hold for a head (longnet), the merge of their (o, lse). No key at all: o = 0,
// lse = -inf.
#pragma once

#include <limits>
#include <vector>

#include "engine/run/rounding_bound.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

/// Softmax-weighted sum in the making: `o` is unnormalised, relative to the running maximum.
struct ReferenceState {
    double max = -std::numeric_limits<double>::infinity();
    double sum = 0;
    RowMagnitudes magnitudes;  // what rounding may make of the row
};

/// K and V of some keys of one segment, one batch entry, as doubles. Used by one thread at a time.
class ReferenceKeys {
  public:
    /// Both must outlive this.
    ReferenceKeys(const Problem& problem, const TensorSource& source) : problem_(problem), source_(source) {}

    /// Reads all KV heads of the tokens `keys`.
    void load(int batch_index, const TokenRun& keys);

    /// Folds into (o, state) those loaded keys that `query` may see: o[head_dim], q[head_dim] doubles.
    /// Pattern and segment are the caller's choice; only causality is looked at here. `peak` [head_dim]: the
    /// largest |o| on the way, relative to the running maximum as o is; null: not wanted.
    void attend(const double* q, int kv_head, int64_t query, double* o, ReferenceState& state,
                double* peak = nullptr);

  private:
    /// Fills scores_ and errors_ for the first `count` keys; the largest score.
    double score(const double* q, const double* k, const double* k_size, int64_t count);

    const Problem& problem_;
    const TensorSource& source_;
    TokenRun keys_;
    std::vector<double> rows_;             // (keys, kv_heads, head_dim)
    std::vector<double> k_, v_;            // (kv_heads, keys, head_dim)
    std::vector<double> k_size_, v_size_;  // (kv_heads, keys): length of a key, largest element of a value
    std::vector<double> scores_;
    std::vector<double> errors_;  // e_j of rounding_bound.h, less what all keys share
};

/// Appends rows (token, all heads) of a tensor as doubles.
void read_as_double(const Problem& problem, const TensorSource& source, InputTensor tensor, int batch_index,
                    const TokenRun& run, std::vector<double>& rows);

/// Keys of `pattern` in the segment of `token`, kept ones, causal or not.
TokenRun keys_of_segment(const Problem& problem, const Pattern& pattern, int64_t segment);

/// Turns sums into the answer; `o` in place. The row's lse.
double finish_reference_row(int head_dim, double* o, const ReferenceState& state);

struct ReferenceRow {
    std::vector<double> o;  // head_dim
    double lse = -std::numeric_limits<double>::infinity();
};
/// One row. Reads all of its segment's keys: for many rows see verify.h.
ReferenceRow reference_row(const Problem& problem, const TensorSource& source, int batch_index, int head,
                           int64_t token);

}  // namespace ringscope

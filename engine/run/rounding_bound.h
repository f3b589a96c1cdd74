// How far a right answer may lie from the exact one, row by row: an a-priori bound from the sizes of what F32
// arithmetic rounds. A kernel that keeps to it is right; one that does not has lost, doubled or mixed up
// something.
//
// With u = 2^-24, weights p_j of the N keys that the row attends to and |v_j| the largest element of a value:
//
//   scores    |s_j' - s_j| <= u e_j, from the running error of a sum of d products (Higham 2002, section 3.3):
//             e_j = |scale| ((d / 2 + 2) M_j + 2 |q| |k_j|) + 2 |s_j| + 2 |max s| + 4
//             M_j is the largest of the sums of the first quarter, half, three quarters and all of q . k_j, and
//             the 4 are the exponential's own error
//   o         u sum_j p_j e_j (|v_j| + |o|)      what these do to the weights
//             u (N / 2) peak                     adding up p_j v_j; peak: the largest partial sum, of the column
//             u (n_l |o| + 16 a)                 the sum of weights; a = sum_j p_j |v_j|
//             u 2 sqrt(parts) (4 + 2 |lse|) a    folding the parts of a row into each other, their lse rounded
//   lse       u (sum_j p_j e_j + n_l + 2 sqrt(parts) (4 + 2 |lse|))
//
// n_l = min(N, 256 + N / 32) / 2 of a sum of weights: kernels add up blocks of keys, then the blocks. Where
// u e_j is no longer small, weights may be wrong by factors: then the row must only be as near to its largest
// value as the other weights, at e^(2 u e) their size, allow.
//
// A kernel that rounds its weights to the dtype (unit w: 2^-8 for BF16, 2^-11 for F16) before they meet V adds
// w min(a, |o| + 3 sqrt(sum_j p_j^2 |v_j|^2)) to o: every weight errs by up to w, and those of different keys
// by chance in different directions. One that rounds the o of each part adds w a.
#pragma once

#include <cstdint>

#include "engine/experiment/dtype.h"
#include "engine/experiment/problem.h"
#include "engine/run/kernel_rounding.h"

namespace ringscope {

/// Sizes of one row's terms, added up in float64 beside its answer. "Weighted" is by e^(s_j - max), the running
/// maximum: shrink() when that grows.
struct RowMagnitudes {
    double value = 0;          // weighted |v_j|
    double value_square = 0;   // |v_j|^2 by the square of the weight
    double score_error = 0;    // weighted e_j, less what all keys share
    double score_value = 0;    // weighted e_j |v_j|, likewise
    double largest_value = 0;  // |v_j|
    double largest_error = 0;  // e_j, likewise
    int64_t keys = 0;

    void shrink(double factor) {
        value *= factor;
        value_square *= factor * factor;
        score_error *= factor;
        score_value *= factor;
    }
    void add(double weight, double error, double largest_element) {
        value += weight * largest_element;
        value_square += weight * weight * largest_element * largest_element;
        score_error += weight * error;
        score_value += weight * error * largest_element;
        if (largest_element > largest_value) largest_value = largest_element;
        if (error > largest_error) largest_error = error;
    }
};

/// What of the arithmetic the bound must know beside the row.
struct RowArithmetic {
    int parts = 1;               // ring steps whose results are folded into each other, at most
    double weight_unit = 0;      // unit roundoff of weights that meet V; 0: they are F32
    double result_unit = 0;      // of the o of each part; 0: likewise
    double smallest_weight = 0;  // spacing of the smallest weights
};
RowArithmetic arithmetic_of(const Problem& problem, int ranks, KernelRounding rounding);

/// The bound of one row.
class RowBound {
  public:
    /// `max` and `sum`: the row's largest score, and the sum of its weights relative to that. `o_size`: the
    /// largest |element| of the exact answer.
    RowBound(const RowMagnitudes& row, const RowArithmetic& arithmetic, double max, double sum,
             double o_size);

    double lse() const { return lse_; }
    /// Of an element o of the exact answer; `peak` is the largest of its partial sums, relative to `max` as
    /// they were added up. Infinity: F32 cannot tell.
    double element(double o, double peak) const;
    /// Whether anything but a wrong size could be noticed.
    bool judges() const { return judges_; }

  private:
    double lse_ = 0;
    double scores_ = 0;             // what score errors may make of an element, without
    double scores_by_element_ = 0;  // and with |o|
    double one_winner_ = 0;         // what they may make where they are no longer small
    double by_element_ = 0;         // of |o|
    double by_peak_ = 0;            // of the peak
    double common_ = 0;
    bool judges_ = true;
};

}  // namespace ringscope

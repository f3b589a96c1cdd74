// The state (o, m, l) of a query row, as attention_launch.h says that it is carried from step to step.
//
//   s_j = scale * q.k_j      m' = max(m, max_j s_j)      l' = e^(m - m') l + sum_j e^(s_j - m')
//   o' = e^(m - m') o + sum_j e^(s_j - m') v_j       (online softmax: Milakov & Gimelshein 2018)
//
// A score that is not a number is no maximum, but makes the sum, and with it the row, NaN: so "no key seen" is l = 0,
// not a comparison that NaN fails.
//
// Scores and maxima stay natural, so that the maximum left by one step is, bit for bit, the one that the next
// step measures from; only differences are turned into powers of two.
//
// A Launch is anything with the pointers lse and sum (null: o is normalised, lse its log-sum-exp).
#pragma once

#include <cmath>

#include "engine/cuda/kernels/element.h"

namespace ringscope {

/// Running maximum and sum of a query row.
struct RowState {
    float m = -INFINITY;
    float l = 0;
};

template <typename Launch>
RINGSCOPE_TILE RowState load_state(const Launch& launch, int64_t index) {
    const float lse = launch.lse[index];
    const bool seen = lse != -INFINITY;
    return {lse, launch.sum != nullptr ? launch.sum[index] : (seen ? 1.0f : 0.0f)};
}

/// What the row's o is to be multiplied by before it is stored.
template <typename Launch>
RINGSCOPE_TILE float output_factor(const Launch& launch, const RowState& state) {
    if (launch.sum != nullptr) return 1;
    return state.l == 0 ? 0 : 1 / state.l;
}

template <typename Launch>
RINGSCOPE_TILE void store_state(const Launch& launch, int64_t index, const RowState& state) {
    if (launch.sum != nullptr) {
        launch.lse[index] = state.m;
        launch.sum[index] = state.l;
    } else {
        launch.lse[index] = state.l == 0 ? -INFINITY : state.m + logf(state.l);
    }
}

/// What a maximum is measured from: a row that has seen no key yet must not give inf - inf.
RINGSCOPE_TILE float finite_or_zero(float m) { return m == -INFINITY ? 0.0f : m; }

/// e^x for x <= 0, and 0 for -inf.
RINGSCOPE_TILE float exp_of(float x) { return exp2f(x * 1.44269504088896340736f); }

}  // namespace ringscope

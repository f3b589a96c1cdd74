// Merges the result of one SDPA call into the state that its query rows carry (row_state.h): the formula and
// the addresses, compiled for host and device.
//
// A call's part of a row is normalised: p, with log-sum-exp e. That is a row whose maximum is e, sum 1 and
// output p, so
//
//   m' = max(m, e)      l' = e^(m - m') l + e^(e - m')      o' = e^(m - m') o + e^(e - m') p
//
// and where the carried o is normalised (accumulator lse) it comes with l = 1 and goes divided by l'.
#pragma once

#include "engine/cuda/kernels/index_math.h"
#include "engine/cuda/kernels/row_state.h"

namespace ringscope {

/// Passed by value. Row (batch b, head h, query i) of a call is row (b * heads + h) * queries + i of its
/// part, and lies in O and in LSE and sum by the strides, in elements.
struct MergeLaunch {
    const void* part_o = nullptr;  // (row, d) in the problem's dtype
    const float* part_lse = nullptr;
    float* o = nullptr;
    float* lse = nullptr;
    float* sum = nullptr;
    const int32_t* cancelled = nullptr;  // not 0: leave at once
    int64_t rows = 0;
    int64_t heads = 0;
    int64_t queries = 0;
    int32_t head_dim = 0;
    int64_t o_batch_stride = 0, o_head_stride = 0, o_row_stride = 0;
    int64_t lse_batch_stride = 0, lse_head_stride = 0, lse_row_stride = 0;

    RINGSCOPE_HD int64_t o_offset(int64_t row) const {
        return row / queries / heads * o_batch_stride + row / queries % heads * o_head_stride +
               row % queries * o_row_stride;
    }
    RINGSCOPE_HD int64_t lse_offset(int64_t row) const {
        return row / queries / heads * lse_batch_stride + row / queries % heads * lse_head_stride +
               row % queries * lse_row_stride;
    }
};

/// What the carried o and the part are multiplied by, and the row's state after it.
struct Merge {
    float carried = 1;
    float part = 0;
    RowState state;
};

RINGSCOPE_TILE Merge merge_of(const RowState& carried, float part_lse) {
    const float m = fmaxf(carried.m, part_lse);
    Merge merge;
    merge.carried = exp_of(carried.m - finite_or_zero(m));
    merge.part = exp_of(part_lse - finite_or_zero(m));
    merge.state = {m, carried.l * merge.carried + merge.part};
    return merge;
}

/// Columns lane, lane + lanes, ... of a row's o. The row's state stays as it is: merge_row_state() comes
/// after all of them.
template <typename Element>
RINGSCOPE_TILE void merge_row_output(const MergeLaunch& launch, int64_t row, int lane, int lanes) {
    const Merge merge = merge_of(load_state(launch, launch.lse_offset(row)), launch.part_lse[row]);
    const float factor = output_factor(launch, merge.state);
    const auto* part = static_cast<const typename Element::Storage*>(launch.part_o) + row * launch.head_dim;
    float* o = launch.o + launch.o_offset(row);
    for (int column = lane; column < launch.head_dim; column += lanes) {
        const float p = merge.part == 0 ? 0 : merge.part * Element::to_float(part[column]);
        o[column] = (merge.carried * o[column] + p) * factor;
    }
}

RINGSCOPE_TILE void merge_row_state(const MergeLaunch& launch, int64_t row) {
    const int64_t state = launch.lse_offset(row);
    store_state(launch, state, merge_of(load_state(launch, state), launch.part_lse[row]).state);
}

}  // namespace ringscope

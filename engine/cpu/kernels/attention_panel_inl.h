// A tile's queries on their way into panels and back: row lists, transposing, carried state. See
// attention_kernel_inl.h, which this is a part of.
#pragma once

#include "engine/cpu/kernels/attention_tile.h"
#include "engine/cpu/kernels/simd_exp2.h"
#include "engine/cpu/kernels/simd_multiply_add.h"

namespace ringscope::RINGSCOPE_KERNEL {

inline constexpr int kRows = RINGSCOPE_KERNEL_ROWS;  // of a register tile
inline constexpr int kPanelVectors = 2;
inline constexpr int kPanelLanes = kPanelVectors * kLanes;
inline constexpr int kQueryTile = 1024;
inline constexpr int kPanels = kQueryTile / kPanelLanes;
inline constexpr int64_t kStrideInPlace = 128;  // floats; rows further apart are copied, unless contiguous
inline constexpr float kInfinity = __builtin_inff();
inline constexpr float kScoreLimit = 0x1p127f;  // log2 units; carried in natural units it stays finite
inline constexpr double kLog2E = 1.4426950408889634;
inline constexpr double kLn2 = 0.6931471805599453;

/// Up to kPanelLanes queries. Unused lanes repeat the last query's token, have q = 0 and are never stored.
struct Panel {
    int vectors;           // in use
    int lanes;             // in use
    float* q;              // [words][kPanelLanes], see Math
    float* o;              // [width][kPanelLanes], not normalised
    float* max;            // [kPanelLanes], log2 units; -inf: no key seen
    float* sum;            // [kPanelLanes]
    const int64_t* row;    // [lanes], of Q and O
    const int32_t* token;  // [kPanelLanes]
    int32_t first_token;   // smallest and largest of the lanes
    int32_t last_token;
    float score_factor;  // softmax scale * log2(e): in q already with F32 multiply-adds
};

/// Keys of one run, ascending, their rows as words.
struct KeyBlock {
    const float* k;  // [count][words]
    const float* v;  // [count / Math::kInWord][head_dim]
    int64_t stride;  // words between rows, of K and of V
    int count;
    int64_t first_token;
    int64_t token_stride;
    bool all_finite;  // else v has zeros in place of what is not finite: attention_nonfinite_inl.h
};

/// How the scratch memory is divided; width is padded(head_dim). Parts begin at multiples of 64 bytes.
struct Scratch {
    float* q;        // [kPanels][width][kPanelLanes]
    float* o;        // the same
    float* rows;     // [kLanes][width]: rows on their way into or out of a panel
    float* scores;   // [key_block][kPanelLanes]
    float* k;        // [key_block][width]
    float* v;        // the same
    float* max;      // [kQueryTile]
    float* sum;      // [kQueryTile]
    float* factor;   // [kPanelLanes]
    int32_t* token;  // [kQueryTile]
    int64_t* row;    // [kQueryTile]
    int64_t bytes;
};

/// Rows of K and V that are kept near: 64 KiB of each, few enough that their scores stay in L1, and enough to
/// be worth a pass over O.
RINGSCOPE_INLINE int key_block_of(int head_dim) {
    const int fit = 64 * 1024 / 4 / padded(head_dim) / 24 * 24;
    return fit < 120 ? 120 : fit < 192 ? fit : 192;
}

/// The parts of a scratch that begins at `base`; only sizes matter when `base` is null.
inline Scratch divide_scratch(void* base, int head_dim) {
    int64_t used = 0;
    const auto take = [&](int64_t bytes) {
        char* part = base == nullptr ? nullptr : static_cast<char*>(base) + used;
        used += (bytes + 63) / 64 * 64;
        return static_cast<void*>(part);
    };
    const int64_t width = padded(head_dim);
    const int64_t keys = key_block_of(head_dim);
    Scratch scratch;
    scratch.q = static_cast<float*>(take(kQueryTile * width * 4));
    scratch.o = static_cast<float*>(take(kQueryTile * width * 4));
    scratch.rows = static_cast<float*>(take(kLanes * width * 4));
    scratch.scores = static_cast<float*>(take(keys * kPanelLanes * 4));
    scratch.k = static_cast<float*>(take(keys * width * 4));
    scratch.v = static_cast<float*>(take(keys * width * 4));
    scratch.max = static_cast<float*>(take(kQueryTile * 4));
    scratch.sum = static_cast<float*>(take(kQueryTile * 4));
    scratch.factor = static_cast<float*>(take(kPanelLanes * 4));
    scratch.token = static_cast<int32_t*>(take(kQueryTile * 4));
    scratch.row = static_cast<int64_t*>(take(kQueryTile * 8));
    scratch.bytes = used;
    return scratch;
}

// Rows in and out.

RINGSCOPE_INLINE void clear_row(int width, float* to) {
    for (int x = 0; x < width; x += kLanes) store(to + x, FloatVector{});
}

/// kLanes rows [kLanes][width] into one vector column [width][kPanelLanes] of a panel, each lane times its
/// factor if kScaled; words that are not F32 are only moved.
template <bool kScaled>
inline void rows_to_panel(const float* rows, int width, FloatVector factor, float* panel) {
    for (int x = 0; x < width; x += kLanes) {
        FloatVector block[kLanes];
        for (int lane = 0; lane < kLanes; ++lane) block[lane] = load(rows + lane * width + x);
        transpose(block);
        for (int i = 0; i < kLanes; ++i)
            store(panel + (x + i) * kPanelLanes, kScaled ? block[i] * factor : block[i]);
    }
}

/// The way back.
inline void panel_to_rows(const float* panel, int width, FloatVector factor, float* rows) {
    for (int x = 0; x < width; x += kLanes) {
        FloatVector block[kLanes];
        for (int i = 0; i < kLanes; ++i) block[i] = load(panel + (x + i) * kPanelLanes) * factor;
        transpose(block);
        for (int lane = 0; lane < kLanes; ++lane) store(rows + lane * width + x, block[lane]);
    }
}

/// Rows and tokens of the tile's queries, run by run. Returns how many.
inline int list_queries(const AttentionTile& tile, const Scratch& scratch) {
    int count = 0;
    for (int run = 0; run < tile.query_runs; ++run) {
        const RowRun& rows = tile.queries[run];
        for (int64_t i = 0; i < rows.count; ++i, ++count) {
            scratch.row[count] = rows.first_row + i * rows.row_stride;
            scratch.token[count] = static_cast<int32_t>(rows.first_token + i * rows.token_stride);
        }
    }
    return count;
}

inline Panel panel_at(const AttentionTile& tile, const Scratch& scratch, int first, int queries) {
    const int left = queries - first;
    Panel panel;
    panel.lanes = left < kPanelLanes ? left : kPanelLanes;
    panel.vectors = (panel.lanes + kLanes - 1) / kLanes;
    panel.q = scratch.q + static_cast<int64_t>(first) * padded(tile.head_dim);
    panel.o = scratch.o + static_cast<int64_t>(first) * padded(tile.head_dim);
    panel.max = scratch.max + first;
    panel.sum = scratch.sum + first;
    panel.row = scratch.row + first;
    panel.token = scratch.token + first;
    panel.first_token = panel.last_token = scratch.token[first];
    for (int lane = 0; lane < kPanelLanes; ++lane) {
        if (lane >= panel.lanes) scratch.token[first + lane] = scratch.token[first + panel.lanes - 1];
        const int32_t token = panel.token[lane];
        if (token < panel.first_token) panel.first_token = token;
        if (token > panel.last_token) panel.last_token = token;
    }
    panel.score_factor = static_cast<float>(tile.scale * kLog2E);
    return panel;
}

template <typename Math, typename Element>
inline void load_queries(const AttentionTile& tile, const Scratch& scratch, const Panel& panel) {
    const int width = padded(tile.head_dim);
    const auto* q = static_cast<const Element*>(tile.q);
    const float factor = Math::kScaledQueries ? panel.score_factor : 1;
    for (int first = 0; first < panel.lanes; first += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            float* to = scratch.rows + lane * width;
            if (first + lane < panel.lanes) {
                Math::copy_row(q + panel.row[first + lane] * tile.q_stride, tile.head_dim, to);
            } else {
                clear_row(width, to);
            }
        }
        rows_to_panel<Math::kScaledQueries>(scratch.rows, width, broadcast(factor), panel.q + first);
    }
}

/// exact - rounded, within one unit of log2: maxima beyond 2^23, whose rounding is coarser, are kept as they
/// are.
RINGSCOPE_INLINE float rounded_off(double exact, double rounded) {
    const double rest = exact - rounded;
    return static_cast<float>(rest > 1 ? 1 : rest < -1 ? -1 : rest);
}

/// Carried state into the panel: natural units to log2. max = log2(e) * m is rounded; 2^(what the rounding
/// left over) goes into the sum and the output, so nothing is lost.
inline void load_state(const AttentionTile& tile, const Scratch& scratch, const Panel& panel) {
    const int width = padded(tile.head_dim);
    for (int lane = 0; lane < kPanelLanes; ++lane) {
        const float carried = lane < panel.lanes ? tile.lse[panel.row[lane]] : -kInfinity;
        const bool seen = carried != -kInfinity;
        const double exact = seen ? carried * kLog2E : 0;
        panel.max[lane] = seen ? static_cast<float>(exact) : -kInfinity;
        scratch.factor[lane] = seen ? rounded_off(exact, panel.max[lane]) : 0;
        panel.sum[lane] = !seen ? 0 : tile.sum != nullptr ? tile.sum[panel.row[lane]] : 1;
    }
    for (int first = 0; first < panel.lanes; first += kLanes) {
        const FloatVector factor = exp2(load(scratch.factor + first));
        store(panel.sum + first, load(panel.sum + first) * factor);
        for (int lane = 0; lane < kLanes; ++lane) {
            float* to = scratch.rows + lane * width;
            if (panel.sum[first + lane] != 0) {
                MultiplyAdd::copy_row(tile.o + panel.row[first + lane] * tile.o_stride, tile.head_dim, to);
            } else {
                clear_row(width, to);
            }
        }
        rows_to_panel<true>(scratch.rows, width, factor, panel.o + first);
    }
}

/// The way back. Accumulator lse: o / sum and the log-sum-exp; online softmax: o, maximum and sum as they
/// are.
inline void store_state(const AttentionTile& tile, const Scratch& scratch, const Panel& panel) {
    const int width = padded(tile.head_dim);
    for (int lane = 0; lane < panel.lanes; ++lane) {
        const float sum = panel.sum[lane];
        const double max = panel.max[lane];
        float& lse = tile.lse[panel.row[lane]];
        scratch.factor[lane] = 0;
        if (sum == 0) {
            lse = -kInfinity;
            if (tile.sum != nullptr) tile.sum[panel.row[lane]] = 0;
        } else if (tile.sum == nullptr) {
            lse = static_cast<float>(max * kLn2 + static_cast<double>(__builtin_logf(sum)));
            scratch.factor[lane] = 1 / sum;
        } else {
            lse = sum == sum ? static_cast<float>(max * kLn2)
                             : sum;  // NaN without a maximum is not "no key seen"
            scratch.factor[lane] = __builtin_exp2f(rounded_off(max, lse * kLog2E));
            tile.sum[panel.row[lane]] = sum * scratch.factor[lane];
        }
    }
    for (int first = 0; first < panel.lanes; first += kLanes) {
        panel_to_rows(panel.o + first, width, load(scratch.factor + first), scratch.rows);
        for (int lane = 0; lane < kLanes && first + lane < panel.lanes; ++lane) {
            __builtin_memcpy(tile.o + panel.row[first + lane] * tile.o_stride, scratch.rows + lane * width,
                             static_cast<uint64_t>(tile.head_dim) * 4);
        }
    }
}

}  // namespace ringscope::RINGSCOPE_KERNEL

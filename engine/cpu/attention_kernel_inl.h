// Flash attention for one tile of queries, written once for every instruction set. Read it bottom-up.
//
// Queries are the vector lanes. One *panel* is kPanelVectors vectors of queries (AVX2: 2 x 8 = 16), and
// everything a query owns - its scores, maximum, sum and output - stays in its lane from beginning to end:
//
//      Q^T  d x lanes          S^T  keys x lanes            O^T  d x lanes
//        +----------+            +----------+                 +----------+
//      x | q0 .. q15|    key j   | s0 .. s15|       column x  | o0 .. o15|
//        |          |            |          |                 |          |
//        +----------+            +----------+                 +----------+
//
//      S^T[j][lane] += K[j][x] * Q^T[x][lane]      K[j][x] is one float, broadcast from where the row lies
//      P^T = exp2(S^T - max), max and sum over j   plain vertical vector operations: no horizontal reduction
//      O^T[x][lane] += V[j][x] * P^T[j][lane]      V[j][x] is one float, broadcast
//
// So neither K nor V is ever transposed, the stride between rows (dilation) does not matter to the
// arithmetic, and the causal mask is a comparison of the lanes' tokens with one key's. Q is scaled by
// softmax_scale * log2(e) when it is transposed, so that the softmax is a power of two; maxima inside are
// therefore in units of log2.
//
// Blocking:
//   registers  kRows keys x kPanelVectors vectors of S (kRows columns x kPanelVectors of O) are accumulated
//   in
//              registers: for each x, kRows broadcasts and kPanelVectors loads feed kRows * kPanelVectors
//              multiply-adds. AVX2 has 16 registers: 6 x 2 sums, 2 vectors, 1 broadcast. 8 loads for 12
//              multiply-adds at two of each a cycle: the multiply-adds are the limit.
//   L1         one panel's Q^T (d x lanes) and S^T (key block x lanes) are used again and again; O^T passes
//   once a
//              key block.
//   L2         a block of keys (key_block rows of K and V) is used by every panel of the tile before the next
//   is
//              touched. Rows of F16, BF16 or far apart are copied once a tile and block into contiguous F32
//              rows.
//   memory     K and V are read once a tile of kQueryTile queries; scores never leave S^T.
//
// Causal: of each panel and block only the keys up to the panel's last query are computed, and only from the
// panel's first query on compared.
//
// Carried state (attention_kernel.h): the maximum and sum of a query are turned into units of log2 at the
// tile's begin and back at its end, exactly: what the rounding of the maximum leaves over goes into the sum
// and the output.
//
// Online softmax: Milakov & Gimelshein 2018; tiling: Dao 2023 (FlashAttention-2).
// Limits: 1 <= head_dim <= 256; scores are limited to F32's range, one that is infinity less infinity has
// weight 0; |v| times the number of keys within F32.
#pragma once

#include "engine/cpu/attention_tile.h"
#include "engine/cpu/simd_exp2.h"

namespace ringscope::RINGSCOPE_KERNEL {

inline constexpr int kRows = RINGSCOPE_KERNEL_ROWS;  // of a register tile
inline constexpr int kPanelVectors = 2;
inline constexpr int kPanelLanes = kPanelVectors * kLanes;
inline constexpr int kQueryTile = 256;
inline constexpr int kPanels = kQueryTile / kPanelLanes;
inline constexpr int64_t kStrideInPlace = 256;  // floats; rows further apart are copied
inline constexpr int kRowsAhead = 16;  // fetched ahead of a copy: rows far apart defeat the prefetcher
inline constexpr float kInfinity = __builtin_inff();
inline constexpr float kScoreLimit = 0x1p127f;  // log2 units; carried in natural units it stays finite
inline constexpr double kLog2E = 1.4426950408889634;
inline constexpr double kLn2 = 0.6931471805599453;

/// Up to kPanelLanes queries. Unused lanes repeat the last query's token, have q = 0 and are never stored.
struct Panel {
    int vectors;           // in use
    int lanes;             // in use
    float* q;              // [head_dim_padded][kPanelLanes], scaled
    float* o;              // [head_dim_padded][kPanelLanes], not normalised
    float* max;            // [kPanelLanes], log2 units; -inf: no key seen
    float* sum;            // [kPanelLanes]
    const int64_t* row;    // [lanes], of Q and O
    const int32_t* token;  // [kPanelLanes]
    int32_t first_token;   // smallest and largest of the lanes
    int32_t last_token;
};

/// Keys of one run, ascending, their rows as F32.
struct KeyBlock {
    const float* k;
    const float* v;
    int64_t stride;  // floats between rows
    int count;
    int64_t first_token;
    int64_t token_stride;
};

/// How the scratch memory is divided. Parts begin at multiples of 64 bytes.
struct Scratch {
    float* q;        // [kPanels][head_dim_padded][kPanelLanes]
    float* o;        // the same
    float* rows;     // [kLanes][head_dim_padded]: rows on their way into or out of a panel
    float* scores;   // [key_block][kPanelLanes]
    float* k;        // [key_block][head_dim_padded]
    float* v;        // the same
    float* max;      // [kQueryTile]
    float* sum;      // [kQueryTile]
    float* factor;   // [kPanelLanes]
    int32_t* token;  // [kQueryTile]
    int64_t* row;    // [kQueryTile]
    int64_t bytes;
};

RINGSCOPE_INLINE int padded(int head_dim) { return (head_dim + kLanes - 1) / kLanes * kLanes; }

/// Rows of K and V that are kept near: 64 KiB of each, and few enough that their scores stay in L1.
RINGSCOPE_INLINE int key_block_of(int head_dim) {
    const int fit = 64 * 1024 / 4 / padded(head_dim);
    const int rows = fit < 192 ? fit : 192;
    return rows / 24 * 24;
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

/// How many of `left` rows the next register tile takes: kRows, but never so that a thin tile is left over.
RINGSCOPE_INLINE int next_rows(int left) {
    if (left <= kRows) return left;
    return left < kRows + 4 && left != kRows ? (left + 1) / 2 : kRows;
}

// Scores.

/// S^T of kTileRows keys: k is [kTileRows] rows `stride` floats apart, q [head_dim][kPanelLanes], s
/// [keys][kPanelLanes].
template <int kTileRows, int kVectors>
RINGSCOPE_INLINE void score_rows(const float* k, int64_t stride, const float* q, int head_dim,
                                 FloatVector (&s)[kTileRows][kVectors]) {
    for (int row = 0; row < kTileRows; ++row) {
        for (int vector = 0; vector < kVectors; ++vector) s[row][vector] = FloatVector{};
    }
    for (int x = 0; x < head_dim; ++x) {
        FloatVector lanes[kVectors];
        for (int vector = 0; vector < kVectors; ++vector) lanes[vector] = load(q + vector * kLanes);
        q += kPanelLanes;
#pragma GCC unroll 16
        for (int row = 0; row < kTileRows; ++row) {
            const float key = k[row * stride + x];
            for (int vector = 0; vector < kVectors; ++vector) s[row][vector] += lanes[vector] * key;
        }
    }
}

/// Scores of keys first .. first + kTileRows - 1 into `scores`, and their maximum into `max`.
template <int kTileRows, int kVectors>
inline void score_tile(const KeyBlock& block, int first, bool masked, const Panel& panel, int head_dim,
                       float* scores, FloatVector (&max)[kVectors]) {
    FloatVector s[kTileRows][kVectors];
    score_rows<kTileRows, kVectors>(block.k + first * block.stride, block.stride, panel.q, head_dim, s);
    for (int row = 0; row < kTileRows; ++row) {
        const auto key_token = static_cast<int32_t>(block.first_token + (first + row) * block.token_stride);
        for (int vector = 0; vector < kVectors; ++vector) {
            if (masked) {
                const IntVector hidden = load(panel.token + vector * kLanes) < key_token;
                s[row][vector] = hidden ? broadcast(-kInfinity) : s[row][vector];
            }
            max[vector] = max_of(s[row][vector], max[vector]);
            store(scores + (first + row) * kPanelLanes + vector * kLanes, s[row][vector]);
        }
    }
}

template <int kVectors, int kTileRows = kRows>
RINGSCOPE_INLINE void score_tile_of(int rows, const KeyBlock& block, int first, bool masked,
                                    const Panel& panel, int head_dim, float* scores,
                                    FloatVector (&max)[kVectors]) {
    if (rows == kTileRows) {
        score_tile<kTileRows, kVectors>(block, first, masked, panel, head_dim, scores, max);
    } else if constexpr (kTileRows > 1) {
        score_tile_of<kVectors, kTileRows - 1>(rows, block, first, masked, panel, head_dim, scores, max);
    }
}

// Softmax.

/// Replaces scores above F32's range by its end, so that they share the weight instead of becoming infinity
/// less infinity. True only for inputs near 1e19, so it may be slow.
inline void limit_scores(float* scores, int count) {
    for (int i = 0; i < count; ++i) {
        if (scores[i] > kScoreLimit) scores[i] = kScoreLimit;
    }
}

/// Scores to weights exp2(s - max) in place; folds their sum into the panel's. `correction` is what earlier
/// sums and outputs shrink by, since the maximum may have grown.
template <int kVectors>
RINGSCOPE_INLINE void softmax(const Panel& panel, int keys, float* scores,
                              const FloatVector (&block_max)[kVectors], FloatVector (&correction)[kVectors]) {
    FloatVector max[kVectors];
    FloatVector sum[kVectors];
    for (int vector = 0; vector < kVectors; ++vector) {
        const FloatVector old = load(panel.max + vector * kLanes);
        const FloatVector grown = max_of(block_max[vector], old);
        // A lane that has seen no key keeps -inf; subtracting 0 instead keeps its weights at exp2(-inf) = 0.
        max[vector] = grown == -kInfinity ? FloatVector{} : grown;
        correction[vector] = exp2(old - max[vector]);
        sum[vector] = load(panel.sum + vector * kLanes) * correction[vector];
        store(panel.max + vector * kLanes, grown);
    }
    for (int key = 0; key < keys; ++key) {
        for (int vector = 0; vector < kVectors; ++vector) {
            float* place = scores + key * kPanelLanes + vector * kLanes;
            const FloatVector weight = exp2(load(place) - max[vector]);
            sum[vector] += weight;
            store(place, weight);
        }
    }
    for (int vector = 0; vector < kVectors; ++vector) store(panel.sum + vector * kLanes, sum[vector]);
}

// Weighted sum of values.

/// O^T of kTileRows columns: v points to the first key's first column, o is [kTileRows][kPanelLanes].
template <int kTileRows, int kVectors>
inline void weigh_tile(const float* v, int64_t stride, int keys, const float* weights,
                       const FloatVector (&correction)[kVectors], float* o) {
    FloatVector sum[kTileRows][kVectors];
    for (int row = 0; row < kTileRows; ++row) {
        for (int vector = 0; vector < kVectors; ++vector) {
            sum[row][vector] = load(o + row * kPanelLanes + vector * kLanes) * correction[vector];
        }
    }
    for (int key = 0; key < keys; ++key) {
        FloatVector weight[kVectors];
        for (int vector = 0; vector < kVectors; ++vector) weight[vector] = load(weights + vector * kLanes);
#pragma GCC unroll 16
        for (int row = 0; row < kTileRows; ++row) {
            for (int vector = 0; vector < kVectors; ++vector) sum[row][vector] += weight[vector] * v[row];
        }
        weights += kPanelLanes;
        v += stride;
    }
    for (int row = 0; row < kTileRows; ++row) {
        for (int vector = 0; vector < kVectors; ++vector) {
            store(o + row * kPanelLanes + vector * kLanes, sum[row][vector]);
        }
    }
}

template <int kVectors, int kTileRows = kRows>
RINGSCOPE_INLINE void weigh_tile_of(int rows, const float* v, int64_t stride, int keys, const float* weights,
                                    const FloatVector (&correction)[kVectors], float* o) {
    if (rows == kTileRows) {
        weigh_tile<kTileRows, kVectors>(v, stride, keys, weights, correction, o);
    } else if constexpr (kTileRows > 1) {
        weigh_tile_of<kVectors, kTileRows - 1>(rows, v, stride, keys, weights, correction, o);
    }
}

// One panel against one block.

/// Keys of the block with a token up to `token`.
RINGSCOPE_INLINE int keys_up_to(const KeyBlock& block, int32_t token) {
    if (token < block.first_token) return 0;
    const int64_t count = (token - block.first_token) / block.token_stride + 1;
    return count < block.count ? static_cast<int>(count) : block.count;
}

template <int kVectors>
inline void attend_block(const Panel& panel, const KeyBlock& block, bool causal, int head_dim,
                         float* scores) {
    const int keys = causal ? keys_up_to(block, panel.last_token) : block.count;
    const int unmasked = causal ? keys_up_to(block, panel.first_token) : block.count;
    if (keys == 0) return;
    FloatVector max[kVectors];
    for (int vector = 0; vector < kVectors; ++vector) max[vector] = broadcast(-kInfinity);
    for (int first = 0, rows = 0; first < keys; first += rows) {
        rows = next_rows(keys - first);
        score_tile_of<kVectors>(rows, block, first, first + rows > unmasked, panel, head_dim, scores, max);
    }
    bool above_range = false;
    for (int lane = 0; lane < kVectors * kLanes; ++lane)
        above_range |= max[lane / kLanes][lane % kLanes] > kScoreLimit;
    if (above_range) {
        limit_scores(scores, keys * kPanelLanes);
        for (int vector = 0; vector < kVectors; ++vector)
            max[vector] = min_of(max[vector], broadcast(kScoreLimit));
    }
    FloatVector correction[kVectors];
    softmax<kVectors>(panel, keys, scores, max, correction);
    for (int x = 0, rows = 0; x < head_dim; x += rows) {
        rows = next_rows(head_dim - x);
        weigh_tile_of<kVectors>(rows, block.v + x, block.stride, keys, scores, correction,
                                panel.o + x * kPanelLanes);
    }
}

// Rows in and out.

/// One row of head_dim elements to F32.
template <typename Element>
RINGSCOPE_INLINE void copy_row(const Element* from, int head_dim, float* to) {
    int x = 0;
    for (; x + kLanes <= head_dim; x += kLanes) store(to + x, load_as_float(from + x));
    if (x == head_dim) return;
    Element tail[kLanes] = {};
    __builtin_memcpy(tail, from + x, static_cast<uint64_t>(head_dim - x) * sizeof(Element));
    store(to + x, load_as_float(tail));
}

RINGSCOPE_INLINE void clear_row(int width, float* to) {
    for (int x = 0; x < width; x += kLanes) store(to + x, FloatVector{});
}

/// kLanes rows [kLanes][width] into one vector column [width][kPanelLanes] of a panel, each lane times its
/// factor.
inline void rows_to_panel(const float* rows, int width, FloatVector factor, float* panel) {
    for (int x = 0; x < width; x += kLanes) {
        FloatVector block[kLanes];
        for (int lane = 0; lane < kLanes; ++lane) block[lane] = load(rows + lane * width + x);
        transpose(block);
        for (int i = 0; i < kLanes; ++i) store(panel + (x + i) * kPanelLanes, block[i] * factor);
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

inline Panel panel_at(const Scratch& scratch, int head_dim, int first, int queries) {
    const int left = queries - first;
    Panel panel;
    panel.lanes = left < kPanelLanes ? left : kPanelLanes;
    panel.vectors = (panel.lanes + kLanes - 1) / kLanes;
    panel.q = scratch.q + static_cast<int64_t>(first) * padded(head_dim);
    panel.o = scratch.o + static_cast<int64_t>(first) * padded(head_dim);
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
    return panel;
}

template <typename Element>
inline void load_queries(const AttentionTile& tile, const Scratch& scratch, const Panel& panel) {
    const int width = padded(tile.head_dim);
    const auto* q = static_cast<const Element*>(tile.q);
    const auto factor = static_cast<float>(tile.scale * kLog2E);
    for (int first = 0; first < panel.lanes; first += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            float* to = scratch.rows + lane * width;
            if (first + lane < panel.lanes) {
                copy_row(q + panel.row[first + lane] * tile.q_stride, tile.head_dim, to);
            } else {
                clear_row(width, to);
            }
        }
        rows_to_panel(scratch.rows, width, broadcast(factor), panel.q + first);
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
        const bool seen = carried > -kInfinity;
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
            if (panel.sum[first + lane] > 0) {
                copy_row(tile.o + panel.row[first + lane] * tile.o_stride, tile.head_dim, to);
            } else {
                clear_row(width, to);
            }
        }
        rows_to_panel(scratch.rows, width, factor, panel.o + first);
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
            lse = static_cast<float>(max * kLn2);
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

// The tile.

/// `count` rows of head_dim elements, `stride` apart, to rows of F32 padded(head_dim) apart.
template <typename Element>
inline void copy_rows(const Element* rows, int64_t stride, int count, int head_dim, float* to) {
    constexpr int kElementsInLine = 64 / sizeof(Element);
    for (int i = 0; i < count; ++i) {
        if (i + kRowsAhead < count) {
            const Element* ahead = rows + (i + kRowsAhead) * stride;
            for (int x = 0; x < head_dim; x += kElementsInLine) __builtin_prefetch(ahead + x);
        }
        copy_row(rows + i * stride, head_dim, to + i * padded(head_dim));
    }
}

/// Keys first .. of a run as a block, or as many as some query of the tile sees.
template <typename Element>
inline KeyBlock stage_block(const AttentionTile& tile, const Scratch& scratch, const RowRun& run,
                            int64_t first, int32_t last_query_token) {
    KeyBlock block;
    block.first_token = run.first_token + first * run.token_stride;
    block.token_stride = run.token_stride;
    const int limit = key_block_of(tile.head_dim);
    block.count = run.count - first < limit ? static_cast<int>(run.count - first) : limit;
    if (tile.causal) block.count = keys_up_to(block, last_query_token);
    const int64_t stride = run.row_stride * tile.kv_stride;
    const int64_t begin = run.first_row * tile.kv_stride + first * stride;
    const auto* k = static_cast<const Element*>(tile.k) + begin;
    const auto* v = static_cast<const Element*>(tile.v) + begin;
    if constexpr (sizeof(Element) == sizeof(float)) {
        if (stride <= kStrideInPlace) {
            block.k = k;
            block.v = v;
            block.stride = stride;
            return block;
        }
    }
    copy_rows(k, stride, block.count, tile.head_dim, scratch.k);
    copy_rows(v, stride, block.count, tile.head_dim, scratch.v);
    block.k = scratch.k;
    block.v = scratch.v;
    block.stride = padded(tile.head_dim);
    return block;
}

/// Whether some key of the task is visible to the panel.
inline bool sees_a_key(const AttentionTile& tile, const Panel& panel) {
    for (int run = 0; run < tile.key_runs; ++run) {
        const RowRun& keys = tile.keys[run];
        if (keys.count > 0 && (!tile.causal || keys.first_token <= panel.last_token)) return true;
    }
    return false;
}

template <typename Element>
inline void attend(const AttentionTile& tile, void* scratch_memory) {
    const Scratch scratch = divide_scratch(scratch_memory, tile.head_dim);
    const int queries = list_queries(tile, scratch);
    Panel panels[kPanels];
    int panel_count = 0;
    int32_t last_token = -1;
    for (int first = 0; first < queries; first += kPanelLanes) {
        const Panel panel = panel_at(scratch, tile.head_dim, first, queries);
        if (!sees_a_key(tile, panel)) continue;
        load_queries<Element>(tile, scratch, panel);
        load_state(tile, scratch, panel);
        last_token = panel.last_token > last_token ? panel.last_token : last_token;
        panels[panel_count++] = panel;
    }
    for (int run = 0; run < tile.key_runs; ++run) {
        for (int64_t first = 0; first < tile.keys[run].count;) {
            const KeyBlock block = stage_block<Element>(tile, scratch, tile.keys[run], first, last_token);
            if (block.count == 0) break;
            for (int i = 0; i < panel_count; ++i) {
                if (panels[i].vectors == 1) {
                    attend_block<1>(panels[i], block, tile.causal, tile.head_dim, scratch.scores);
                } else {
                    attend_block<kPanelVectors>(panels[i], block, tile.causal, tile.head_dim, scratch.scores);
                }
            }
            first += block.count;
        }
    }
    for (int i = 0; i < panel_count; ++i) store_state(tile, scratch, panels[i]);
}

inline int64_t scratch_bytes(int head_dim) { return divide_scratch(nullptr, head_dim).bytes; }

}  // namespace ringscope::RINGSCOPE_KERNEL

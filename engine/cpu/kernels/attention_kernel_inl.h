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
//   registers  kRows keys x kPanelVectors vectors of S (kRows columns x kPanelVectors of O) are accumulated in
//              registers: for each x, kRows broadcasts and kPanelVectors loads feed kRows * kPanelVectors
//              multiply-adds. AVX2 has 16 registers: 6 x 2 sums, 2 vectors, 1 broadcast. 8 loads for 12
//              multiply-adds, at two of each per cycle: the multiply-adds are the limit.
//   L1         one panel's Q^T (d x lanes) and S^T (key block x lanes) are used again and again; O^T passes
//              once per key block.
//   L2         a block of keys (key_block rows of K and V) is used by every panel of the tile before the next
//              is touched. Rows of F16, BF16 or far apart are copied once per tile and block into contiguous
//              F32 rows: far apart, a column of V would fall into few sets of L1.
//   L3         a tile has up to kQueryTile queries: their Q^T and O^T pass once per block, in order, so that
//              the processor prefetches them by itself. K and V come from memory and are copied once per tile,
//              at the speed of memory, not of arithmetic. So tiles are large, although Q^T and O^T then leave L2.
//   memory     scores never leave S^T.
//
// Causal: of each panel and block only the keys up to the panel's last query are computed, and only from the
// panel's first query on compared.
//
// Carried state (attention_kernel.h): the maximum and sum of a query are turned into units of log2 at the
// tile's start and back at its end, exactly: what the rounding of the maximum leaves over goes into the sum
// and the output.
//
// Online softmax: Milakov & Gimelshein 2018; tiling: Dao 2023 (FlashAttention-2).
// Words: rows and weights are arrays of 32-bit words, each one F32 (MultiplyAdd) or two BF16 (DotProducts,
// where the processor multiplies pairs; simd_multiply_add.h). The scheme is the same; with pairs there are
// half as many words.
//
// Limits: 1 <= head_dim <= 256; |v| times the number of keys within F32. Scores are limited to half of F32's range.
// One that is +infinity or not a number makes every row that sees it NaN; -infinity has weight 0.
#pragma once

#include "engine/cpu/kernels/attention_nonfinite_inl.h"

namespace ringscope::RINGSCOPE_KERNEL {

/// How many of `left` rows the next register tile takes: kRows, but never so that a thin tile is left over.
RINGSCOPE_INLINE int next_rows(int left) {
    if (left <= kRows) return left;
    return left < kRows + 4 && left != kRows ? (left + 1) / 2 : kRows;
}

// Scores.

/// Words that one chain of roundings adds up: what a long chain loses would show in scores of some thousands.
inline constexpr int kChain = 32;

/// S^T of kTileRows keys, by one chain: k is their rows, `stride` words apart, q is [words][kPanelLanes].
template <typename Math, int kTileRows, int kVectors>
RINGSCOPE_INLINE void score_chain(const float* k, int64_t stride, const float* q, int words,
                                  FloatVector (&s)[kTileRows][kVectors]) {
    for (int row = 0; row < kTileRows; ++row) {
        for (int vector = 0; vector < kVectors; ++vector) s[row][vector] = FloatVector{};
    }
    for (int x = 0; x < words; ++x) {
        FloatVector lanes[kVectors];
        for (int vector = 0; vector < kVectors; ++vector) lanes[vector] = load(q + vector * kLanes);
        q += kPanelLanes;
#pragma GCC unroll 16
        for (int row = 0; row < kTileRows; ++row) {
            const auto key = Math::broadcast_word(k + row * stride + x);
            for (int vector = 0; vector < kVectors; ++vector) {
                s[row][vector] = Math::multiply_add(s[row][vector], lanes[vector], key);
            }
        }
    }
}

/// The same by chains of kChain words, and the sum of these.
template <typename Math, int kTileRows, int kVectors>
RINGSCOPE_INLINE void score_rows(const float* k, int64_t stride, const float* q, int words,
                                 FloatVector (&s)[kTileRows][kVectors]) {
    score_chain<Math, kTileRows, kVectors>(k, stride, q, words < kChain ? words : kChain, s);
    for (int x = kChain; x < words; x += kChain) {
        FloatVector part[kTileRows][kVectors];
        score_chain<Math, kTileRows, kVectors>(k + x, stride, q + x * kPanelLanes,
                                               words - x < kChain ? words - x : kChain, part);
        for (int row = 0; row < kTileRows; ++row) {
            for (int vector = 0; vector < kVectors; ++vector) s[row][vector] += part[row][vector];
        }
    }
}

/// Scores of keys first .. first + kTileRows - 1 into `scores`, and their maximum into `max`.
template <typename Math, int kTileRows, int kVectors>
inline void score_tile(const KeyBlock& block, int first, bool masked, const Panel& panel, int head_dim,
                       float* scores, FloatVector (&max)[kVectors]) {
    FloatVector s[kTileRows][kVectors];
    score_rows<Math, kTileRows, kVectors>(block.k + first * block.stride, block.stride, panel.q,
                                          Math::words(head_dim), s);
    for (int row = 0; row < kTileRows; ++row) {
        const auto key_token = static_cast<int32_t>(block.first_token + (first + row) * block.token_stride);
        for (int vector = 0; vector < kVectors; ++vector) {
            if constexpr (!Math::kScaledQueries) s[row][vector] *= panel.score_factor;
            if (masked) {
                const IntVector hidden = load(panel.token + vector * kLanes) < key_token;
                s[row][vector] = hidden ? broadcast(-kInfinity) : s[row][vector];
            }
            max[vector] = max_of(s[row][vector], max[vector]);
            store(scores + (first + row) * kPanelLanes + vector * kLanes, s[row][vector]);
        }
    }
}

template <typename Math, int kVectors, int kTileRows = kRows>
RINGSCOPE_INLINE void score_tile_of(int rows, const KeyBlock& block, int first, bool masked,
                                    const Panel& panel, int head_dim, float* scores,
                                    FloatVector (&max)[kVectors]) {
    if (rows == kTileRows) {
        score_tile<Math, kTileRows, kVectors>(block, first, masked, panel, head_dim, scores, max);
    } else if constexpr (kTileRows > 1) {
        score_tile_of<Math, kVectors, kTileRows - 1>(rows, block, first, masked, panel, head_dim, scores,
                                                     max);
    }
}

// Softmax.

/// Scores above the limit share the weight; infinite ones become NaN, as a softmax of them is. Only inputs near 1e19 and
/// infinite ones come here, so it may be slow.
template <int kVectors>
inline void limit_scores(float* scores, int keys, FloatVector (&max)[kVectors]) {
    bool above = false;
    for (int vector = 0; vector < kVectors; ++vector) {
        for (int lane = 0; lane < kLanes; ++lane) above |= max[vector][lane] > kScoreLimit;
    }
    if (!above) return;
    for (int i = 0; i < keys * kPanelLanes; ++i) {
        if (scores[i] > kScoreLimit) scores[i] = scores[i] == kInfinity ? __builtin_nanf("") : kScoreLimit;
    }
    for (int vector = 0; vector < kVectors; ++vector) {
        max[vector] = min_of(max[vector], broadcast(kScoreLimit));
    }
}

/// Scores to words of weights exp2(s - max) in place; folds their sum into the panel's, the block's own first:
/// the rounding of long sums grows with the keys of a block and the number of blocks, not with all keys.
/// `correction` is what earlier sums and outputs shrink by, since the maximum may have grown.
template <typename Math, int kVectors>
RINGSCOPE_INLINE void softmax(const Panel& panel, int keys, float* scores,
                              const FloatVector (&block_max)[kVectors], FloatVector (&correction)[kVectors]) {
    FloatVector max[kVectors];
    FloatVector sum[kVectors] = {};
    for (int vector = 0; vector < kVectors; ++vector) {
        const FloatVector old = load(panel.max + vector * kLanes);
        const FloatVector grown = max_of(block_max[vector], old);
        // A lane that has seen no key keeps -inf; subtracting 0 instead keeps its weights at exp2(-inf) = 0.
        max[vector] = grown == -kInfinity ? FloatVector{} : grown;
        correction[vector] = exp2(old - max[vector]);
        store(panel.max + vector * kLanes, grown);
    }
    const int whole_words = keys / Math::kInWord * Math::kInWord;
    for (int key = 0; key < whole_words; key += Math::kInWord) {
        for (int vector = 0; vector < kVectors; ++vector) {
            FloatVector weight[Math::kInWord];
            for (int i = 0; i < Math::kInWord; ++i) {
                const float* score = scores + (key + i) * kPanelLanes + vector * kLanes;
                weight[i] = exp2(load(score) - max[vector]);
                sum[vector] += weight[i];
            }
            store(scores + key / Math::kInWord * kPanelLanes + vector * kLanes, Math::pack(weight));
        }
    }
    if (whole_words < keys) {  // the last of an odd number of keys shares its word with a weight of 0
        for (int vector = 0; vector < kVectors; ++vector) {
            FloatVector weight[Math::kInWord] = {};
            weight[0] = exp2(load(scores + whole_words * kPanelLanes + vector * kLanes) - max[vector]);
            sum[vector] += weight[0];
            store(scores + whole_words / Math::kInWord * kPanelLanes + vector * kLanes, Math::pack(weight));
        }
    }
    for (int vector = 0; vector < kVectors; ++vector) {
        float* panel_sum = panel.sum + vector * kLanes;
        store(panel_sum, load(panel_sum) * correction[vector] + sum[vector]);
    }
}

// Weighted sum of values.

/// O^T of kTileRows columns: v is the first word's first column, weights [words][kPanelLanes], o
/// [kTileRows][kPanelLanes]. The block's own sum first, as in softmax().
template <typename Math, int kTileRows, int kVectors>
inline void weigh_tile(const float* v, int64_t stride, int words, const float* weights,
                       const FloatVector (&correction)[kVectors], float* o) {
    FloatVector sum[kTileRows][kVectors] = {};
    for (int word = 0; word < words; ++word) {
        FloatVector weight[kVectors];
        for (int vector = 0; vector < kVectors; ++vector) weight[vector] = load(weights + vector * kLanes);
#pragma GCC unroll 16
        for (int row = 0; row < kTileRows; ++row) {
            const auto value = Math::broadcast_word(v + row);
            for (int vector = 0; vector < kVectors; ++vector) {
                sum[row][vector] = Math::multiply_add(sum[row][vector], weight[vector], value);
            }
        }
        weights += kPanelLanes;
        v += stride;
    }
    for (int row = 0; row < kTileRows; ++row) {
        for (int vector = 0; vector < kVectors; ++vector) {
            float* place = o + row * kPanelLanes + vector * kLanes;
            store(place, load(place) * correction[vector] + sum[row][vector]);
        }
    }
}

template <typename Math, int kVectors, int kTileRows = kRows>
RINGSCOPE_INLINE void weigh_tile_of(int rows, const float* v, int64_t stride, int words, const float* weights,
                                    const FloatVector (&correction)[kVectors], float* o) {
    if (rows == kTileRows) {
        weigh_tile<Math, kTileRows, kVectors>(v, stride, words, weights, correction, o);
    } else if constexpr (kTileRows > 1) {
        weigh_tile_of<Math, kVectors, kTileRows - 1>(rows, v, stride, words, weights, correction, o);
    }
}

// One panel against one block.

/// Keys of the block with a token up to `token`.
RINGSCOPE_INLINE int keys_up_to(const KeyBlock& block, int32_t token) {
    if (token < block.first_token) return 0;
    const int64_t count = (token - block.first_token) / block.token_stride + 1;
    return count < block.count ? static_cast<int>(count) : block.count;
}

template <typename Math, int kVectors>
inline void attend_block(const Panel& panel, const KeyBlock& block, bool causal, int head_dim,
                         float* scores) {
    const int keys = causal ? keys_up_to(block, panel.last_token) : block.count;
    const int unmasked = causal ? keys_up_to(block, panel.first_token) : block.count;
    if (keys == 0) return;
    FloatVector max[kVectors];
    for (int vector = 0; vector < kVectors; ++vector) max[vector] = broadcast(-kInfinity);
    for (int first = 0, rows = 0; first < keys; first += rows) {
        rows = next_rows(keys - first);
        score_tile_of<Math, kVectors>(rows, block, first, first + rows > unmasked, panel, head_dim, scores,
                                      max);
    }
    limit_scores<kVectors>(scores, keys, max);
    FloatVector correction[kVectors];
    softmax<Math, kVectors>(panel, keys, scores, max, correction);
    for (int x = 0, rows = 0; x < head_dim; x += rows) {
        rows = next_rows(head_dim - x);
        weigh_tile_of<Math, kVectors>(rows, block.v + x, block.stride, Math::words(keys), scores, correction,
                                      panel.o + x * kPanelLanes);
    }
}

// The tile.

/// Keys first .. of a run as a block, or as many as some query of the tile sees.
template <typename Math, typename Element>
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
    block.all_finite = all_finite(v, stride, block.count, tile.head_dim);
    if constexpr (sizeof(Element) == sizeof(float)) {
        if (block.all_finite && (stride <= kStrideInPlace || stride == tile.head_dim)) {
            block.k = k;
            block.v = v;
            block.stride = stride;
            return block;
        }
    }
    Math::copy_keys(k, stride, block.count, tile.head_dim, scratch.k);
    Math::copy_values(v, stride, block.count, tile.head_dim, scratch.v);
    if (!block.all_finite) {
        const int words = Math::words(block.count);
        clear_nonfinite<Math>(scratch.v, int64_t{words} * padded(tile.head_dim));
    }
    block.k = scratch.k;
    block.v = scratch.v;
    block.stride = padded(tile.head_dim);
    return block;
}

/// add_nonfinite() of the block that begins with key `first` of the run.
template <typename Element>
inline void add_nonfinite_of(const AttentionTile& tile, const RowRun& run, int64_t first,
                             const KeyBlock& block, const Panel& panel) {
    const int64_t stride = run.row_stride * tile.kv_stride;
    const auto* v = static_cast<const Element*>(tile.v) + run.first_row * tile.kv_stride + first * stride;
    add_nonfinite(panel, block, v, stride, tile.causal, tile.head_dim);
}

/// Whether some key of the task is visible to the panel.
inline bool sees_a_key(const AttentionTile& tile, const Panel& panel) {
    for (int run = 0; run < tile.key_runs; ++run) {
        const RowRun& keys = tile.keys[run];
        if (keys.count > 0 && (!tile.causal || keys.first_token <= panel.last_token)) return true;
    }
    return false;
}

template <typename Math, typename Element>
inline void attend(const AttentionTile& tile, void* scratch_memory) {
    const Scratch scratch = divide_scratch(scratch_memory, tile.head_dim);
    const int queries = list_queries(tile, scratch);
    Panel panels[kPanels];
    int panel_count = 0;
    int32_t last_token = -1;
    for (int first = 0; first < queries; first += kPanelLanes) {
        const Panel panel = panel_at(tile, scratch, first, queries);
        if (!sees_a_key(tile, panel)) continue;
        load_queries<Math, Element>(tile, scratch, panel);
        load_state(tile, scratch, panel);
        last_token = panel.last_token > last_token ? panel.last_token : last_token;
        panels[panel_count++] = panel;
    }
    for (int run = 0; run < tile.key_runs; ++run) {
        for (int64_t first = 0; first < tile.keys[run].count;) {
            const KeyBlock block =
                stage_block<Math, Element>(tile, scratch, tile.keys[run], first, last_token);
            if (block.count == 0) break;
            for (int i = 0; i < panel_count; ++i) {
                if (panels[i].vectors == 1) {
                    attend_block<Math, 1>(panels[i], block, tile.causal, tile.head_dim, scratch.scores);
                } else {
                    attend_block<Math, kPanelVectors>(panels[i], block, tile.causal, tile.head_dim,
                                                      scratch.scores);
                }
                if (!block.all_finite)
                    add_nonfinite_of<Element>(tile, tile.keys[run], first, block, panels[i]);
            }
            first += block.count;
        }
    }
    for (int i = 0; i < panel_count; ++i) store_state(tile, scratch, panels[i]);
}

inline int64_t scratch_bytes(int head_dim) { return divide_scratch(nullptr, head_dim).bytes; }

}  // namespace ringscope::RINGSCOPE_KERNEL

// All index mathematics of the CUDA kernels: runs -> rows -> tokens, query tiles, key tiles, the causal edge.
//
// Compiled twice from this one text: by nvcc for the device, by the host compiler for the work list
// (work_list.cpp) and the tests, which check every function here against brute force.
//
//   block   the queries of one segment on one rank  x  the keys of that segment that one owner holds
//   runs    of a block: RowRun of row_run.h with prefix counts. Index i of a block's queries (or keys) lies in the
//           last run with begin <= i. It is row    first_row + (i - begin) * row_stride
//           and token of the segment               first_token + (i - begin) * token_stride
//   tile    indices [t * size, min((t + 1) * size, count)) of a block's queries or keys
//   item    one query tile of one head of one batch entry: the work of one thread block
//
// Rows and tokens fit in 31 bits (kMaxSeqLen); products of rows and strides are 64 bits wide.
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define RINGSCOPE_HD __host__ __device__ __forceinline__
#else
#define RINGSCOPE_HD inline
#endif

namespace ringscope {

struct IndexRun {
    int32_t begin = 0;  // index of the run's first row within its block
    int32_t count = 0;
    int32_t first_row = 0;
    int32_t row_stride = 1;
    int32_t first_token = 0;  // from the segment's start
    int32_t token_stride = 1;
};

/// Offsets and strides in elements. K row i of the block for (batch entry b, KV index h) begins at
/// k_offset + b * batch_stride + h * head_stride + row * row_stride of the tensor or slot; V's likewise.
struct AttentionBlock {
    int32_t first_query_run = 0;
    int32_t query_runs = 0;
    int32_t queries = 0;
    int32_t first_key_run = 0;
    int32_t key_runs = 0;
    int32_t keys = 0;
    int32_t from_slot = 0;  // 0: the rank's own K and V; 1: the slot of the step
    int64_t k_offset = 0;
    int64_t v_offset = 0;
    int64_t kv_row_stride = 0;
    int64_t kv_head_stride = 0;
    int64_t kv_batch_stride = 0;
};

struct WorkItem {
    int32_t block = 0;
    int32_t first_query = 0;  // index within the block; a multiple of the query tile's size
    int32_t key_tiles = 0;    // tiles from here on are invisible to every query of the tile
    int32_t head = 0;
    int32_t kv_index = 0;  // KV head (own K/V) or its place in the stream (slot)
    int32_t batch_index = 0;
};

/// Some rows of one KV head of one batch entry, copied from the rank's own K and V into its slot.
struct PackItem {
    int32_t first_run = 0;
    int32_t runs = 0;
    int32_t first_index = 0;  // of the piece's rows
    int32_t rows = 0;
    int32_t kv_head = 0;
    int32_t batch_index = 0;
    int64_t k_offset = 0;  // elements of the slot: where K row 0 of the piece goes
    int64_t v_offset = 0;
};

/// The run that holds `index`; 0 <= index < the runs' total count.
RINGSCOPE_HD const IndexRun& run_at(const IndexRun* runs, int32_t count, int32_t index) {
    int32_t low = 0;
    int32_t high = count;
    while (high - low > 1) {
        const int32_t middle = low + (high - low) / 2;
        if (runs[middle].begin <= index)
            low = middle;
        else
            high = middle;
    }
    return runs[low];
}

RINGSCOPE_HD int32_t row_at(const IndexRun& run, int32_t index) {
    return run.first_row + (index - run.begin) * run.row_stride;
}

RINGSCOPE_HD int32_t token_at(const IndexRun& run, int32_t index) {
    return run.first_token + (index - run.begin) * run.token_stride;
}

/// Smallest and largest token of a tile.
struct TokenBounds {
    int32_t first = INT32_MAX;
    int32_t last = -1;
};

/// Bounds of indices [begin, end), begin < end <= the runs' total count. Runs ascend within themselves, not
/// among each other.
RINGSCOPE_HD TokenBounds token_bounds(const IndexRun* runs, int32_t count, int32_t begin, int32_t end) {
    TokenBounds bounds;
    const IndexRun* run = &run_at(runs, count, begin);
    for (int32_t index = begin; index < end; ++run) {
        const int32_t stop = end < run->begin + run->count ? end : run->begin + run->count;
        const int32_t first = token_at(*run, index);
        const int32_t last = token_at(*run, stop - 1);
        if (first < bounds.first) bounds.first = first;
        if (last > bounds.last) bounds.last = last;
        index = stop;
    }
    return bounds;
}

/// What a tile of queries sees of a tile of keys: nothing, everything, or it depends on the pair.
enum class TileView { none, all, some };

RINGSCOPE_HD TileView view_of(bool causal, const TokenBounds& queries, const TokenBounds& keys) {
    if (!causal || keys.last <= queries.first) return TileView::all;
    return keys.first > queries.last ? TileView::none : TileView::some;
}

RINGSCOPE_HD bool visible(bool causal, int32_t query_token, int32_t key_token) {
    return !causal || key_token <= query_token;
}

/// A key tile and what the query tile sees of it.
struct KeyTile {
    int32_t index = 0;
    TileView view = TileView::none;
};

/// The first tile at or after `index` that the queries see something of; index = end when there is none.
RINGSCOPE_HD KeyTile next_key_tile(bool causal, const TokenBounds& queries, const IndexRun* key_runs,
                                   int32_t run_count, int32_t keys, int32_t tile_keys, int32_t index,
                                   int32_t end) {
    for (; index < end; ++index) {
        if (!causal) return {index, TileView::all};
        const int32_t begin = index * tile_keys;
        const int32_t stop = begin + tile_keys < keys ? begin + tile_keys : keys;
        const TileView view = view_of(causal, queries, token_bounds(key_runs, run_count, begin, stop));
        if (view != TileView::none) return {index, view};
    }
    return {end, TileView::none};
}

}  // namespace ringscope

// Shared by both attention kernels: where the rows of an item lie, and which key tiles it walks.
#pragma once

#include "engine/cuda/kernels/attention_launch.h"
#include "engine/cuda/kernels/element.h"
#include "engine/cuda/kernels/row_state.h"

namespace ringscope {

/// One item of a launch, its block and its pointers.
template <typename Storage>
struct TileContext {
    const AttentionLaunch& launch;
    const WorkItem item;
    const AttentionBlock& block;
    const IndexRun* query_runs;
    const IndexRun* key_runs;
    const Storage* q;  // of the item's batch entry and head, row 0
    const Storage* k;
    const Storage* v;
    TokenBounds query_bounds;
    int32_t queries;  // of the tile

    RINGSCOPE_TILE TileContext(const AttentionLaunch& l, int64_t item_index, int tile_queries)
        : launch(l),
          item(l.items[item_index]),
          block(l.blocks[item.block]),
          query_runs(l.runs + block.first_query_run),
          key_runs(l.runs + block.first_key_run) {
        q = static_cast<const Storage*>(l.q) + item.batch_index * l.q_batch_stride +
            int64_t{item.head} * l.head_dim;
        const int64_t kv = item.batch_index * block.kv_batch_stride + item.kv_index * block.kv_head_stride;
        k = static_cast<const Storage*>(block.from_slot ? l.slot : l.own_k) + block.k_offset + kv;
        v = static_cast<const Storage*>(block.from_slot ? l.slot : l.own_v) + block.v_offset + kv;
        const int32_t left = block.queries - item.first_query;
        queries = left < tile_queries ? left : tile_queries;
        query_bounds =
            token_bounds(query_runs, block.query_runs, item.first_query, item.first_query + queries);
    }

    RINGSCOPE_TILE KeyTile next_tile(int tile_keys, int32_t index) const {
        return next_key_tile(launch.causal != 0, query_bounds, key_runs, block.key_runs, block.keys,
                             tile_keys, index, item.key_tiles);
    }
    RINGSCOPE_TILE const IndexRun& query_run(int32_t index) const {
        return run_at(query_runs, block.query_runs, item.first_query + index);
    }
    /// Row of the rank's tensors and token of query `index` of the tile.
    RINGSCOPE_TILE int64_t query_row(int32_t index) const {
        return row_at(query_run(index), item.first_query + index);
    }
    RINGSCOPE_TILE int32_t query_token(int32_t index) const {
        return token_at(query_run(index), item.first_query + index);
    }
    /// Elements from k or v to the row of key `index` of the block.
    RINGSCOPE_TILE int64_t key_offset(int32_t index) const {
        return row_at(run_at(key_runs, block.key_runs, index), index) * block.kv_row_stride;
    }
    RINGSCOPE_TILE int32_t key_token(int32_t index) const {
        return token_at(run_at(key_runs, block.key_runs, index), index);
    }
    RINGSCOPE_TILE float* o_row(int64_t row) const {
        return launch.o + item.batch_index * launch.q_batch_stride + row * launch.q_row_stride +
               int64_t{item.head} * launch.head_dim;
    }
    RINGSCOPE_TILE int64_t state_index(int64_t row) const {
        return item.batch_index * launch.lse_batch_stride + item.head * launch.lse_head_stride + row;
    }
};

}  // namespace ringscope

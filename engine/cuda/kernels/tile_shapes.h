// How many queries and keys a thread block of each attention kernel takes at a time, and for which head
// dimensions its code is made. For the kernels, and for the host that cuts their work.
#pragma once

#include "engine/cuda/kernels/attention_launch.h"

namespace ringscope {

/// Queries and keys that one thread block works on at a time.
struct TileShape {
    int queries = 64;
    int keys = 64;
};

/// Of the tensor core kernel, by columns (d rounded up). Key tiles are halved where Q and two stages of K and
/// V would not fit into 99 KiB, the most that sm_86 and sm_89 allow per block.
constexpr TileShape tensor_core_tile_shape(int columns) { return {16 * kWarps, columns > 128 ? 32 : 64}; }

/// Queries per warp of the multiply-add kernel; fewer where d is large, for registers and for the 64 KiB that
/// sm_75 allows per block.
constexpr int fma_queries_a_warp(int columns) { return columns > 128 ? 4 : 8; }
constexpr TileShape fma_tile_shape(int columns) { return {fma_queries_a_warp(columns) * kWarps, kWarpLanes}; }

}  // namespace ringscope

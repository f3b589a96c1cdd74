// From a schedule to what the kernels read: blocks, runs and items, pointer-free, made on the host.
//
// One StepWork is one kernel launch: everything a rank computes in one phase of one step, all head groups and
// batch entries, the items with most key tiles first so that the last thread blocks to start are the
// shortest. No two items of a launch share a query row of a head, so nothing is written twice.
#pragma once

#include <vector>

#include "engine/cuda/kernels/tile_shapes.h"
#include "engine/plan/schedule.h"

namespace ringscope {

struct StepWork {
    std::vector<IndexRun> runs;
    std::vector<AttentionBlock> blocks;
    std::vector<WorkItem> items;  // heaviest first; neighbours of equal weight share their keys
};
StepWork make_step_work(const Schedule& schedule, int rank, int step, int phase, TileShape tile);

/// A launch with everything but its pointers: strides of a rank with `rows` rows, and the problem's
/// constants.
AttentionLaunch attention_strides(const Problem& problem, int64_t rows);

struct PackWork {
    std::vector<IndexRun> runs;
    std::vector<PackItem> items;
};
/// The rank's own share of every stream, into the slot of step 0.
inline constexpr int kPackRows = 64;  // at most, per item
PackWork make_pack_work(const Schedule& schedule, int rank);

/// Bytes that a rank's lists take on its device, buffer by buffer as tile_attention.h and cuda_rank.h keep
/// them. At most: a causal query tile that sees no key of a block gets no item. O(segments).
int64_t work_list_bytes(const Schedule& schedule, int rank, TileShape tile);
/// Those for packing alone.
int64_t pack_list_bytes(const Schedule& schedule, int rank);

/// The tile of the kernel that will run the problem on a GPU of compute capability 8.0 or newer.
TileShape planned_tile_shape(const BackendSpec& backend, const Problem& problem);

}  // namespace ringscope

#include "engine/cuda/kernels/tile_attention.h"

namespace ringscope {

TileDevice::TileDevice(const CudaKernel& kernel, const Problem& problem, int device) : kernel_(kernel) {
    const DeviceScope scope(device);
    RINGSCOPE_CUDA(kernel.prepare(problem.dtype, problem.head_dim));
}

std::unique_ptr<RankAttention> TileDevice::make(const Schedule& schedule, int rank, DeviceArena& arena) {
    return std::make_unique<TileAttention>(kernel_, schedule, rank, arena);
}

TileAttention::TileAttention(const CudaKernel& kernel, const Schedule& schedule, int rank, DeviceArena& arena)
    : kernel_(kernel), schedule_(schedule) {
    StepWork all;
    for (int step = 0; step < schedule.steps; ++step)
        for (int phase = 0; phase < schedule.phases; ++phase) {
            const StepWork work =
                make_step_work(schedule, rank, step, phase, kernel.tile(schedule.problem.head_dim));
            slices_.push_back(
                {static_cast<int64_t>(all.items.size()), static_cast<int64_t>(work.items.size()),
                 static_cast<int64_t>(all.blocks.size()), static_cast<int64_t>(all.runs.size())});
            all.items.insert(all.items.end(), work.items.begin(), work.items.end());
            all.blocks.insert(all.blocks.end(), work.blocks.begin(), work.blocks.end());
            all.runs.insert(all.runs.end(), work.runs.begin(), work.runs.end());
        }
    items_ = arena.upload(all.items);
    blocks_ = arena.upload(all.blocks);
    runs_ = arena.upload(all.runs);
}

bool TileAttention::works_in(int step) const {
    for (int phase = 0; phase < schedule_.phases; ++phase)
        if (slice(step, phase).items > 0) return true;
    return false;
}

void TileAttention::attend(int step, const AttentionLaunch& launch, cudaStream_t stream) {
    AttentionLaunch one = launch;
    for (int phase = 0; phase < schedule_.phases; ++phase) {
        const Slice& part = slice(step, phase);
        if (part.items == 0) continue;
        one.items = items_.as<WorkItem>() + part.first_item;
        one.blocks = blocks_.as<AttentionBlock>() + part.first_block;
        one.runs = runs_.as<IndexRun>() + part.first_run;
        RINGSCOPE_CUDA(kernel_.launch(one, schedule_.problem.dtype, part.items, stream));
    }
}

}  // namespace ringscope

#include "engine/cuda/cudnn/cudnn_attention.h"

namespace ringscope {

CudnnDevice::CudnnDevice(const Problem& problem, int device, int capability)
    : dtype_(problem.dtype), gpu_(CudnnGpu::of(device, capability)) {}

std::unique_ptr<RankAttention> CudnnDevice::make(const Schedule& schedule, int rank, DeviceArena& arena) {
    return std::make_unique<CudnnAttention>(*this, schedule, rank, arena);
}

bool CudnnDevice::prepare(const SdpaShape& shape, std::stop_token stop) {
    if (plans_.find(shape) != plans_.end()) return false;
    CudnnGpu::Answer answer = gpu_->plan(shape, dtype_, stop);
    plans_.emplace(shape, std::move(answer.plan));
    return answer.made;
}

void CudnnDevice::execute(const SdpaShape& shape, float scale, const SdpaPointers& at, cudaStream_t stream) {
    const auto plan = plans_.find(shape);
    RINGSCOPE_CHECK(plan != plans_.end());
    gpu_->execute(*plan->second, shape, scale, at, stream);
}

CudnnAttention::CudnnAttention(CudnnDevice& device, const Schedule& schedule, int rank, DeviceArena& arena)
    : device_(device), schedule_(schedule), calls_(make_all_sdpa_calls(schedule, rank)) {
    const SdpaWorkspace workspace = sdpa_workspace(schedule.problem, calls_);
    part_o_ = arena.allocate(Purpose::workspace, workspace.o_bytes);
    part_lse_ = arena.allocate(Purpose::workspace, workspace.lse_bytes);
    library_ = arena.allocate(Purpose::workspace, workspace.library_bytes);
}

int CudnnAttention::prepare(std::stop_token stop) {
    int made = 0;
    for (const std::vector<SdpaCall>& of_phase : calls_)
        for (const SdpaCall& call : of_phase) {
            if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
            made += device_.prepare(call.shape, stop) ? 1 : 0;
        }
    return made;
}

bool CudnnAttention::works_in(int step) const {
    for (int phase = 0; phase < schedule_.phases; ++phase)
        if (!calls(step, phase).empty()) return true;
    return false;
}

void CudnnAttention::attend(int step, const AttentionLaunch& launch, cudaStream_t stream) {
    for (int phase = 0; phase < schedule_.phases; ++phase)
        for (const SdpaCall& call : calls(step, phase)) {
            compute(call, launch, stream);
            merge(call, launch, stream);
        }
}

void CudnnAttention::compute(const SdpaCall& call, const AttentionLaunch& launch, cudaStream_t stream) {
    const int64_t element = bytes_of(schedule_.problem.dtype);
    const auto at = [&](const void* tensor, int64_t offset) {
        return static_cast<const std::byte*>(tensor) + offset * element;
    };
    SdpaPointers pointers;
    pointers.q = at(launch.q, call.q_offset);
    pointers.k = at(call.from_slot ? launch.slot : launch.own_k, call.k_offset);
    pointers.v = at(call.from_slot ? launch.slot : launch.own_v, call.v_offset);
    pointers.o = part_o_.as<void>();
    pointers.lse = part_lse_.as<void>();
    pointers.workspace = library_.as<void>();
    device_.execute(call.shape, launch.scale, pointers, stream);
}

void CudnnAttention::merge(const SdpaCall& call, const AttentionLaunch& launch, cudaStream_t stream) {
    MergeLaunch merging;
    merging.part_o = part_o_.as<void>();
    merging.part_lse = part_lse_.as<float>();
    merging.o = launch.o + call.q_offset;
    merging.lse = launch.lse + call.lse_offset;
    merging.sum = launch.sum == nullptr ? nullptr : launch.sum + call.lse_offset;
    merging.cancelled = launch.cancelled;
    merging.rows = call.shape.rows();
    merging.heads = call.shape.heads;
    merging.queries = call.shape.queries;
    merging.head_dim = launch.head_dim;
    merging.o_batch_stride = call.shape.q_batch_stride;
    merging.o_head_stride = call.shape.q_head_stride;
    merging.o_row_stride = call.shape.q_row_stride;
    merging.lse_batch_stride = call.lse_batch_stride;
    merging.lse_head_stride = call.lse_head_stride;
    merging.lse_row_stride = call.lse_row_stride;
    RINGSCOPE_CUDA(launch_merge(merging, schedule_.problem.dtype, stream));
}

}  // namespace ringscope

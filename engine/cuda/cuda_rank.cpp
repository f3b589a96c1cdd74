#include "engine/cuda/cuda_rank.h"

#include "engine/cuda/kernels/kernels.h"
#include "engine/host/nvtx.h"

namespace ringscope {

CudaRank::CudaRank(const Schedule& schedule, int rank, int device, DeviceAttention& attention,
                   const int32_t* cancelled)
    : schedule_(schedule),
      rank_(rank),
      device_(device),
      cancelled_(cancelled),
      rows_(schedule.rank_plans[static_cast<size_t>(rank)].tokens),
      arena_(device, "rank " + std::to_string(rank)),
      compute_(device),
      copy_(device),
      packed_(device),
      normalised_(device) {
    const Problem& problem = schedule.problem;
    const int64_t vectors = rows_ * problem.batch * problem.heads;
    const int64_t own = rows_ * problem.batch * problem.kv_heads * problem.head_dim * bytes_of(problem.dtype);
    q_ = arena_.allocate(Purpose::query, vectors * problem.head_dim * bytes_of(problem.dtype));
    k_ = arena_.allocate(Purpose::own_kv, own);
    v_ = arena_.allocate(Purpose::own_kv, own);
    o_ = arena_.allocate(Purpose::output, vectors * problem.head_dim * 4);
    lse_ = arena_.allocate(Purpose::lse, vectors * 4);
    if (schedule.experiment.ring.accumulator == Accumulator::online_softmax)
        sum_ = arena_.allocate(Purpose::workspace, vectors * 4);
    const auto& slot_bytes = schedule.rank_plans[static_cast<size_t>(rank)].slot_bytes;
    for (size_t slot = 0; slot < slot_bytes.size(); ++slot)
        slots_.push_back(
            arena_.allocate(schedule.layout_of(schedule.slots[slot].payload).purpose, slot_bytes[slot]));
    for (int step = 0; step < schedule.steps; ++step) attended_.emplace_back(device);
    const PackWork packing = make_pack_work(schedule, rank);
    pack_items_ = static_cast<int64_t>(packing.items.size());
    pack_items_list_ = arena_.upload(packing.items);
    pack_runs_ = arena_.upload(packing.runs);
    attention_ = attention.make(schedule, rank, arena_);
    const DeviceScope scope(device);
    RINGSCOPE_CUDA(prepare_row_kernels());
}

void CudaRank::upload(const RankMemory& host, std::stop_token stop) {
    const DeviceScope scope(device_);
    const Problem& problem = schedule_.problem;
    const int64_t vectors = rows_ * problem.batch * problem.heads;
    const int64_t own = rows_ * problem.batch * problem.kv_heads * problem.head_dim * bytes_of(problem.dtype);
    const int64_t queries = vectors * problem.head_dim * bytes_of(problem.dtype);
    copy_in_parts(q_.as<void>(), host.q.data(), queries, cudaMemcpyHostToDevice, stop);
    copy_in_parts(k_.as<void>(), host.k.data(), own, cudaMemcpyHostToDevice, stop);
    copy_in_parts(v_.as<void>(), host.v.data(), own, cudaMemcpyHostToDevice, stop);
    RINGSCOPE_CUDA(launch_clear(o_.as<float>(), lse_.as<float>(), sum_.as<float>(), vectors, problem.head_dim,
                                compute_));
    RINGSCOPE_CUDA(cudaStreamSynchronize(compute_));
}

void CudaRank::download(RankMemory& host, std::stop_token stop) const {
    const DeviceScope scope(device_);
    const int64_t vectors = rows_ * schedule_.problem.batch * schedule_.problem.heads;
    copy_in_parts(host.o.data(), o_.as<void>(), vectors * schedule_.problem.head_dim * 4,
                  cudaMemcpyDeviceToHost, stop);
    copy_in_parts(host.lse.data(), lse_.as<void>(), vectors * 4, cudaMemcpyDeviceToHost, stop);
}

std::byte* CudaRank::slot_of(Payload payload, int step) const {
    if (schedule_.slots_of(payload) == 0) return nullptr;
    return slots_[static_cast<size_t>(schedule_.slot_of(payload, step))].as<std::byte>();
}

void CudaRank::pack() {
    const NvtxRange range(NvtxKind::pack, {rank_, 0, rank_, 0});
    const DeviceScope scope(device_);
    packed_.begin.record(copy_);
    if (packs()) {
        const Problem& problem = schedule_.problem;
        PackLaunch launch;
        launch.items = pack_items_list_.as<PackItem>();
        launch.runs = pack_runs_.as<IndexRun>();
        launch.own_k = k_.as<void>();
        launch.own_v = v_.as<void>();
        launch.slot = slot_of(Payload::kv, 0);
        launch.row_stride = int64_t{problem.kv_heads} * problem.head_dim;
        launch.batch_stride = rows_ * launch.row_stride;
        launch.head_dim = problem.head_dim;
        launch.element_bytes = static_cast<int32_t>(bytes_of(problem.dtype));
        RINGSCOPE_CUDA(launch_pack(launch, pack_items_, copy_));
    }
    packed_.end.record(copy_);
}

void CudaRank::attend(int step) {
    const NvtxRange range(NvtxKind::compute, {rank_, step, -1, 0});
    const DeviceScope scope(device_);
    TimedWork& times = attended_[static_cast<size_t>(step)];
    times.begin.record(compute_);
    AttentionLaunch launch = attention_strides(schedule_.problem, rows_);
    launch.q = q_.as<void>();
    launch.own_k = k_.as<void>();
    launch.own_v = v_.as<void>();
    launch.slot = slot_of(Payload::kv, step);
    launch.o = o_.as<float>();
    launch.lse = lse_.as<float>();
    launch.sum = sum_.as<float>();
    launch.cancelled = cancelled_;
    attention_->attend(step, launch, compute_);
    times.end.record(compute_);
}

void CudaRank::normalise() {
    if (sum_.bytes() == 0) return;
    const DeviceScope scope(device_);
    const Problem& problem = schedule_.problem;
    const NvtxRange range(NvtxKind::merge, {rank_, schedule_.steps - 1, -1, 0});
    normalised_.begin.record(compute_);
    RINGSCOPE_CUDA(launch_normalise(o_.as<float>(), lse_.as<float>(), sum_.as<float>(), problem.batch, rows_,
                                    problem.heads, problem.head_dim, compute_));
    normalised_.end.record(compute_);
}

void CudaRank::check_streams() const {
    for (const cudaStream_t stream : {compute_stream(), copy_stream()}) {
        const cudaError_t status = cudaStreamQuery(stream);
        if (status != cudaErrorNotReady) check_cuda(status, "cudaStreamQuery");
    }
}

}  // namespace ringscope

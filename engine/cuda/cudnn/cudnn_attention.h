// A rank's attention by cuDNN: its steps as SDPA calls, each into the rank's workspace and from there merged
// into what its rows carry.
//
//   stream   call, merge o, merge state, call, ...        Q and own K/V in place, travelling ones in the slot
//
// cuDNN's kernels do not look at the flag that ends a run early: those in the stream run to their end.
#pragma once

#include <map>
#include <vector>

#include "engine/cuda/cudnn/cudnn_gpu.h"
#include "engine/cuda/kernels/kernels.h"
#include "engine/cuda/rank_attention.h"

namespace ringscope {

/// A run's part of what the process keeps for a GPU: the plans of its ranks' shapes. Used by one thread.
class CudnnDevice : public DeviceAttention {
  public:
    CudnnDevice(const Problem& problem, int device, int capability);
    ~CudnnDevice() override { CudnnGpu::leave_if_spoilt(gpu_); }
    std::unique_ptr<RankAttention> make(const Schedule& schedule, int rank, DeviceArena& arena) override;

    /// Prepares the shape's plan. Returns whether it had to be made.
    bool prepare(const SdpaShape& shape, std::stop_token stop);
    /// The shape is one that was prepared.
    void execute(const SdpaShape& shape, float scale, const SdpaPointers& at, cudaStream_t stream);

  private:
    const DType dtype_;
    const std::shared_ptr<CudnnGpu> gpu_;
    std::map<SdpaShape, HeldPlan> plans_;
};

class CudnnAttention : public RankAttention {
  public:
    CudnnAttention(CudnnDevice& device, const Schedule& schedule, int rank, DeviceArena& arena);
    int prepare(std::stop_token stop) override;
    bool works_in(int step) const override;
    void attend(int step, const AttentionLaunch& launch, cudaStream_t stream) override;

    /// [step * phases + phase]
    const std::vector<std::vector<SdpaCall>>& calls() const { return calls_; }
    const std::vector<SdpaCall>& calls(int step, int phase) const {
        return calls_[static_cast<size_t>(step) * static_cast<size_t>(schedule_.phases) +
                      static_cast<size_t>(phase)];
    }

  private:
    void compute(const SdpaCall& call, const AttentionLaunch& launch, cudaStream_t stream);
    void merge(const SdpaCall& call, const AttentionLaunch& launch, cudaStream_t stream);

    CudnnDevice& device_;
    const Schedule& schedule_;
    std::vector<std::vector<SdpaCall>> calls_;
    DeviceBuffer part_o_, part_lse_, library_;
};

}  // namespace ringscope

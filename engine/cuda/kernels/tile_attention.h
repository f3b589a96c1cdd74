// A rank's attention by the project's own kernels: the work lists of all its steps on the device, and one
// launch per step and phase.
#pragma once

#include <vector>

#include "engine/cuda/kernels/kernels.h"
#include "engine/cuda/rank_attention.h"

namespace ringscope {

class TileDevice : public DeviceAttention {
  public:
    TileDevice(const CudaKernel& kernel, const Problem& problem, int device);
    std::unique_ptr<RankAttention> make(const Schedule& schedule, int rank, DeviceArena& arena) override;

  private:
    const CudaKernel& kernel_;
};

class TileAttention : public RankAttention {
  public:
    TileAttention(const CudaKernel& kernel, const Schedule& schedule, int rank, DeviceArena& arena);
    bool works_in(int step) const override;
    void attend(int step, const AttentionLaunch& launch, cudaStream_t stream) override;

  private:
    /// One launch's place in the uploaded lists.
    struct Slice {
        int64_t first_item = 0, items = 0, first_block = 0, first_run = 0;
    };
    const Slice& slice(int step, int phase) const {
        return slices_[static_cast<size_t>(step) * static_cast<size_t>(schedule_.phases) +
                       static_cast<size_t>(phase)];
    }

    const CudaKernel& kernel_;
    const Schedule& schedule_;
    DeviceBuffer items_, blocks_, runs_;
    std::vector<Slice> slices_;  // step * phases + phase
};

}  // namespace ringscope

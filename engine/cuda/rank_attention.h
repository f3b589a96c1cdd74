// The seam between a rank and what attends for it.
//
//   backend.kernel   put into the stream per step and phase                  file
//   mma, fma         one launch over the work list                           tile_attention.h
//   cudnn            calls of cuDNN's SDPA, each followed by its merging     cudnn_attention.h
#pragma once

#include <memory>
#include <stop_token>

#include "engine/cuda/device_arena.h"
#include "engine/cuda/kernels/attention_launch.h"

namespace ringscope {

/// Of one rank, for one run; used by one thread.
class RankAttention {
  public:
    RankAttention() = default;
    virtual ~RankAttention() = default;
    RankAttention(const RankAttention&) = delete;
    RankAttention& operator=(const RankAttention&) = delete;

    /// Prepares what takes long: once, before the run's clock starts and before attend(). Returns how many
    /// kernels had to be compiled. Throws Error, cancelled for a stop request.
    virtual int prepare(std::stop_token) { return 0; }
    /// False where the rank has nothing to do in that step.
    virtual bool works_in(int step) const = 0;
    /// Puts all that the rank computes in a step into the stream, phase after phase. `launch` has everything
    /// but the lists. The rank's device is the current one.
    virtual void attend(int step, const AttentionLaunch& launch, cudaStream_t stream) = 0;
};

/// Shared by the ranks on one GPU: code and plans. Outlives all that it makes.
class DeviceAttention {
  public:
    DeviceAttention() = default;
    virtual ~DeviceAttention() = default;
    DeviceAttention(const DeviceAttention&) = delete;
    DeviceAttention& operator=(const DeviceAttention&) = delete;

    /// The arena is the rank's, and outlives what is made. Throws Error.
    virtual std::unique_ptr<RankAttention> make(const Schedule& schedule, int rank, DeviceArena& arena) = 0;
};

}  // namespace ringscope

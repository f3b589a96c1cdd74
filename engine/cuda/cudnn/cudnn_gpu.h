// What cuDNN has on a GPU from the first run that asks for it to the end of the process: one handle, and the
// plans that runs made, which take half a second to two seconds each.
//
// A plan is found again by everything that decides it: the GPU, its compute capability, the dtype and the
// SdpaShape (batch, heads, rows, keys, d, strides, causal). The scale is not part of it: every call passes it.
//
// Threads. cuDNN allows one thread at a time to use a handle, and does not promise that two threads may execute one
// plan: every call of cuDNN for a GPU, planning too, holds that GPU's lock. So runs on one GPU
// plan one after the other, and runs on several at the same time.
//
// Life. A run holds the plans it uses, so that nothing is taken from it. Past kMostPlans the plan that was
// not asked for longest goes. Nothing is destroyed when the process ends: by then CUDA may have been
// unloaded, and cuDNN's destructors call it. A GPU whose context an error has spoilt is left as it is, since
// the process can do nothing more on it; one on which only cuDNN refused a call starts afresh in the next run.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "engine/cuda/cudnn/cudnn_sdpa.h"

namespace ringscope {

class CudnnHandle;

using HeldPlan = std::shared_ptr<const SdpaPlan>;

/// Safe to use from any thread.
class CudnnGpu {
  public:
    /// At most, per GPU. The presets have 3 to 5 shapes each, so these are the last fifty experiments or so
    /// that somebody went back and forth between. A plan of cuDNN 9.19 keeps 0.4 MB of the host's memory
    /// (measured over 40, made for a described sm_90), so they are 100 MB, and their kernels on the GPU.
    static constexpr size_t kMostPlans = 256;

    /// The process's one for a GPU; made when there is none. Throws Error(run_failed).
    static std::shared_ptr<CudnnGpu> of(int device, int capability);
    /// Gives back what no run holds, of all GPUs; how many plans that were.
    static size_t give_back();

    explicit CudnnGpu(int device);
    CudnnGpu(const CudnnGpu&) = delete;
    CudnnGpu& operator=(const CudnnGpu&) = delete;

    struct Answer {
        HeldPlan plan;
        bool made = false;  // now; false: it was there
    };
    /// Throws as make_sdpa_plan() does.
    Answer plan(const SdpaShape& shape, DType dtype, std::stop_token stop);
    /// Puts one call into the stream. The plan is of this GPU, which is the current one. Throws
    /// Error(run_failed).
    void execute(const SdpaPlan& plan, const SdpaShape& shape, float scale, const SdpaPointers& at,
                 cudaStream_t stream);
    /// To be called when a run's streams have ended: leaves a spoilt context alone from now on.
    static void leave_if_spoilt(const std::shared_ptr<CudnnGpu>& gpu) noexcept;

    size_t plans() const;

  private:
    using Key = std::pair<DType, SdpaShape>;
    struct Kept {
        HeldPlan plan;
        uint64_t asked = 0;
    };
    void make_room();

    const int device_;
    mutable std::mutex mutex_;
    std::shared_ptr<CudnnHandle> handle_;
    std::map<Key, Kept> kept_;
    uint64_t questions_ = 0;
    bool failed_ = false;  // cuDNN refused a call
};

}  // namespace ringscope

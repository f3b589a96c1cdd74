// What one launch of an attention kernel reads and writes, and the shapes that kernel and host agree on.
//
//   Q, O       (batch, row, head, d)
//   K, V       (batch, row, KV head, d)
//   LSE, sum   (batch, head, row)
//
// O, LSE and sum are F32 and are carried from step to step as engine/cpu/kernels/attention_kernel.h describes:
//   sum == nullptr   o is normalised, lse its log-sum-exp
//   sum != nullptr   o is unnormalised, lse the running maximum m, sum the running sum l
// A row that has seen no key has lse = -inf, o = 0, sum = 0 and keeps them when it sees none.
#pragma once

#include <cstdint>

#include "engine/cuda/kernels/index_math.h"

namespace ringscope {

/// Passed by value. Strides in elements.
struct AttentionLaunch {
    const WorkItem* items = nullptr;
    const AttentionBlock* blocks = nullptr;
    const IndexRun* runs = nullptr;
    const void* q = nullptr;
    const void* own_k = nullptr;
    const void* own_v = nullptr;
    const void* slot = nullptr;
    float* o = nullptr;
    float* lse = nullptr;
    float* sum = nullptr;
    const int32_t* cancelled = nullptr;  // not 0: leave at once: the run is being abandoned
    int64_t q_row_stride = 0;            // of Q and O
    int64_t q_batch_stride = 0;
    int64_t lse_head_stride = 0;  // of LSE and sum
    int64_t lse_batch_stride = 0;
    int32_t head_dim = 0;
    int32_t causal = 0;
    float scale = 0;

    /// Read past the processor's own cache, which would not see a change during a launch.
    RINGSCOPE_HD bool is_cancelled() const { return *static_cast<const volatile int32_t*>(cancelled) != 0; }
};

/// Thread blocks of every attention kernel.
inline constexpr int kWarps = 4;
inline constexpr int kWarpLanes = 32;
inline constexpr int kThreads = kWarps * kWarpLanes;

}  // namespace ringscope

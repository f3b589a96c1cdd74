// Scaled dot product attention by cuDNN's graph interface: a graph for a shape, a plan for a graph, a call of
// a plan.
//
//   scores      S = scale Q K'             GQA: K and V have fewer heads
//   causal      S = -inf where query index < key index
//   softmax     m = max S                  e = exp(S - m)        l = sum e        LSE = m + log l
//   output      P = e / l                  O = P V               P in the problem's dtype, as cuDNN asks for
//
// What lies between is F32 and exists inside one fused kernel only, which cuDNN compiles for the shape when
// the plan is made. O comes in the problem's dtype, packed (batch, head, query, d), LSE in F32 (batch, head,
// query). Q, K and V are read in place, by strides; all begin on 16 bytes, and d is a multiple of 8.
#pragma once

#include <deque>
#include <stop_token>

#include "engine/cuda/cudnn/cudnn_descriptor.h"
#include "engine/cuda/cudnn/sdpa_calls.h"

namespace ringscope {

/// Where a plan is to run: on the handle's device or, where there is none, on one that is described.
struct CudnnTarget {
    cudnnHandle_t handle = nullptr;
    const CudnnDescriptor* described = nullptr;  // a CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR
};

struct SdpaPlan {
    std::deque<CudnnDescriptor> graph;  // and all that it refers to; the graph comes last
    CudnnDescriptor config;
    CudnnDescriptor plan;
    int64_t workspace_bytes = 0;
};

/// The first of cuDNN's suggestions that it can make and that needs no more workspace. Throws
/// Error(bad_input) when there is none, run_failed when cuDNN lacks memory or its driver is in trouble,
/// cancelled for a stop request; it checks for those between two suggestions, about a second apart.
SdpaPlan make_sdpa_plan(const SdpaShape& shape, DType dtype, const CudnnTarget& target,
                        int64_t most_workspace_bytes, std::stop_token stop = {});

/// On the device.
struct SdpaPointers {
    const void* q = nullptr;
    const void* k = nullptr;
    const void* v = nullptr;
    void* o = nullptr;
    void* lse = nullptr;
    void* workspace = nullptr;
};

/// Puts one call into the handle's stream. Throws Error(run_failed).
void execute_sdpa(const SdpaPlan& plan, const SdpaShape& shape, cudnnHandle_t handle, float scale,
                  const SdpaPointers& at);

}  // namespace ringscope

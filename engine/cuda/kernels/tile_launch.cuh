// The host side that all attention kernels share: each kernel says which code serves a dtype and a d.
//
// Codes is a struct with
//   template <typename Use> static cudaError_t with_kernel(DType, int head_dim, Use use)
// which returns use(kernel, bytes of shared memory), the kernel a __global__ function of one AttentionLaunch.
#pragma once

#include "engine/cuda/kernels/kernels.h"

namespace ringscope {

template <typename Codes>
cudaError_t prepare_tile_kernel(DType dtype, int head_dim) {
    return Codes::with_kernel(dtype, head_dim, [](auto* kernel, int shared_bytes) {
        return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes);
    });
}

/// One thread block per item.
template <typename Codes>
cudaError_t launch_tile_kernel(const AttentionLaunch& arguments, DType dtype, int64_t items,
                               cudaStream_t stream) {
    return Codes::with_kernel(dtype, arguments.head_dim, [&](auto* kernel, int shared_bytes) {
        kernel<<<static_cast<unsigned>(items), kThreads, static_cast<size_t>(shared_bytes), stream>>>(
            arguments);
        return cudaGetLastError();
    });
}

}  // namespace ringscope

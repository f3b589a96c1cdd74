// The multiply-add tile as a kernel: one thread block an item of the work list.
#include "engine/cuda/fma_tile.h"
#include "engine/cuda/kernels.h"
#include "engine/cuda/warp.cuh"

namespace ringscope::cuda {

namespace {

/// Queries a warp; fewer where d is large, for registers and for the 64 KiB that sm_75 allows a block.
constexpr int queries_for(int padded_dim) { return padded_dim > 128 ? 4 : 8; }

template <typename Element, int D>
__global__ void __launch_bounds__(kThreads, 1) attend(const AttentionLaunch launch) {
    extern __shared__ __align__(16) unsigned char shared[];
    if (launch.is_cancelled()) return;
    DeviceWarp warp;
    FmaTile<DeviceWarp, Element, D, queries_for(D)>(warp, launch, blockIdx.x, shared).run();
}

template <typename Use>
cudaError_t with_kernel(DType dtype, int head_dim, Use use) {
    const auto of_dim = [&]<typename Element, int D>() {
        return use(attend<Element, D>, FmaTile<DeviceWarp, Element, D, queries_for(D)>::kSharedBytes);
    };
    const auto of_element = [&]<typename Element>() {
        if (head_dim <= 64) return of_dim.template operator()<Element, 64>();
        if (head_dim <= 128) return of_dim.template operator()<Element, 128>();
        return of_dim.template operator()<Element, 256>();
    };
    switch (dtype) {
        case DType::f32:
            return of_element.template operator()<F32Element>();
        case DType::f16:
            return of_element.template operator()<F16Element>();
        case DType::bf16:
            return of_element.template operator()<BF16Element>();
    }
    return cudaErrorInvalidValue;
}

cudaError_t prepare(DType dtype, int head_dim) {
    return with_kernel(dtype, head_dim, [](auto* kernel, int shared_bytes) {
        return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes);
    });
}

cudaError_t launch(const AttentionLaunch& arguments, DType dtype, int64_t items, cudaStream_t stream) {
    return with_kernel(dtype, arguments.head_dim, [&](auto* kernel, int shared_bytes) {
        kernel<<<static_cast<unsigned>(items), kThreads, static_cast<size_t>(shared_bytes), stream>>>(
            arguments);
        return cudaGetLastError();
    });
}

}  // namespace

const CudaKernel& fma_kernel() {
    static const CudaKernel kernel{"fma",
                                   "any dtype on any GPU this build has code for (plain multiply-adds)",
                                   0,
                                   [](DType) { return true; },
                                   [](int head_dim) {
                                       return TileShape{queries_for(head_dim) * kWarps, kWarpLanes};
                                   },
                                   prepare,
                                   launch};
    return kernel;
}

}  // namespace ringscope::cuda

// The tensor core tile as a kernel: one thread block an item of the work list.
#include "engine/cuda/kernels.h"
#include "engine/cuda/tensor_core_tile.h"
#include "engine/cuda/warp.cuh"

namespace ringscope::cuda {

namespace {

/// Key tiles are halved where Q and two stages of K and V would not fit 99 KiB, what sm_86 and sm_89 allow a
/// block.
constexpr int keys_for(int padded_dim) { return padded_dim > 128 ? 32 : 64; }

template <typename Element, int D>
__global__ void __launch_bounds__(kThreads, 1) attend(const AttentionLaunch launch) {
#if __CUDA_ARCH__ >= 800
    extern __shared__ __align__(16) unsigned char shared[];
    if (launch.is_cancelled()) return;
    DeviceWarp warp;
    TensorCoreTile<DeviceWarp, Element, D, keys_for(D)>(warp, launch, blockIdx.x, shared).run();
#endif
}

/// Calls `use` with the kernel for (dtype, head_dim) and the bytes of shared memory it takes.
template <typename Use>
cudaError_t with_kernel(DType dtype, int head_dim, Use use) {
    const auto of_dim = [&]<typename Element, int D>() {
        return use(attend<Element, D>, TensorCoreTile<DeviceWarp, Element, D, keys_for(D)>::kSharedBytes);
    };
    const auto of_element = [&]<typename Element>() {
        if (head_dim <= 32) return of_dim.template operator()<Element, 32>();
        if (head_dim <= 64) return of_dim.template operator()<Element, 64>();
        if (head_dim <= 96) return of_dim.template operator()<Element, 96>();
        if (head_dim <= 128) return of_dim.template operator()<Element, 128>();
        if (head_dim <= 192) return of_dim.template operator()<Element, 192>();
        return of_dim.template operator()<Element, 256>();
    };
    return dtype == DType::f16 ? of_element.template operator()<F16Element>()
                               : of_element.template operator()<BF16Element>();
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

const CudaKernel& tensor_core_kernel() {
    static const CudaKernel kernel{"mma",
                                   "f16 or bf16 and compute capability 8.0 or newer (mma.sync m16n8k16)",
                                   80,
                                   [](DType dtype) { return dtype != DType::f32; },
                                   [](int head_dim) {
                                       return TileShape{16 * kWarps, keys_for(head_dim)};
                                   },
                                   prepare,
                                   launch};
    return kernel;
}

}  // namespace ringscope::cuda

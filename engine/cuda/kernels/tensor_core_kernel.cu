// The tensor core tile as a kernel: one thread block per item of the work list.
#include "engine/cuda/kernels/tensor_core_tile.h"
#include "engine/cuda/kernels/tile_launch.cuh"
#include "engine/cuda/kernels/warp.cuh"

namespace ringscope {

namespace {

constexpr int keys_for(int columns) { return tensor_core_tile_shape(columns).keys; }

template <typename Element, int D>
__global__ void __launch_bounds__(kThreads, 1) attend(const AttentionLaunch launch) {
#if __CUDA_ARCH__ >= 800
    extern __shared__ __align__(16) unsigned char shared[];
    if (__syncthreads_or(launch.is_cancelled())) return;  // all threads or none: the tile has barriers
    DeviceWarp warp;
    TensorCoreTile<DeviceWarp, Element, D, keys_for(D)>(warp, launch, blockIdx.x, shared).run();
#endif
}

struct Codes {
    template <typename Use>
    static cudaError_t with_kernel(DType dtype, int head_dim, Use use) {
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
};

}  // namespace

const CudaKernel& tensor_core_kernel() {
    static const CudaKernel kernel = [] {
        CudaKernel mma{"mma",
                       "f16 or bf16 and compute capability 8.0 or newer (mma.sync m16n8k16)",
                       80,
                       [](DType dtype, int) { return dtype != DType::f32; },
                       tensor_core_tile_shape,
                       prepare_tile_kernel<Codes>,
                       launch_tile_kernel<Codes>};
        mma.rounding = KernelRounding::weights;
        return mma;
    }();
    return kernel;
}

}  // namespace ringscope

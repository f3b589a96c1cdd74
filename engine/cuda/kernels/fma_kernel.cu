// The multiply-add tile as a kernel: one thread block per item of the work list.
#include "engine/cuda/kernels/fma_tile.h"
#include "engine/cuda/kernels/tile_launch.cuh"
#include "engine/cuda/kernels/warp.cuh"

namespace ringscope {

namespace {

template <typename Element, int D>
__global__ void __launch_bounds__(kThreads, 1) attend(const AttentionLaunch launch) {
    extern __shared__ __align__(16) unsigned char shared[];
    if (__syncthreads_or(launch.is_cancelled())) return;  // all threads or none: the tile has barriers
    DeviceWarp warp;
    FmaTile<DeviceWarp, Element, D, fma_queries_a_warp(D)>(warp, launch, blockIdx.x, shared).run();
}

struct Codes {
    template <typename Use>
    static cudaError_t with_kernel(DType dtype, int head_dim, Use use) {
        const auto of_dim = [&]<typename Element, int D>() {
            return use(attend<Element, D>,
                       FmaTile<DeviceWarp, Element, D, fma_queries_a_warp(D)>::kSharedBytes);
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
};

}  // namespace

const CudaKernel& fma_kernel() {
    static const CudaKernel kernel{"fma",
                                   "any dtype and compute capability 7.5 or newer (plain multiply-adds)",
                                   0,
                                   [](DType, int) { return true; },
                                   fma_tile_shape,
                                   prepare_tile_kernel<Codes>,
                                   launch_tile_kernel<Codes>};
    return kernel;
}

}  // namespace ringscope

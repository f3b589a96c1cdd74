// The kernels' launches on the fake runtime: the tiles' own code by emulated warps.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>

#include "engine/cuda/kernels/fma_tile.h"
#include "engine/cuda/kernels/kernels.h"
#include "engine/cuda/kernels/tensor_core_tile.h"
#include "tests/cuda/fake_cuda.h"
#include "tests/cuda/host_warp.h"

namespace ringscope {

using fake_cuda::enqueue;
using fake_cuda::enqueue_work;

namespace {

int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

constexpr int kHeadDim = 64;  // at most: what the emulated tiles are made for

template <typename Tile>
cudaError_t launch_tile(const AttentionLaunch& launch, int64_t items, cudaStream_t stream) {
    if (launch.head_dim > kHeadDim) return cudaErrorInvalidValue;
    return enqueue_work(stream, [launch, items] {
        if (!launch.is_cancelled()) run_on_host<Tile>(launch, items);
    });
}

cudaError_t prepare_nothing(DType, int) { return cudaSuccess; }

}  // namespace

const CudaKernel& tensor_core_kernel() {
    static CudaKernel kernel{
        "mma",
        "f16 or bf16",
        80,
        [](DType dtype, int) { return dtype != DType::f32; },
        [](int) {
            return TileShape{64, 64};
        },
        prepare_nothing,
        [](const AttentionLaunch& launch, DType dtype, int64_t items, cudaStream_t stream) {
            return dtype == DType::f16 ? launch_tile<TensorCoreTile<HostWarp, F16Element, kHeadDim, 64>>(
                                             launch, items, stream)
                                       : launch_tile<TensorCoreTile<HostWarp, BF16Element, kHeadDim, 64>>(
                                             launch, items, stream);
        }};
    kernel.rounding = KernelRounding::weights;
    return kernel;
}

const CudaKernel& fma_kernel() {
    static const CudaKernel kernel{
        "fma",
        "any dtype",
        0,
        [](DType, int) { return true; },
        [](int) {
            return TileShape{32, 32};
        },
        prepare_nothing,
        [](const AttentionLaunch& launch, DType dtype, int64_t items, cudaStream_t stream) {
            switch (dtype) {
                case DType::f16:
                    return launch_tile<FmaTile<HostWarp, F16Element, kHeadDim, 8>>(launch, items, stream);
                case DType::bf16:
                    return launch_tile<FmaTile<HostWarp, BF16Element, kHeadDim, 8>>(launch, items, stream);
                case DType::f32:
                    break;
            }
            return launch_tile<FmaTile<HostWarp, F32Element, kHeadDim, 8>>(launch, items, stream);
        }};
    return kernel;
}

cudaError_t prepare_row_kernels() { return cudaSuccess; }

cudaError_t launch_pack(const PackLaunch& launch, int64_t items, cudaStream_t stream) {
    return enqueue_work(stream, [launch, items] {
        const auto row_bytes = static_cast<size_t>(launch.head_dim * launch.element_bytes);
        for (int64_t i = 0; i < items; ++i) {
            const PackItem& item = launch.items[i];
            for (int32_t index = item.first_index; index < item.first_index + item.rows; ++index) {
                const int64_t row = row_at(run_at(launch.runs + item.first_run, item.runs, index), index);
                const int64_t from = (item.batch_index * launch.batch_stride + row * launch.row_stride +
                                      int64_t{item.kv_head} * launch.head_dim) *
                                     launch.element_bytes;
                const auto to = [&](int64_t offset) {
                    return static_cast<char*>(launch.slot) +
                           (offset + int64_t{index} * launch.head_dim) * launch.element_bytes;
                };
                std::memcpy(to(item.k_offset), static_cast<const char*>(launch.own_k) + from, row_bytes);
                std::memcpy(to(item.v_offset), static_cast<const char*>(launch.own_v) + from, row_bytes);
            }
        }
    });
}

cudaError_t launch_clear(float* o, float* lse, float* sum, int64_t rows, int head_dim, cudaStream_t stream) {
    return enqueue_work(stream, [=] {
        std::fill_n(o, rows * head_dim, 0.0f);
        std::fill_n(lse, rows, -INFINITY);
        if (sum != nullptr) std::fill_n(sum, rows, 0.0f);
    });
}

cudaError_t launch_normalise(float* o, float* lse, const float* sum, int batch, int64_t rows, int heads,
                             int head_dim, cudaStream_t stream) {
    return enqueue_work(stream, [=] {
        for (int64_t b = 0; b < batch; ++b)
            for (int64_t row = 0; row < rows; ++row)
                for (int64_t head = 0; head < heads; ++head) {
                    const int64_t state = (b * heads + head) * rows + row;
                    if (!(sum[state] > 0)) continue;
                    for (int c = 0; c < head_dim; ++c)
                        o[((b * rows + row) * heads + head) * head_dim + c] /= sum[state];
                    lse[state] += std::log(sum[state]);
                }
    });
}

namespace {

template <typename Element>
void merge_on_host(const MergeLaunch& launch) {
    for (int64_t row = 0; row < launch.rows; ++row)
        for (int lane = 0; lane < kWarpLanes; ++lane)
            merge_row_output<Element>(launch, row, lane, kWarpLanes);
    for (int64_t row = 0; row < launch.rows; ++row) merge_row_state(launch, row);
}

}  // namespace

cudaError_t launch_merge(const MergeLaunch& launch, DType dtype, cudaStream_t stream) {
    return enqueue_work(stream, [launch, dtype] {
        if (*launch.cancelled != 0) return;
        if (dtype == DType::f16) return merge_on_host<F16Element>(launch);
        if (dtype == DType::bf16) return merge_on_host<BF16Element>(launch);
        merge_on_host<F32Element>(launch);
    });
}

cudaError_t launch_set(int32_t* flag, int32_t value, cudaStream_t stream) {
    return enqueue_work(stream, [flag, value] { *flag = value; });
}

cudaError_t launch_stall(const int32_t* cancelled, int64_t nanoseconds, cudaStream_t stream) {
    auto begin_ns = std::make_shared<int64_t>(-1);
    return enqueue(stream, [=] {
        if (*begin_ns < 0) *begin_ns = now_ns();
        return *cancelled != 0 || now_ns() - *begin_ns >= nanoseconds;
    });
}

}  // namespace ringscope

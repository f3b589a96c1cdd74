// Small kernels beside attention: clearing, packing, merging, normalising, and stalling on purpose.
#include <cmath>

#include "engine/cuda/kernels/kernels.h"

namespace ringscope {

namespace {

constexpr int kRowThreads = 256;

/// Thread blocks for `count` elements when each strides over the rest.
unsigned blocks_for(int64_t count) {
    const int64_t blocks = (count + kRowThreads - 1) / kRowThreads;
    return static_cast<unsigned>(blocks < 1 ? 1 : blocks > 65536 ? 65536 : blocks);
}

__device__ __forceinline__ int64_t first_element() { return int64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ __forceinline__ int64_t element_step() { return int64_t{gridDim.x} * blockDim.x; }

__global__ void fill(float* target, float value, int64_t count) {
    for (int64_t i = first_element(); i < count; i += element_step()) target[i] = value;
}

/// One thread block per item; one thread per 16-, 4- or 2-byte unit of a row.
template <typename Unit>
__global__ void pack(const PackLaunch launch, int units) {
    const PackItem item = launch.items[blockIdx.x];
    const IndexRun* runs = launch.runs + item.first_run;
    const int64_t source = (item.batch_index * launch.batch_stride + int64_t{item.kv_head} * launch.head_dim);
    const auto unit_of = [&](int64_t element) {
        return element * launch.element_bytes / static_cast<int64_t>(sizeof(Unit));
    };
    const auto* k = static_cast<const Unit*>(launch.own_k) + unit_of(source);
    const auto* v = static_cast<const Unit*>(launch.own_v) + unit_of(source);
    auto* packed_k = static_cast<Unit*>(launch.slot) + unit_of(item.k_offset);
    auto* packed_v = static_cast<Unit*>(launch.slot) + unit_of(item.v_offset);
    for (int i = static_cast<int>(threadIdx.x); i < item.rows * units; i += kRowThreads) {
        const int32_t index = item.first_index + i / units;
        const int64_t row =
            unit_of(row_at(run_at(runs, item.runs, index), index) * launch.row_stride) + i % units;
        const int64_t packed = int64_t{index} * units + i % units;
        packed_k[packed] = k[row];
        packed_v[packed] = v[row];
    }
}

__global__ void normalise_o(float* o, const float* sum, int64_t rows, int heads, int head_dim,
                            int64_t count) {
    for (int64_t i = first_element(); i < count; i += element_step()) {
        const int64_t vector = i / head_dim;  // (batch, row, head)
        const int64_t head = vector % heads;
        const int64_t row = vector / heads % rows;
        const int64_t batch = vector / heads / rows;
        const float l = sum[(batch * heads + head) * rows + row];
        if (l != 0) o[i] /= l;
    }
}

__global__ void normalise_lse(float* lse, const float* sum, int64_t count) {
    for (int64_t i = first_element(); i < count; i += element_step())
        lse[i] = sum[i] == 0 ? -INFINITY : lse[i] + logf(sum[i]);
}

/// One warp per row at a time.
template <typename Element>
__global__ void merge_output(const MergeLaunch launch) {
    if (*static_cast<const volatile int32_t*>(launch.cancelled) != 0) return;
    const int lane = static_cast<int>(threadIdx.x) % kWarpLanes;
    for (int64_t row = first_element() / kWarpLanes; row < launch.rows; row += element_step() / kWarpLanes)
        merge_row_output<Element>(launch, row, lane, kWarpLanes);
}

/// One thread per row at a time.
__global__ void merge_state(const MergeLaunch launch) {
    if (*static_cast<const volatile int32_t*>(launch.cancelled) != 0) return;
    for (int64_t row = first_element(); row < launch.rows; row += element_step())
        merge_row_state(launch, row);
}

__device__ __forceinline__ int64_t device_nanoseconds() {
    int64_t now = 0;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
    return now;
}

__global__ void set_flag(int32_t* flag, int32_t value) { *static_cast<volatile int32_t*>(flag) = value; }

__global__ void stall(const int32_t* cancelled, int64_t nanoseconds) {
    const int64_t begin = device_nanoseconds();
    while (*static_cast<const volatile int32_t*>(cancelled) == 0 &&
           device_nanoseconds() - begin < nanoseconds)
        __nanosleep(1000);
}

template <typename Unit>
cudaError_t launch_pack_by(const PackLaunch& launch, int64_t items, cudaStream_t stream) {
    const int units = launch.head_dim * launch.element_bytes / static_cast<int>(sizeof(Unit));
    pack<Unit><<<static_cast<unsigned>(items), kRowThreads, 0, stream>>>(launch, units);
    return cudaGetLastError();
}

}  // namespace

cudaError_t prepare_row_kernels() {
    cudaFuncAttributes attributes{};
    cudaError_t status = cudaSuccess;
    const auto load = [&](auto* kernel) {
        if (status == cudaSuccess) status = cudaFuncGetAttributes(&attributes, kernel);
    };
    load(fill);
    load(pack<int4>);
    load(pack<int32_t>);
    load(pack<int16_t>);
    load(normalise_o);
    load(normalise_lse);
    load(merge_output<F16Element>);
    load(merge_output<BF16Element>);
    load(merge_output<F32Element>);
    load(merge_state);
    load(set_flag);
    load(stall);
    return status;
}

cudaError_t launch_pack(const PackLaunch& launch, int64_t items, cudaStream_t stream) {
    // Every tensor, row and piece then begins on such a unit too: their offsets are whole rows of d elements.
    const int row_bytes = launch.head_dim * launch.element_bytes;
    if (row_bytes % 16 == 0) return launch_pack_by<int4>(launch, items, stream);
    if (row_bytes % 4 == 0) return launch_pack_by<int32_t>(launch, items, stream);
    return launch_pack_by<int16_t>(launch, items, stream);
}

cudaError_t launch_clear(float* o, float* lse, float* sum, int64_t rows, int head_dim, cudaStream_t stream) {
    if (rows == 0) return cudaSuccess;
    const cudaError_t cleared =
        cudaMemsetAsync(o, 0, static_cast<size_t>(rows * head_dim) * sizeof(float), stream);
    if (cleared != cudaSuccess) return cleared;
    if (sum != nullptr) {
        const cudaError_t zeroed = cudaMemsetAsync(sum, 0, static_cast<size_t>(rows) * sizeof(float), stream);
        if (zeroed != cudaSuccess) return zeroed;
    }
    fill<<<blocks_for(rows), kRowThreads, 0, stream>>>(lse, -INFINITY, rows);
    return cudaGetLastError();
}

cudaError_t launch_normalise(float* o, float* lse, const float* sum, int batch, int64_t rows, int heads,
                             int head_dim, cudaStream_t stream) {
    const int64_t vectors = batch * rows * heads;
    if (vectors == 0) return cudaSuccess;
    normalise_o<<<blocks_for(vectors * head_dim), kRowThreads, 0, stream>>>(o, sum, rows, heads, head_dim,
                                                                            vectors * head_dim);
    normalise_lse<<<blocks_for(vectors), kRowThreads, 0, stream>>>(lse, sum, vectors);
    return cudaGetLastError();
}

cudaError_t launch_merge(const MergeLaunch& launch, DType dtype, cudaStream_t stream) {
    if (launch.rows == 0) return cudaSuccess;
    auto* const output = dtype == DType::f16    ? merge_output<F16Element>
                         : dtype == DType::bf16 ? merge_output<BF16Element>
                                                : merge_output<F32Element>;
    output<<<blocks_for(launch.rows * kWarpLanes), kRowThreads, 0, stream>>>(launch);
    merge_state<<<blocks_for(launch.rows), kRowThreads, 0, stream>>>(launch);
    return cudaGetLastError();
}

cudaError_t launch_set(int32_t* flag, int32_t value, cudaStream_t stream) {
    set_flag<<<1, 1, 0, stream>>>(flag, value);
    return cudaGetLastError();
}

cudaError_t launch_stall(const int32_t* cancelled, int64_t nanoseconds, cudaStream_t stream) {
    stall<<<1, 1, 0, stream>>>(cancelled, nanoseconds);
    return cudaGetLastError();
}

}  // namespace ringscope

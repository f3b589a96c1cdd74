// The device code's host side: what a kernel offers, and the launches. kernel_table.h chooses a kernel by name.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "engine/cuda/kernels/attention_launch.h"
#include "engine/cuda/kernels/merge_partial.h"
#include "engine/cuda/kernels/work_list.h"
#include "engine/run/kernel_rounding.h"

namespace ringscope {

struct CudaKernel {
    const char* name;  // as backend.kernel takes it
    std::string description;
    int oldest_capability;  // 10 * major + minor
    bool (*supports)(DType, int head_dim);
    // Of the project's own kernels, which run over work lists (tile_attention.h); null for cuDNN's.
    TileShape (*tile)(int head_dim) = nullptr;
    /// Lets the kernel use the shared memory it needs on the current device. Call once per device before launch().
    cudaError_t (*prepare)(DType, int head_dim) = nullptr;
    /// One thread block per item.
    cudaError_t (*launch)(const AttentionLaunch&, DType, int64_t items, cudaStream_t) = nullptr;
    bool by_name_only = false;     // "auto" passes it over
    bool leaves_when_told = true;  // what is in a stream ends at once when the run is being abandoned
    const char* not_built = "";    // why this build does not have it
    KernelRounding rounding = KernelRounding::none;
};

const CudaKernel& tensor_core_kernel();
const CudaKernel& fma_kernel();

/// Copies rows of the rank's own K and V into its slot.
struct PackLaunch {
    const PackItem* items = nullptr;
    const IndexRun* runs = nullptr;
    const void* own_k = nullptr;
    const void* own_v = nullptr;
    void* slot = nullptr;
    int64_t row_stride = 0;  // elements of K and V
    int64_t batch_stride = 0;
    int32_t head_dim = 0;
    int32_t element_bytes = 0;
};
/// Loads the kernels below onto the current device, so that no launch has to: loading may wait for what is
/// running.
cudaError_t prepare_row_kernels();

cudaError_t launch_pack(const PackLaunch&, int64_t items, cudaStream_t);

/// o = 0, lse = -inf, sum = 0 (null: none) for `rows` rows of d elements.
cudaError_t launch_clear(float* o, float* lse, float* sum, int64_t rows, int head_dim, cudaStream_t);

/// The end of online softmax: o = o / sum, lse = m + log(sum), for every row that has seen a key. o is
/// (batch, row, head, d); lse and sum (batch, head, row).
cudaError_t launch_normalise(float* o, float* lse, const float* sum, int batch, int64_t rows, int heads,
                             int head_dim, cudaStream_t);

/// Joins a call's part with what its rows carry: o of all rows, then their states.
cudaError_t launch_merge(const MergeLaunch&, DType, cudaStream_t);

/// *flag = value. A kernel: a copy might stand behind other streams' copies that wait.
cudaError_t launch_set(int32_t* flag, int32_t value, cudaStream_t);

/// Keeps the stream busy for so long, or until `*cancelled` is not 0: a lost transfer and a late rank, for
/// fault injection. It ends by itself, since a launch blocks the host where too much stands behind it.
cudaError_t launch_stall(const int32_t* cancelled, int64_t nanoseconds, cudaStream_t);

}  // namespace ringscope

// The device code's host side: kernels by name, the table that chooses one, and the launches.
//
//   name    needs                       dtypes          tile (queries x keys; tile_shapes.h)  auto
//   mma     sm_80 or newer              f16, bf16       64 x 64, from d 129 on 64 x 32       first
//   fma     sm_75 or newer              f32, f16, bf16  32 x 32, from d 129 on 16 x 32       second
//   cudnn   sm_80 or newer, d a multi-  f16, bf16       cuDNN's own                          never before
//           ple of 8, cuDNN                                                                  it is measured
//
// A new kernel is one file and one line in kernels.cpp.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <span>
#include <string>

#include "engine/cuda/kernels/attention_launch.h"
#include "engine/cuda/kernels/merge_partial.h"
#include "engine/cuda/kernels/work_list.h"

namespace ringscope {

class DeviceAttention;
struct Gpu;

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
};

/// In the order in which "auto" tries them.
std::span<const CudaKernel> cuda_kernels();

/// The kernel for backend.kernel on devices of at least this capability; "auto": the first that can. Throws
/// Error(bad_input) that names the kernels when there is none of that name or it cannot do this.
const CudaKernel& choose_cuda_kernel(const std::string& name, const Problem& problem, int capability);

/// Loads the kernel onto a GPU, for the problem; the kernel outlives it. Throws Error.
std::unique_ptr<DeviceAttention> open_kernel(const CudaKernel& kernel, const Problem& problem,
                                             const Gpu& gpu);

/// Gives back what libraries keep on GPUs from run to run and no run holds now, when a run lacks memory.
void give_back_kept_plans();

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

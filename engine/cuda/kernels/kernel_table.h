// The table of kernels, the choice of one for a run, and how it is loaded onto a GPU.
//
//   name    needs                       dtypes          tile (queries x keys; tile_shapes.h)  auto
//   mma     sm_80 or newer              f16, bf16       64 x 64, from d 129 on 64 x 32       first
//   fma     sm_75 or newer              f32, f16, bf16  32 x 32, from d 129 on 16 x 32       second
//   cudnn   sm_80 or newer, d a multi-  f16, bf16       cuDNN's own                          never before
//           ple of 8, cuDNN                                                                  it is measured
//
// A new kernel is one file and one line in kernel_table.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/cuda/kernels/kernels.h"
#include "engine/experiment/problem.h"

namespace ringscope {

class DeviceAttention;
struct Gpu;

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

}  // namespace ringscope

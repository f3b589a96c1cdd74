#include "engine/cuda/kernels/kernel_table.h"

#include <array>

#include "engine/base/error.h"
#include "engine/cuda/kernels/tile_attention.h"
#include "engine/cuda/transport/topology.h"
#ifdef RINGSCOPE_CUDNN_KERNEL
#include "engine/cuda/cudnn/cudnn_attention.h"
#endif

namespace ringscope {

namespace {

#ifdef RINGSCOPE_CUDNN_KERNEL
constexpr const char* kNoCudnn = "";
std::string cudnn_description() { return "attention by cuDNN " + cudnn_version(); }
#else
constexpr const char* kNoCudnn =
    "this build has no cuDNN: its headers and libcudnn, 9.11 or newer, were not found, or were turned off, "
    "when "
    "it was configured";
std::string cudnn_description() { return "attention by cuDNN"; }
#endif

CudaKernel cudnn_kernel() {
    CudaKernel kernel{"cudnn",
                      "f16 or bf16, d a multiple of 8 and compute capability 8.0 or newer (" +
                          cudnn_description() + ", by name only)",
                      80, [](DType dtype, int head_dim) { return dtype != DType::f32 && head_dim % 8 == 0; }};
    kernel.by_name_only = true;
    kernel.rounding = KernelRounding::weights_and_results;
    kernel.leaves_when_told = false;
    kernel.not_built = kNoCudnn;
    return kernel;
}

}  // namespace

std::span<const CudaKernel> cuda_kernels() {
    static const std::array kernels{tensor_core_kernel(), fma_kernel(), cudnn_kernel()};
    return kernels;
}

const CudaKernel& choose_cuda_kernel(const std::string& name, const Problem& problem, int capability) {
    std::string names = "auto";
    for (const CudaKernel& kernel : cuda_kernels()) {
        names += std::string(", ") + kernel.name;
        const bool able =
            capability >= kernel.oldest_capability && kernel.supports(problem.dtype, problem.head_dim);
        if (name == "auto" && able && !kernel.by_name_only) return kernel;
        if (name != kernel.name) continue;
        if (kernel.not_built[0] != '\0')
            throw Error(ErrorKind::bad_input, "backend.kernel is " + name + ": " + kernel.not_built);
        if (able) return kernel;
        throw Error(ErrorKind::bad_input,
                    "backend.kernel: " + name + " needs " + kernel.description + ", not " +
                        name_of(problem.dtype) + " with d " + std::to_string(problem.head_dim) +
                        " on a GPU of compute capability " + std::to_string(capability / 10) + "." +
                        std::to_string(capability % 10));
    }
    throw Error(ErrorKind::bad_input, "backend.kernel: " + name + "; on a GPU it is one of " + names);
}

std::unique_ptr<DeviceAttention> open_kernel(const CudaKernel& kernel, const Problem& problem,
                                             const Gpu& gpu) {
#ifdef RINGSCOPE_CUDNN_KERNEL
    if (kernel.launch == nullptr) return std::make_unique<CudnnDevice>(problem, gpu.device, gpu.capability);
#endif
    RINGSCOPE_CHECK(kernel.launch != nullptr);
    return std::make_unique<TileDevice>(kernel, problem, gpu.device);
}

void give_back_kept_plans() {
#ifdef RINGSCOPE_CUDNN_KERNEL
    CudnnGpu::give_back();
#endif
}

}  // namespace ringscope

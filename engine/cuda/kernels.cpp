#include "engine/cuda/kernels.h"

#include <array>

#include "engine/cuda/tile_attention.h"
#include "engine/error.h"

namespace ringscope::cuda {

std::span<const CudaKernel> cuda_kernels() {
    static const std::array kernels{tensor_core_kernel(), fma_kernel()};
    return kernels;
}

const CudaKernel& choose_cuda_kernel(const std::string& name, DType dtype, int capability) {
    std::string names = "auto";
    for (const CudaKernel& kernel : cuda_kernels()) {
        names += std::string(", ") + kernel.name;
        const bool able = capability >= kernel.oldest_capability && kernel.supports(dtype);
        if (name == "auto" && able) return kernel;
        if (name != kernel.name) continue;
        if (able) return kernel;
        throw Error(ErrorKind::bad_input, "backend.kernel: " + name + " needs " + kernel.description +
                                              ", not " + name_of(dtype) + " on a GPU of compute capability " +
                                              std::to_string(capability / 10) + "." +
                                              std::to_string(capability % 10));
    }
    throw Error(ErrorKind::bad_input, "backend.kernel: " + name + "; on a GPU it is one of " + names);
}

std::unique_ptr<DeviceAttention> open_kernel(const CudaKernel& kernel, const Problem& problem, int device) {
    return std::make_unique<TileDevice>(kernel, problem, device);
}

}  // namespace ringscope::cuda

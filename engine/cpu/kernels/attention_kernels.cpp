#ifdef RINGSCOPE_X86_KERNELS
#include <cpuid.h>
#endif

#include <array>
#include <string>

#include "engine/base/error.h"
#include "engine/cpu/kernels/attention_kernel_entry.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionPortable;
#ifdef RINGSCOPE_X86_KERNELS
extern const AttentionKernelTable kAttentionAvx512Bf16;
extern const AttentionKernelTable kAttentionAvx512;
extern const AttentionKernelTable kAttentionAvx2;
#endif
#ifdef RINGSCOPE_NEON_KERNEL
extern const AttentionKernelTable kAttentionNeon;
#endif

namespace {

bool always() { return true; }

#ifdef RINGSCOPE_X86_KERNELS
bool has_avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
bool has_avx512_bf16() { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }
/// Asked of the processor itself: Clang 14 does not know the name.
bool has_f16c() {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c(); }
#endif

}  // namespace

std::span<const CpuKernel> cpu_kernels() {
    static const std::array kernels = {
#ifdef RINGSCOPE_X86_KERNELS
        kernel_of<kAttentionAvx512Bf16>("avx512_bf16", "AVX-512 with BF16 dot products, 16 lanes",
                                        has_avx512_bf16),
        kernel_of<kAttentionAvx512>("avx512", "AVX-512, 16 lanes", has_avx512),
        kernel_of<kAttentionAvx2>("avx2", "AVX2 with FMA, 8 lanes", has_avx2),
#endif
#ifdef RINGSCOPE_NEON_KERNEL
        kernel_of<kAttentionNeon>("neon", "NEON, 32 registers of 4 lanes", always),
#endif
        kernel_of<kAttentionPortable>("portable", "128-bit vectors, 4 lanes", always),
    };
    return kernels;
}

const CpuKernel& choose_cpu_kernel(const std::string& name, DType dtype) {
    std::string names = "auto";
    const CpuKernel* found = nullptr;
    for (const CpuKernel& kernel : cpu_kernels()) {
        const bool fits = kernel.usable() && kernel.supports(dtype);
        if (fits && name == "auto") return kernel;
        if (fits) names += std::string(", ") + kernel.name;
        if (name == kernel.name) found = &kernel;
    }
    const std::string allowed = ": allowed here for " + std::string(name_of(dtype)) + " are " + names;
    if (found == nullptr)
        throw Error(ErrorKind::bad_input,
                    "backend.kernel: no CPU kernel is named \"" + name + "\"" + allowed);
    if (!found->usable()) {
        throw Error(ErrorKind::bad_input, "backend.kernel: this processor does not have what \"" + name +
                                              "\" needs (" + found->description + ")" + allowed);
    }
    if (!found->supports(dtype)) {
        throw Error(ErrorKind::bad_input,
                    "backend.kernel: \"" + name + "\" does not take " + name_of(dtype) + allowed);
    }
    return *found;
}

}  // namespace ringscope

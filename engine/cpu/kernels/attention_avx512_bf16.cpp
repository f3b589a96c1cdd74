// The attention kernel for AVX-512 with BF16 dot products: as attention_avx512.cpp, with half the
// instructions. BF16 tensors only.
#define RINGSCOPE_KERNEL avx512_bf16
#define RINGSCOPE_KERNEL_LANES 16
#define RINGSCOPE_KERNEL_ROWS 8
#define RINGSCOPE_KERNEL_DOT_PRODUCTS
#include "engine/cpu/kernels/attention_kernel_inl.h"
#include "engine/cpu/kernels/machine_peak_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionAvx512Bf16;
const AttentionKernelTable kAttentionAvx512Bf16 = {
    avx512_bf16::kQueryTile,
    avx512_bf16::scratch_bytes,
    nullptr,
    nullptr,
    avx512_bf16::attend<avx512_bf16::DotProducts, avx512_bf16::BF16>,
    nullptr,
    avx512_bf16::multiply_add<avx512_bf16::DotProducts>,
    true};

}  // namespace ringscope

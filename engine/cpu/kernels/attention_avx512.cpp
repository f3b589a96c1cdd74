// The attention kernel for AVX-512 (F, BW, VL, DQ): 32 registers of 16 floats, 16 of them sums; 8 rows divide
// the usual head dims.
#define RINGSCOPE_KERNEL avx512
#define RINGSCOPE_KERNEL_LANES 16
#define RINGSCOPE_KERNEL_ROWS 8
#include "engine/cpu/kernels/attention_kernel_inl.h"
#include "engine/cpu/kernels/machine_peak_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionAvx512;
const AttentionKernelTable kAttentionAvx512 = {avx512::kQueryTile,
                                               avx512::scratch_bytes,
                                               avx512::attend<avx512::MultiplyAdd, float>,
                                               avx512::attend<avx512::MultiplyAdd, avx512::F16>,
                                               avx512::attend<avx512::MultiplyAdd, avx512::BF16>,
                                               avx512::multiply_add<avx512::MultiplyAdd>,
                                               nullptr};

}  // namespace ringscope

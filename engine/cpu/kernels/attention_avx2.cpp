// The attention kernel for AVX2 with FMA and F16C: 16 registers of 8 floats, 12 of them sums.
#define RINGSCOPE_KERNEL avx2
#define RINGSCOPE_KERNEL_LANES 8
#define RINGSCOPE_KERNEL_ROWS 6
#include "engine/cpu/kernels/attention_kernel_inl.h"
#include "engine/cpu/kernels/machine_peak_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionAvx2;
const AttentionKernelTable kAttentionAvx2 = {avx2::kQueryTile,
                                             avx2::scratch_bytes,
                                             avx2::attend<avx2::MultiplyAdd, float>,
                                             avx2::attend<avx2::MultiplyAdd, avx2::F16>,
                                             avx2::attend<avx2::MultiplyAdd, avx2::BF16>,
                                             avx2::multiply_add<avx2::MultiplyAdd>,
                                             nullptr};

}  // namespace ringscope

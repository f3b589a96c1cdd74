// The attention kernel for AArch64, whose every processor has NEON: 32 registers of 4 floats, 24 of them
// sums.
#define RINGSCOPE_KERNEL neon
#define RINGSCOPE_KERNEL_LANES 4
#define RINGSCOPE_KERNEL_ROWS 12
#include "engine/cpu/kernels/attention_kernel_inl.h"
#include "engine/cpu/kernels/machine_peak_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionNeon;
const AttentionKernelTable kAttentionNeon = {neon::kQueryTile,
                                             neon::scratch_bytes,
                                             neon::attend<neon::MultiplyAdd, float>,
                                             neon::attend<neon::MultiplyAdd, neon::F16>,
                                             neon::attend<neon::MultiplyAdd, neon::BF16>,
                                             neon::multiply_add<neon::MultiplyAdd>,
                                             nullptr};

}  // namespace ringscope

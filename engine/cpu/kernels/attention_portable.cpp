// The attention kernel for any processor: vectors of 128 bits, as every x86-64 (SSE2) and AArch64 (NEON) has.
#define RINGSCOPE_KERNEL portable
#define RINGSCOPE_KERNEL_LANES 4
#define RINGSCOPE_KERNEL_ROWS 6
#include "engine/cpu/kernels/attention_kernel_inl.h"
#include "engine/cpu/kernels/machine_peak_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionPortable;
const AttentionKernelTable kAttentionPortable = {portable::kQueryTile,
                                                 portable::scratch_bytes,
                                                 portable::attend<portable::MultiplyAdd, float>,
                                                 portable::attend<portable::MultiplyAdd, portable::F16>,
                                                 portable::attend<portable::MultiplyAdd, portable::BF16>,
                                                 portable::multiply_add<portable::MultiplyAdd>,
                                                 nullptr};

}  // namespace ringscope

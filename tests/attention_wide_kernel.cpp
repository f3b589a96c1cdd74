// The kernel as AVX-512 runs it (16 lanes, 8 rows), built for any processor: the compiler splits the vectors.
#define RINGSCOPE_KERNEL wide
#define RINGSCOPE_KERNEL_LANES 16
#define RINGSCOPE_KERNEL_ROWS 8
#include "engine/cpu/attention_kernel_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionWide;
const AttentionKernelTable kAttentionWide = {wide::kQueryTile,
                                             wide::scratch_bytes,
                                             wide::attend<float>,
                                             wide::attend<wide::F16>,
                                             wide::attend<wide::BF16>,
                                             nullptr,
                                             nullptr};

}  // namespace ringscope

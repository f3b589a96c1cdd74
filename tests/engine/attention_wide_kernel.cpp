// The kernels as AVX-512 runs them (16 lanes, 8 rows), built for any processor: the compiler splits the
// vectors and BF16 dot products are made of F32 multiply-adds.
#define RINGSCOPE_KERNEL wide
#define RINGSCOPE_KERNEL_LANES 16
#define RINGSCOPE_KERNEL_ROWS 8
#define RINGSCOPE_KERNEL_DOT_PRODUCTS
#include "engine/cpu/kernels/attention_kernel_inl.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionWide;
const AttentionKernelTable kAttentionWide = {wide::kQueryTile,
                                             wide::scratch_bytes,
                                             wide::attend<wide::MultiplyAdd, float>,
                                             wide::attend<wide::MultiplyAdd, wide::F16>,
                                             wide::attend<wide::MultiplyAdd, wide::BF16>,
                                             nullptr,
                                             nullptr};

extern const AttentionKernelTable kAttentionWideBf16;
const AttentionKernelTable kAttentionWideBf16 = {wide::kQueryTile,
                                                 wide::scratch_bytes,
                                                 nullptr,
                                                 nullptr,
                                                 wide::attend<wide::DotProducts, wide::BF16>,
                                                 nullptr,
                                                 nullptr,
                                                 true};

}  // namespace ringscope

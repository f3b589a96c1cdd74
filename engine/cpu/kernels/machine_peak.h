// The machine's own multiply-add peak: what a kernel's rate is a fraction of. Measured, since clock rates
// move.
#pragma once

namespace ringscope {

/// GFLOP/s of `threads` threads that do independent F32 multiply-adds from registers for `seconds` (about),
/// with the widest vectors that a built-in kernel uses on this processor. A multiply-add counts 2 FLOPs.
double measure_f32_peak(int threads, double seconds);

/// The same for BF16 dot products with F32 sums; 0 where the processor has none.
double measure_bf16_peak(int threads, double seconds);

}  // namespace ringscope

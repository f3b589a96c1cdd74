// The most multiply-adds an instruction set can do: nothing but independent ones, from registers to
// registers.
//
// kChains sums in flight hide the latency (4 cycles times two per cycle needs 8); the empty assembly keeps the
// compiler from seeing that the chains are alike.
#pragma once

#include "engine/cpu/kernels/simd_multiply_add.h"

namespace ringscope::RINGSCOPE_KERNEL {

RINGSCOPE_INLINE void keep(FloatVector& vector) {
#if defined(__x86_64__)
    asm volatile("" : "+v"(vector));
#elif defined(__aarch64__)
    asm volatile("" : "+w"(vector));
#else
    asm volatile("" : "+m"(vector));
#endif
}

/// Does `rounds` rounds and returns their FLOPs.
template <typename Math>
inline double multiply_add(int64_t rounds) {
    constexpr int kChains = 12;
    // In each BF16 half, too, some small number.
    const uint32_t bits = 0x3f003f00u;
    float word;
    __builtin_memcpy(&word, &bits, sizeof word);
    const auto factor = Math::broadcast_word(&word);
    FloatVector addend = broadcast(1.0f);
    FloatVector sums[kChains];
    for (int i = 0; i < kChains; ++i) sums[i] = addend;
    for (int64_t round = 0; round < rounds; ++round) {
        keep(addend);  // else the product would be made once
#pragma GCC unroll 16
        for (int i = 0; i < kChains; ++i) {
            FloatVector sum = Math::multiply_add(sums[i], addend, factor);
            keep(sum);
            sums[i] = sum;
        }
    }
    for (int i = 0; i < kChains; ++i) keep(sums[i]);
    return 2.0 * Math::kInWord * kLanes * kChains * static_cast<double>(rounds);
}

}  // namespace ringscope::RINGSCOPE_KERNEL

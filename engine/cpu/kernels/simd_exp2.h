// 2^x for a vector, with a stated error bound. Included after the including file has named its vector
// (simd_vector.h).
//
//   x = n + f,  n the nearest integer, |f| <= 1/2:    2^x = 2^n * p(f),  p of degree 5
//
// n comes from adding 1.5 * 2^23 + 127, whose unit in the last place is 1: the sum's low bits hold n + 127, which is
// the exponent of 2^n. p is the minimax polynomial for the relative error on [-1/2, 1/2] with
// p(0) = 1 exactly, so that 2^0 = 1 and a row with one key has that key's weight exactly.
//
//   relative error <= kExp2MaxRelativeError for -126 <= x <= 127
//   exactly 0 for x < -126 (an attention weight below 1e-38 of the largest) and for -infinity; NaN for NaN
#pragma once

#include "engine/cpu/kernels/simd_vector.h"

namespace ringscope::RINGSCOPE_KERNEL {

inline constexpr float kExp2MaxRelativeError = 0x1p-22f;

RINGSCOPE_INLINE FloatVector exp2(FloatVector x) {
    constexpr float kRoundToInteger = 0x1.8p23f + 127;
    const FloatVector shifted = x + kRoundToInteger;
    const FloatVector f = x - (shifted - kRoundToInteger);
    FloatVector p = f * 0x1.5bb9fap-10f + 0x1.3cea88p-7f;
    p = p * f + 0x1.c6b754p-5f;
    p = p * f + 0x1.ebf9bcp-3f;
    p = p * f + 0x1.62e42ap-1f;
    p = p * f + 1.0f;
    const UintVector power = reinterpret_cast<UintVector>(shifted) << 23;
    const FloatVector scaled = p * reinterpret_cast<FloatVector>(power);
    return reinterpret_cast<FloatVector>(reinterpret_cast<UintVector>(scaled) &
                                         ~reinterpret_cast<UintVector>(x < -126.0f));
}

}  // namespace ringscope::RINGSCOPE_KERNEL

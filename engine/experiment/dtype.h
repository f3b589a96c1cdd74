// Half-width floats as bits: IEEE binary16 (F16) and bfloat16 (BF16), to and from F32.
//
//            sign  exponent  fraction
//   F32        1       8        23
//   F16        1       5        10     largest 65504; subnormals down to 2^-24
//   BF16       1       8         7     the upper half of an F32
//
// To F32 is exact. From F32 rounds to nearest, ties to even; what is too large becomes infinity; a NaN stays
// a NaN (its sign and upper fraction bits kept, made quiet). Scalar and the same on every machine; the
// kernels convert whole rows with the processor's own instructions, which follow the same rules.
#pragma once

#include <bit>
#include <cstdint>

namespace ringscope {

constexpr float f32_from_bf16(uint16_t bits) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

constexpr uint16_t bf16_from_f32(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>(bits >> 16 | 0x40u);
    return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

constexpr float f32_from_f16(uint16_t bits) {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
    const uint32_t exponent = bits >> 10 & 0x1fu;
    const uint32_t fraction = bits & 0x3ffu;
    if (exponent == 0x1fu) {  // infinity or NaN
        const uint32_t quiet = fraction != 0 ? 0x400000u : 0;
        return std::bit_cast<float>(sign | 0x7f800000u | quiet | fraction << 13);
    }
    if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact in F32
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
    }
    return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

constexpr uint16_t f16_from_f32(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
    if (magnitude >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7c00u);  // 65536 and above
    if (magnitude < 0x38800000u) {  // below 2^-14: subnormal or zero
        // Adding 0.5 puts the unit of the sum's last place at 2^-24, so the addition itself rounds.
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u));
    }
    const uint32_t rounded =
        magnitude + 0xfffu + (magnitude >> 13 & 1u);  // may carry into infinity: as it should
    return static_cast<uint16_t>(sign | ((rounded >> 13) - ((127u - 15u) << 10)));
}

}  // namespace ringscope

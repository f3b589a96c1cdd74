// Infinity and NaN among the values. A weight of 0 times one of them is NaN, and a hidden key has weight 0: added up like
// the others, such a value would reach queries that do not attend to it. So a block that has some is copied without
// them, and they are added by themselves to the queries that see them. Inputs are seldom so: it may be slow. See
// attention_kernel_inl.h, which this is a part of.
#pragma once

#include "engine/cpu/kernels/attention_panel_inl.h"

namespace ringscope::RINGSCOPE_KERNEL {

RINGSCOPE_INLINE uint32_t bits_of(float element) {
    uint32_t bits;
    __builtin_memcpy(&bits, &element, sizeof bits);
    return bits;
}
RINGSCOPE_INLINE uint32_t bits_of(F16 element) { return element.bits; }
RINGSCOPE_INLINE uint32_t bits_of(BF16 element) { return element.bits; }

/// Infinity's bits: what is not finite has its exponent.
RINGSCOPE_INLINE uint32_t infinity_bits(float) { return 0x7f800000u; }
RINGSCOPE_INLINE uint32_t infinity_bits(F16) { return 0x7c00u; }
RINGSCOPE_INLINE uint32_t infinity_bits(BF16) { return 0x7f80u; }

template <typename Element>
inline bool all_finite(const Element* rows, int64_t stride, int count, int head_dim) {
    const uint32_t infinity = infinity_bits(Element{});
    uint32_t not_finite = 0;
    for (int i = 0; i < count; ++i, rows += stride) {
        for (int x = 0; x < head_dim; ++x) not_finite |= (bits_of(rows[x]) & infinity) == infinity;
    }
    return not_finite == 0;
}

/// Zeros in place of what is not finite, in `words` words of Math.
template <typename Math>
inline void clear_nonfinite(float* words, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        uint32_t bits = bits_of(words[i]);
        if constexpr (Math::kInWord == 1) {
            if ((bits & 0x7f800000u) == 0x7f800000u) bits = 0;
        } else {
            if ((bits & 0x7f800000u) == 0x7f800000u) bits &= 0xffffu;
            if ((bits & 0x7f80u) == 0x7f80u) bits &= 0xffff0000u;
        }
        __builtin_memcpy(words + i, &bits, sizeof bits);
    }
}

/// What clear_nonfinite() took from the block's values, to the outputs of the queries that see it: `rows` is the first.
template <typename Element>
inline void add_nonfinite(const Panel& panel, const KeyBlock& block, const Element* rows, int64_t stride,
                          bool causal, int head_dim) {
    const uint32_t infinity = infinity_bits(Element{});
    const uint32_t sign = 1u << (8 * sizeof(Element) - 1);
    for (int key = 0; key < block.count; ++key, rows += stride) {
        const int64_t token = block.first_token + key * block.token_stride;
        for (int x = 0; x < head_dim; ++x) {
            const uint32_t bits = bits_of(rows[x]);
            if ((bits & infinity) != infinity) continue;
            const bool is_negative = (bits & ~sign) == infinity && bits != infinity;
            const float value = bits == infinity ? kInfinity : is_negative ? -kInfinity : __builtin_nanf("");
            for (int lane = 0; lane < panel.lanes; ++lane) {
                if (causal && panel.token[lane] < token) continue;
                panel.o[x * kPanelLanes + lane] += value;
            }
        }
    }
}

}  // namespace ringscope::RINGSCOPE_KERNEL

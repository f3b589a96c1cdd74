// The two ways to multiply and add, and how rows are laid out for each. Rows are arrays of 32-bit words:
//
//   MultiplyAdd   a word is one F32. F16 and BF16 rows are converted.
//   DotProducts   a word is two BF16, multiplied in pairs and added to an F32: twice the work per instruction,
//                 and weights are rounded to BF16 (8 bits: relative error 2^-9), as attention in BF16 usually is.
//
// K's and Q's pairs are neighbours in a row; V's pair is one column of two neighbouring keys. For even x and key:
//
//   k[key][x / 2] = (K[key][x], K[key][x + 1])      v[key / 2][x] = (V[key][x], V[key + 1][x])
#pragma once

#include "engine/cpu/kernels/simd_vector.h"

namespace ringscope::RINGSCOPE_KERNEL {

inline constexpr int kRowsAhead = 16;  // fetched ahead of a copy: rows far apart defeat the prefetcher

/// Words of a row in scratch memory: whole vectors.
RINGSCOPE_INLINE int padded(int head_dim) { return (head_dim + kLanes - 1) / kLanes * kLanes; }

template <typename Element>
RINGSCOPE_INLINE void prefetch_row(const Element* row, int head_dim) {
    constexpr int kInLine = 64 / sizeof(Element);
    for (int x = 0; x < head_dim; x += kInLine) __builtin_prefetch(row + x);
}

struct MultiplyAdd {
    static constexpr int kInWord = 1;
    static constexpr bool kScaledQueries = true;  // the softmax scale is in Q
    static constexpr int words(int elements) { return elements; }

    static RINGSCOPE_INLINE float broadcast_word(const float* word) { return *word; }
    static RINGSCOPE_INLINE FloatVector multiply_add(FloatVector sum, FloatVector a, float b) {
        return sum + a * b;
    }
    static RINGSCOPE_INLINE FloatVector pack(const FloatVector (&weight)[1]) { return weight[0]; }

    /// One row of head_dim elements to padded(head_dim) words.
    template <typename Element>
    static RINGSCOPE_INLINE void copy_row(const Element* from, int head_dim, float* to) {
        int x = 0;
        for (; x + kLanes <= head_dim; x += kLanes) store(to + x, load_as_float(from + x));
        if (x == head_dim) return;
        Element tail[kLanes] = {};
        __builtin_memcpy(tail, from + x, static_cast<uint64_t>(head_dim - x) * sizeof(Element));
        store(to + x, load_as_float(tail));
    }

    /// `count` rows, `stride` elements apart, to rows padded(head_dim) words apart.
    template <typename Element>
    static inline void copy_keys(const Element* rows, int64_t stride, int count, int head_dim, float* to) {
        for (int i = 0; i < count; ++i) {
            if (i + kRowsAhead < count) prefetch_row(rows + (i + kRowsAhead) * stride, head_dim);
            copy_row(rows + i * stride, head_dim, to + i * padded(head_dim));
        }
    }

    template <typename Element>
    static inline void copy_values(const Element* rows, int64_t stride, int count, int head_dim, float* to) {
        copy_keys(rows, stride, count, head_dim, to);
    }
};

#ifdef RINGSCOPE_KERNEL_DOT_PRODUCTS

struct DotProducts {
    static constexpr int kInWord = 2;
    static constexpr bool kScaledQueries = false;  // scaling Q would round it once more
    static constexpr int words(int elements) { return (elements + 1) / 2; }

    static RINGSCOPE_INLINE UintVector broadcast_word(const float* word) {
        uint32_t bits;
        __builtin_memcpy(&bits, word, sizeof bits);
        return UintVector{} + bits;
    }

    /// sum + a.high * b.high + a.low * b.low, lane by lane.
    static RINGSCOPE_INLINE FloatVector multiply_add(FloatVector sum, FloatVector a, UintVector b) {
#if defined(__AVX512BF16__) && RINGSCOPE_KERNEL_LANES == 16
        return reinterpret_cast<FloatVector>(_mm512_dpbf16_ps(
            reinterpret_cast<__m512>(sum), reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b)));
#else
        const UintVector a_bits = reinterpret_cast<UintVector>(a);
        sum += reinterpret_cast<FloatVector>(a_bits & 0xffff0000u) *
               reinterpret_cast<FloatVector>(b & 0xffff0000u);
        return sum + reinterpret_cast<FloatVector>(a_bits << 16) * reinterpret_cast<FloatVector>(b << 16);
#endif
    }

    /// Two weights, in [0, 1], rounded to nearest even.
    static RINGSCOPE_INLINE FloatVector pack(const FloatVector (&weight)[2]) {
        const UintVector low = reinterpret_cast<UintVector>(weight[0]);
        const UintVector high = reinterpret_cast<UintVector>(weight[1]);
        const UintVector low_rounded = (low + 0x7fffu + (low >> 16 & 1u)) >> 16;
        const UintVector high_rounded = (high + 0x7fffu + (high >> 16 & 1u)) & 0xffff0000u;
        return reinterpret_cast<FloatVector>(low_rounded | high_rounded);
    }

    /// One row of head_dim elements to padded(head_dim) words, the second half of them zero.
    static RINGSCOPE_INLINE void copy_row(const BF16* from, int head_dim, float* to) {
        const int width = padded(head_dim);
        for (int x = 0; x < width; x += kLanes) store(to + x, FloatVector{});
        __builtin_memcpy(to, from, static_cast<uint64_t>(head_dim) * sizeof(BF16));
    }

    static inline void copy_keys(const BF16* rows, int64_t stride, int count, int head_dim, float* to) {
        for (int i = 0; i < count; ++i) {
            if (i + kRowsAhead < count) prefetch_row(rows + (i + kRowsAhead) * stride, head_dim);
            copy_row(rows + i * stride, head_dim, to + i * padded(head_dim));
        }
    }

    /// Pairs of rows to words; the last of an odd number of rows is paired with zeros.
    static inline void copy_values(const BF16* rows, int64_t stride, int count, int head_dim, float* to) {
        for (int i = 0; i < count; i += 2) {
            if (i + kRowsAhead + 1 < count) {
                prefetch_row(rows + (i + kRowsAhead) * stride, head_dim);
                prefetch_row(rows + (i + kRowsAhead + 1) * stride, head_dim);
            }
            const BF16* low = rows + i * stride;
            const BF16* high = i + 1 < count ? low + stride : nullptr;
            copy_pair(low, high, head_dim, to + i / 2 * padded(head_dim));
        }
    }

  private:
    static RINGSCOPE_INLINE UintVector load_halves(const BF16* from, int count) {
        HalfVector halves = {};
        __builtin_memcpy(&halves, from, static_cast<uint64_t>(count) * sizeof(BF16));
        return __builtin_convertvector(halves, UintVector);
    }

    static RINGSCOPE_INLINE void copy_pair(const BF16* low, const BF16* high, int head_dim, float* to) {
        for (int x = 0; x < head_dim; x += kLanes) {
            const int count = head_dim - x < kLanes ? head_dim - x : kLanes;
            UintVector words = load_halves(low + x, count);
            if (high != nullptr) words |= load_halves(high + x, count) << 16;
            store(to + x, reinterpret_cast<FloatVector>(words));
        }
    }
};

#endif  // RINGSCOPE_KERNEL_DOT_PRODUCTS

}  // namespace ringscope::RINGSCOPE_KERNEL

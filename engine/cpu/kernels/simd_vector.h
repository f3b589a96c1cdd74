// One small vector type, written with the compiler's vector extensions (GCC and Clang), so that the kernels
// are written once for every instruction set: + - * and comparisons work lane by lane, a float operand is
// broadcast.
//
// The including file names its own namespace and width first:
//   #define RINGSCOPE_KERNEL avx2        namespace of everything below
//   #define RINGSCOPE_KERNEL_LANES 8     floats in a vector: a power of two
// Every file has its own copy, since the linker may otherwise merge a function that two files share into the
// copy of the wider instruction set. So this header includes nothing that has functions, and neither may a
// kernel file. A vector wider than the instruction set's registers is legal and is split: slow, but it lets a
// processor without wide registers test a wide kernel.
#pragma once

#include <cstdint>

#if defined(__F16C__) || defined(__AVX512F__)
#include <immintrin.h>  // intrinsics are always inlined: nothing to merge
#endif

#define RINGSCOPE_INLINE inline __attribute__((always_inline))

namespace ringscope::RINGSCOPE_KERNEL {

inline constexpr int kLanes = RINGSCOPE_KERNEL_LANES;

using FloatVector = float __attribute__((vector_size(kLanes * 4)));
using IntVector = int32_t __attribute__((vector_size(kLanes * 4)));
using UintVector = uint32_t __attribute__((vector_size(kLanes * 4)));
using HalfVector = uint16_t __attribute__((vector_size(kLanes * 2)));

struct F16 {
    uint16_t bits;
};
struct BF16 {
    uint16_t bits;
};

// Loads and stores need no alignment.

RINGSCOPE_INLINE FloatVector load(const float* from) {
    FloatVector vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

RINGSCOPE_INLINE IntVector load(const int32_t* from) {
    IntVector vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

RINGSCOPE_INLINE void store(float* to, FloatVector vector) { __builtin_memcpy(to, &vector, sizeof vector); }

RINGSCOPE_INLINE FloatVector broadcast(float value) { return value - FloatVector{}; }

/// The larger, lane by lane; `b` where a lane of `a` is not a number.
RINGSCOPE_INLINE FloatVector max_of(FloatVector a, FloatVector b) { return a > b ? a : b; }

/// The smaller, lane by lane; `b` where a lane of `a` or `b` is not a number.
RINGSCOPE_INLINE FloatVector min_of(FloatVector a, FloatVector b) { return a < b ? a : b; }

// Exact conversion of kLanes elements to F32.

RINGSCOPE_INLINE FloatVector load_as_float(const float* from) { return load(from); }

RINGSCOPE_INLINE FloatVector load_as_float(const BF16* from) {
    HalfVector half;
    __builtin_memcpy(&half, from, sizeof half);
    return reinterpret_cast<FloatVector>(__builtin_convertvector(half, UintVector) << 16);
}

RINGSCOPE_INLINE FloatVector load_as_float(const F16* from) {
    HalfVector half;
    __builtin_memcpy(&half, from, sizeof half);
#if defined(__AVX512F__) && RINGSCOPE_KERNEL_LANES == 16
    return reinterpret_cast<FloatVector>(_mm512_maskz_cvtph_ps(0xffff, reinterpret_cast<__m256i>(half)));
#elif defined(__F16C__) && RINGSCOPE_KERNEL_LANES == 8
    return reinterpret_cast<FloatVector>(_mm256_cvtph_ps(reinterpret_cast<__m128i>(half)));
#else
    // Exponent and fraction in F32's places are the value times 2^-112, F16's subnormals included.
    const UintVector bits = __builtin_convertvector(half, UintVector);
    const UintVector magnitude = bits & 0x7fffu;
    const UintVector scaled =
        reinterpret_cast<UintVector>(reinterpret_cast<FloatVector>(magnitude << 13) * 0x1p112f);
    const UintVector all_ones =
        magnitude >= 0x7c00u ? UintVector{} + 0x7f800000u : UintVector{};  // infinity, NaN
    return reinterpret_cast<FloatVector>(scaled | all_ones | (bits & 0x8000u) << 16);
#endif
}

// Transposing a kLanes x kLanes block in registers, in log2(kLanes) rounds. Round s swaps the off-diagonal
// s x s corners of each 2s x 2s block, by rows i and i + s:
//
//     a0 a1 | a2 a3        a0 a1 | b0 b1
//     b0 b1 | b2 b3   ->   a2 a3 | b2 b3        (s = 2: a is row i, b is row i + 2)

template <int... kIndex>
struct Indices {};
template <int kCount, int... kIndex>
struct MakeIndices : MakeIndices<kCount - 1, kCount - 1, kIndex...> {};
template <int... kIndex>
struct MakeIndices<0, kIndex...> {
    using type = Indices<kIndex...>;
};

template <int kStep, int... kIndex>
RINGSCOPE_INLINE void swap_corners(FloatVector& a, FloatVector& b, Indices<kIndex...>) {
    const FloatVector low =
        __builtin_shufflevector(a, b, ((kIndex & kStep) == 0 ? kIndex : kLanes + (kIndex ^ kStep))...);
    const FloatVector high =
        __builtin_shufflevector(a, b, ((kIndex & kStep) == 0 ? (kIndex ^ kStep) : kLanes + kIndex)...);
    a = low;
    b = high;
}

template <int kStep = 1>
RINGSCOPE_INLINE void transpose(FloatVector (&rows)[kLanes]) {
    for (int i = 0; i < kLanes; ++i) {
        if ((i & kStep) == 0)
            swap_corners<kStep>(rows[i], rows[i + kStep], typename MakeIndices<kLanes>::type{});
    }
    if constexpr (kStep * 2 < kLanes) transpose<kStep * 2>(rows);
}

}  // namespace ringscope::RINGSCOPE_KERNEL

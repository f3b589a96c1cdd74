// F32, F16 and BF16 as the kernels store them. The host side is dtype.h; the device side the processor's own
// conversions, which round alike (to nearest, ties to even).
#pragma once

#include <cstdint>

#include "engine/experiment/dtype.h"

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#define RINGSCOPE_TILE __device__ __forceinline__
#define RINGSCOPE_UNROLL _Pragma("unroll")
#define RINGSCOPE_UNROLL_2 _Pragma("unroll 2")
#define RINGSCOPE_UNROLL_4 _Pragma("unroll 4")
#else
#define RINGSCOPE_TILE inline
#define RINGSCOPE_UNROLL
#define RINGSCOPE_UNROLL_2
#define RINGSCOPE_UNROLL_4
#endif

namespace ringscope {

struct F32Element {
    using Storage = float;
    RINGSCOPE_TILE static float to_float(Storage value) { return value; }
};

struct F16Element {
    using Storage = uint16_t;
#ifdef __CUDACC__
    RINGSCOPE_TILE static float to_float(Storage bits) { return __half2float(__ushort_as_half(bits)); }
    /// `low` in the lower half.
    RINGSCOPE_TILE static uint32_t pack(float low, float high) {
        const __half2 pair = __floats2half2_rn(low, high);
        return *reinterpret_cast<const uint32_t*>(&pair);
    }
#else
    static float to_float(Storage bits) { return f32_from_f16(bits); }
    static uint32_t pack(float low, float high) {
        return f16_from_f32(low) | static_cast<uint32_t>(f16_from_f32(high)) << 16;
    }
#endif
};

struct BF16Element {
    using Storage = uint16_t;
#ifdef __CUDACC__
    RINGSCOPE_TILE static float to_float(Storage bits) { return __uint_as_float(uint32_t{bits} << 16); }
    RINGSCOPE_TILE static uint32_t pack(float low, float high) {
        const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
        return *reinterpret_cast<const uint32_t*>(&pair);
    }
#else
    static float to_float(Storage bits) { return f32_from_bf16(bits); }
    static uint32_t pack(float low, float high) {
        return bf16_from_f32(low) | static_cast<uint32_t>(bf16_from_f32(high)) << 16;
    }
#endif
};

}  // namespace ringscope

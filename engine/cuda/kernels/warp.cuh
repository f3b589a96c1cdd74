// The warp that the attention tiles are written for, on the device: 32 threads that run at once, one per lane.
// Its twin for the host, tests/cuda/host_warp.h, keeps the same promises lane by lane.
#pragma once

#include <type_traits>

#include "engine/cuda/kernels/attention_launch.h"
#include "engine/cuda/kernels/element.h"

namespace ringscope {

class DeviceWarp {
  public:
    /// One value per lane; on the device, the thread's own.
    template <typename T>
    struct PerLane {
        T value;
        __device__ __forceinline__ T& operator[](int) { return value; }
        __device__ __forceinline__ const T& operator[](int) const { return value; }
    };

    /// Of the thread block.
    __device__ __forceinline__ int index() const { return static_cast<int>(threadIdx.x) / kWarpLanes; }
    __device__ __forceinline__ int thread(int) const { return static_cast<int>(threadIdx.x); }

    /// Runs `work(lane)` for every lane.
    template <typename Work>
    __device__ __forceinline__ void lanes(Work work) {
        work(static_cast<int>(threadIdx.x) % kWarpLanes);
    }

    /// All warps of the block have come here, and see what each other wrote to shared memory.
    __device__ __forceinline__ void block_barrier() { __syncthreads(); }

    /// A lane's copy of 16 bytes to shared memory, zeros when not `valid`. Both addresses multiples of 16;
    /// sm_80.
    __device__ __forceinline__ void copy_async_16(void* shared, const void* global, bool valid) {
        const auto target = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(global),
                     "r"(valid ? 16 : 0)
                     : "memory");
    }
    /// Closes a group of copies; groups end in order.
    __device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
    /// Every group of this thread but the newest has arrived; others see it after a barrier.
    __device__ __forceinline__ void wait_for_all_but_newest_copies() {
        asm volatile("cp.async.wait_group 1;" ::: "memory");
    }

    /// Four 8 x 8 matrices of 16-bit elements: lane 8 i + r gives the address of row r of matrix i; lane t
    /// receives, of each, row t / 4, columns 2 (t mod 4) + {0, 1}. PTX ldmatrix; sm_75.
    template <typename Storage>
    __device__ __forceinline__ void load_matrices(PerLane<uint32_t> (&out)[4],
                                                  const PerLane<const Storage*>& row) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(out[0].value), "=r"(out[1].value), "=r"(out[2].value), "=r"(out[3].value)
                     : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row.value)))
                     : "memory");
    }
    /// The same with each matrix transposed: lane t receives rows 2 (t mod 4) + {0, 1}, column t / 4.
    template <typename Storage>
    __device__ __forceinline__ void load_matrices_transposed(PerLane<uint32_t> (&out)[4],
                                                             const PerLane<const Storage*>& row) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(out[0].value), "=r"(out[1].value), "=r"(out[2].value), "=r"(out[3].value)
                     : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row.value)))
                     : "memory");
    }

    /// c (16 x 8) += a (16 x 16) b (16 x 8), in F32. Lane t holds
    ///   c    rows t / 4 (0, 1) and t / 4 + 8 (2, 3), columns 2 (t mod 4) + {0, 1}
    ///   a    pairs of columns from 2 (t mod 4): row t / 4 (0), t / 4 + 8 (1), and both 8 columns on (2, 3)
    ///   b    pairs of rows from 2 (t mod 4) (low), 8 rows on (high); column t / 4
    template <typename Element>
    __device__ __forceinline__ void multiply_add(PerLane<float> (&c)[4], const PerLane<uint32_t> (&a)[4],
                                                 const PerLane<uint32_t>& low,
                                                 const PerLane<uint32_t>& high) {
        if constexpr (std::is_same_v<Element, BF16Element>)
            asm volatile(
                "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
                "{%8, %9}, "
                "{%0, %1, %2, %3};"
                : "+f"(c[0].value), "+f"(c[1].value), "+f"(c[2].value), "+f"(c[3].value)
                : "r"(a[0].value), "r"(a[1].value), "r"(a[2].value), "r"(a[3].value), "r"(low.value),
                  "r"(high.value));
        else
            asm volatile(
                "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, "
                "%9}, "
                "{%0, %1, %2, %3};"
                : "+f"(c[0].value), "+f"(c[1].value), "+f"(c[2].value), "+f"(c[3].value)
                : "r"(a[0].value), "r"(a[1].value), "r"(a[2].value), "r"(a[3].value), "r"(low.value),
                  "r"(high.value));
    }

    /// Over the four lanes 4 i .. 4 i + 3, to each of them.
    __device__ __forceinline__ void max_of_quad(PerLane<float>& x) {
        x.value = fmaxf(x.value, __shfl_xor_sync(0xffffffffu, x.value, 1));
        x.value = fmaxf(x.value, __shfl_xor_sync(0xffffffffu, x.value, 2));
    }
    __device__ __forceinline__ void sum_of_quad(PerLane<float>& x) {
        x.value += __shfl_xor_sync(0xffffffffu, x.value, 1);
        x.value += __shfl_xor_sync(0xffffffffu, x.value, 2);
    }
    /// Over all lanes, to each of them.
    __device__ __forceinline__ void max_of_warp(PerLane<float>& x) {
#pragma unroll
        for (int mask = kWarpLanes / 2; mask > 0; mask /= 2)
            x.value = fmaxf(x.value, __shfl_xor_sync(0xffffffffu, x.value, mask));
    }
    __device__ __forceinline__ void sum_of_warp(PerLane<float>& x) {
#pragma unroll
        for (int mask = kWarpLanes / 2; mask > 0; mask /= 2)
            x.value += __shfl_xor_sync(0xffffffffu, x.value, mask);
    }
    /// The value of one lane, to all.
    __device__ __forceinline__ PerLane<float> broadcast(const PerLane<float>& x, int lane) {
        return {__shfl_sync(0xffffffffu, x.value, lane)};
    }
};

}  // namespace ringscope

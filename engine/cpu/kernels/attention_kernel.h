// The seam between the CPU executor and its attention kernels: one function, plain data, no allocation.
//
// A kernel computes one tile: some query rows of one head of one batch entry against the keys of one segment
// that one owner holds, and folds the result into the rows' running state in place.
//
//   s_ij = scale * q_i . k_j, of the tokens j <= i only when causal
//
//   accumulator      o                         lse                sum
//   lse              normalised output so far  its log-sum-exp    unused
//   online_softmax   unnormalised output       running maximum m  running sum l
//
//   lse (natural logarithm):
//       lse' = log(exp(lse) + sum_j exp(s_ij))
//       o'   = (exp(lse) o + sum_j exp(s_ij) v_j) / exp(lse')
//
//   online_softmax (Milakov & Gimelshein 2018):
//       m' = max(m, max_j s_ij)
//       l' = e^(m - m') l + sum_j e^(s_ij - m')
//       o' = e^(m - m') o + sum_j e^(s_ij - m') v_j
//
// A row that has seen no key has lse = -inf, o = 0 and sum = 0, and keeps them when it sees none here.
//
// Same bits whoever calls it: the result depends on the task alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/experiment/experiment.h"
#include "engine/plan/row_run.h"
#include "engine/run/kernel_rounding.h"

namespace ringscope {

/// Strides in elements. Row r of Q is q + r * q_stride, of K k + r * kv_stride, of O o + r * o_stride
/// (floats); lse and sum are indexed by query row. Tokens in the runs are relative to the segment's start and
/// fit in 31 bits.
struct AttentionTask {
    DType dtype = DType::f32;
    int head_dim = 0;  // 1 .. kMaxHeadDim, any
    float scale = 1;
    bool causal = false;
    const void* q = nullptr;
    int64_t q_stride = 0;
    std::span<const RowRun> queries;  // at most CpuKernel::query_tile rows in all
    const void* k = nullptr;
    const void* v = nullptr;
    int64_t kv_stride = 0;
    std::span<const RowRun> keys;  // any number of rows; runs in ascending order of their first token
    float* o = nullptr;
    int64_t o_stride = 0;
    float* lse = nullptr;
    float* sum = nullptr;  // null: lse accumulator
};

struct CpuKernel {
    const char* name;         // "avx2", as backend.kernel takes it
    const char* description;  // instruction set and vector width in words
    bool (*usable)();         // on this processor
    bool (*supports)(DType);  // false: never chosen for this dtype
    int query_tile;           // query rows that a task should have for full speed; never more
    /// `scratch` has scratch_bytes(head_dim) bytes, 64-byte aligned, used by one call at a time.
    int64_t (*scratch_bytes)(int head_dim);
    void (*attend)(const AttentionTask& task, void* scratch);
    /// Does rounds of independent multiply-adds in registers and returns their FLOPs (machine_peak.h): with
    /// F32 vectors and with BF16 dot products. Null: this kernel does not use them.
    double (*multiply_add_f32)(int64_t rounds);
    double (*multiply_add_bf16)(int64_t rounds);
    KernelRounding rounding;  // of weights
};

/// All built-in kernels, fastest first. A new kernel is one file and one line in attention_kernels.cpp.
std::span<const CpuKernel> cpu_kernels();

/// `name` as in backend.kernel; "auto" is the first usable one for the dtype. Throws Error(bad_input) that
/// lists the names when there is no such kernel, it cannot run on this processor, or not with this dtype.
const CpuKernel& choose_cpu_kernel(const std::string& name, DType dtype);

}  // namespace ringscope

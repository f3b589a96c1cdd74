// One attention tile for the kernels' tests: its inputs, what a kernel makes of it, and the same in F64 with
// an error bound. The kernels are all that this processor can run, and the 16-lane ones split into narrower
// vectors.
//
// Error bound. With u = 2^-24, head_dim d, n keys and largest |score| S (natural units, of absolute
// products):
//   score        q.k in F32, scaled                      |ds| <= (d + 4) u S
//   weight       exp2(s - max): difference, polynomial    relative <= ds + 3 u S + 2^-22
//   sums         n terms, rescaled once per block         relative <= (n + 8) u
//   BF16 dots    weights rounded to 8 bits                in the output only: relative <= 2^-9
//   carried      each call rounds lse (or m) once         relative <= 3 u (|lse| + 4) per call
// so each weight's relative error is at most e = 2 ds + 6 u S + 2^-22 + (n + 8) u + calls * 3 u (|lse| + 4),
// and
//   |o - o_ref| <= 2 e max|v|        (numerator and denominator; BF16 dots: e + 2^-9)
//   |lse - lse_ref| <= e + u |lse|
// to first order in e; every case stays below e = 2^-7, where the next order is less than the slack of the
// bound.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "engine/cpu/kernels/attention_kernel.h"

namespace ringscope {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr double kUnit = 0x1p-24;
inline constexpr DType kDTypes[] = {DType::f32, DType::f16, DType::bf16};

std::vector<CpuKernel> kernels_under_test();

/// F32 where the kernel takes it, else BF16.
DType first_dtype(const CpuKernel& kernel);

/// Rows of one tensor in a dtype, `stride` elements apart. Elements nobody may use are NaN.
struct Rows {
    DType dtype = DType::f32;
    int head_dim = 0;
    int64_t stride = 0;
    std::vector<float> f32;
    std::vector<uint16_t> half;

    Rows(DType type, int dim, int64_t row_stride, int64_t rows);
    const void* data() const;
    void set(int64_t row, int x, float value);
    double get(int64_t row, int x) const;
    template <typename Value>
    void fill(const std::vector<RowRun>& runs, Value&& value) {
        for (const RowRun& run : runs) {
            for (int64_t i = 0; i < run.count; ++i) {
                for (int x = 0; x < head_dim; ++x) set(run.first_row + i * run.row_stride, x, value());
            }
        }
    }
};

/// A whole tile's input and, call by call, its keys (the steps of a ring).
struct Case {
    DType dtype = DType::f32;
    int head_dim = 0;
    float scale = 1;
    bool causal = false;
    Accumulator accumulator = Accumulator::lse;
    std::vector<RowRun> queries;
    std::vector<std::vector<RowRun>> keys;  // by call; all in one K and one V
    Rows q, k, v;
};

struct Output {
    int64_t stride = 0;
    std::vector<float> o;
    std::vector<float> lse;
    std::vector<float> sum;  // online softmax only
};

/// Memory that a kernel may have used for something else before.
struct ScratchMemory {
    explicit ScratchMemory(int64_t bytes, int fill = 0xff) : storage(static_cast<size_t>(bytes) + 64, fill) {}
    void* aligned() {
        const auto address = reinterpret_cast<uintptr_t>(storage.data());
        return storage.data() + (64 - address % 64) % 64;
    }
    std::vector<unsigned char> storage;
};

/// A query's output in F64.
std::vector<double> exact_output(const Case& c, int64_t query_row, int64_t query_token);

Output fresh_output(const Case& c);
/// One kernel call: `keys` folded into `out`.
void attend_call(const CpuKernel& kernel, const Case& c, const std::vector<RowRun>& keys, Output& out,
                 void* scratch);
/// All calls of the case, one after the other.
Output run_kernel(const CpuKernel& kernel, const Case& c);

/// Checks one query's row; returns the largest share of the bound that was used.
double check_row(const CpuKernel& kernel, const Case& c, const Output& out, int64_t row, int64_t token);
/// Every row of the runs agrees with F64; every other row and every gap between rows is untouched. Returns
/// the largest share of the bound that was used.
double check(const CpuKernel& kernel, const Case& c, const Output& out);

/// Random runs of rows, values and settings; one kernel call for each of key_counts.
Case make_case(std::mt19937& random, DType dtype, int head_dim, int64_t query_count,
               std::vector<int64_t> key_counts);

}  // namespace ringscope

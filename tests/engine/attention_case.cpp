#include "tests/engine/attention_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/cpu/kernels/attention_kernel_entry.h"
#include "engine/experiment/dtype.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionWide;
extern const AttentionKernelTable kAttentionWideBf16;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// What BF16 dot products add to a weight's relative error.
double weight_rounding(const CpuKernel& kernel) {
    return kernel.rounding == KernelRounding::weights ? 0x1p-9 : 0;
}

int64_t rows_spanned(const std::vector<RowRun>& runs) {
    int64_t rows = 1;
    for (const RowRun& run : runs)
        rows = std::max(rows, run.first_row + (run.count - 1) * run.row_stride + 1);
    return rows;
}

std::vector<RowRun> all_keys(const Case& c) {
    std::vector<RowRun> all;
    for (const auto& call : c.keys) all.insert(all.end(), call.begin(), call.end());
    return all;
}

/// One query in F64: output, log-sum-exp and what its error bound needs.
struct Exact {
    std::vector<double> o;
    double lse = -std::numeric_limits<double>::infinity();
    double largest_score = 0;  // of absolute products
    double largest_value = 0;
    int64_t keys = 0;
};

Exact attend_exactly(const Case& c, int64_t query_row, int64_t query_token) {
    std::vector<int64_t> rows;
    std::vector<double> scores;
    Exact exact;
    for (const RowRun& run : all_keys(c)) {
        for (int64_t i = 0; i < run.count; ++i) {
            if (c.causal && run.first_token + i * run.token_stride > query_token) continue;
            const int64_t row = run.first_row + i * run.row_stride;
            double score = 0, absolute = 0;
            for (int x = 0; x < c.head_dim; ++x) {
                const double product = c.q.get(query_row, x) * c.k.get(row, x) * c.scale;
                score += product;
                absolute += std::abs(product);
                exact.largest_value = std::max(exact.largest_value, std::abs(c.v.get(row, x)));
            }
            exact.largest_score = std::max(exact.largest_score, absolute);
            rows.push_back(row);
            scores.push_back(score);
        }
    }
    exact.keys = static_cast<int64_t>(rows.size());
    exact.o.assign(static_cast<size_t>(c.head_dim), 0.0);
    if (rows.empty()) return exact;
    const double max = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (const double score : scores) sum += std::exp(score - max);
    exact.lse = max + std::log(sum);
    for (size_t i = 0; i < rows.size(); ++i) {
        const double weight = std::exp(scores[i] - exact.lse);
        for (int x = 0; x < c.head_dim; ++x) exact.o[static_cast<size_t>(x)] += weight * c.v.get(rows[i], x);
    }
    return exact;
}

double weight_error_bound(const Case& c, const Exact& exact) {
    const double s = exact.largest_score;
    const auto calls = static_cast<double>(c.keys.size());
    return 2 * (c.head_dim + 4) * kUnit * s + 6 * kUnit * s + 0x1p-22 +
           static_cast<double>(exact.keys + 8) * kUnit + calls * 3 * kUnit * (std::abs(exact.lse) + 4);
}

/// `count` rows in one to three runs that share no row, ascending by first token.
std::vector<RowRun> random_runs(std::mt19937& random, int64_t count, int64_t first_row) {
    const auto pick = [&](int64_t low, int64_t high) {
        return std::uniform_int_distribution<int64_t>(low, high)(random);
    };
    std::vector<RowRun> runs;
    int64_t token = pick(0, 20);
    while (count > 0) {
        RowRun run;
        run.count = runs.size() == 2 ? count : pick(1, count);
        run.row_stride = pick(1, 4);
        run.first_row = first_row + pick(0, 2);
        run.token_stride = pick(1, 16);
        run.first_token = token;
        token += pick(0, 60);
        first_row = run.first_row + (run.count - 1) * run.row_stride + 1;
        count -= run.count;
        runs.push_back(run);
    }
    return runs;
}

}  // namespace

std::vector<double> exact_output(const Case& c, int64_t query_row, int64_t query_token) {
    return attend_exactly(c, query_row, query_token).o;
}

std::vector<CpuKernel> kernels_under_test() {
    std::vector<CpuKernel> kernels;
    for (const CpuKernel& kernel : cpu_kernels()) {
        if (kernel.usable()) kernels.push_back(kernel);
    }
    kernels.push_back(kernel_of<kAttentionWide>(
        "wide", "16 lanes, split", +[] { return true; }));
    kernels.push_back(kernel_of<kAttentionWideBf16>(
        "wide_bf16", "16 lanes, split", +[] { return true; }));
    return kernels;
}

DType first_dtype(const CpuKernel& kernel) { return kernel.supports(DType::f32) ? DType::f32 : DType::bf16; }

Rows::Rows(DType type, int dim, int64_t row_stride, int64_t rows)
    : dtype(type), head_dim(dim), stride(row_stride) {
    const auto elements = static_cast<size_t>((rows - 1) * stride + dim);  // nothing after the last row
    if (dtype == DType::f32) {
        f32.assign(elements, kNaN);
    } else {
        half.assign(elements, 0x7fff);  // a NaN in both formats
    }
}

const void* Rows::data() const {
    return dtype == DType::f32 ? static_cast<const void*>(f32.data()) : static_cast<const void*>(half.data());
}

void Rows::set(int64_t row, int x, float value) {
    const auto place = static_cast<size_t>(row * stride + x);
    switch (dtype) {
        case DType::f32:
            f32[place] = value;
            break;
        case DType::f16:
            half[place] = f16_from_f32(value);
            break;
        case DType::bf16:
            half[place] = bf16_from_f32(value);
            break;
    }
}

double Rows::get(int64_t row, int x) const {
    const auto place = static_cast<size_t>(row * stride + x);
    switch (dtype) {
        case DType::f32:
            return f32[place];
        case DType::f16:
            return f32_from_f16(half[place]);
        case DType::bf16:
            return f32_from_bf16(half[place]);
    }
    return 0;
}

Output fresh_output(const Case& c) {
    const int64_t rows = rows_spanned(c.queries);
    Output out;
    out.stride = c.head_dim + 3;
    out.o.assign(static_cast<size_t>(rows * out.stride), kNaN);
    out.lse.assign(static_cast<size_t>(rows), kNaN);
    if (c.accumulator == Accumulator::online_softmax) out.sum.assign(static_cast<size_t>(rows), kNaN);
    for (const RowRun& run : c.queries) {
        for (int64_t i = 0; i < run.count; ++i) {
            const int64_t row = run.first_row + i * run.row_stride;
            std::fill_n(out.o.begin() + row * out.stride, c.head_dim, 0.0f);
            out.lse[static_cast<size_t>(row)] = -kInfinity;
            if (!out.sum.empty()) out.sum[static_cast<size_t>(row)] = 0;
        }
    }
    return out;
}

void attend_call(const CpuKernel& kernel, const Case& c, const std::vector<RowRun>& keys, Output& out,
                 void* scratch) {
    AttentionTask task;
    task.dtype = c.dtype;
    task.head_dim = c.head_dim;
    task.scale = c.scale;
    task.causal = c.causal;
    task.q = c.q.data();
    task.q_stride = c.q.stride;
    task.queries = c.queries;
    task.k = c.k.data();
    task.v = c.v.data();
    task.kv_stride = c.k.stride;
    task.keys = keys;
    task.o = out.o.data();
    task.o_stride = out.stride;
    task.lse = out.lse.data();
    task.sum = out.sum.empty() ? nullptr : out.sum.data();
    kernel.attend(task, scratch);
}

Output run_kernel(const CpuKernel& kernel, const Case& c) {
    Output out = fresh_output(c);
    ScratchMemory scratch(kernel.scratch_bytes(c.head_dim));
    for (const auto& keys : c.keys) attend_call(kernel, c, keys, out, scratch.aligned());
    return out;
}

double check_row(const CpuKernel& kernel, const Case& c, const Output& out, int64_t row, int64_t token) {
    const Exact exact = attend_exactly(c, row, token);
    const auto at = static_cast<size_t>(row);
    const float* o = out.o.data() + row * out.stride;
    if (exact.keys == 0) {
        EXPECT_EQ(out.lse[at], -kInfinity);
        EXPECT_TRUE(out.sum.empty() || out.sum[at] == 0);
        for (int x = 0; x < c.head_dim; ++x) EXPECT_EQ(o[x], 0);
        return 0;
    }
    const double bound = weight_error_bound(c, exact);
    EXPECT_LT(bound, 0x1p-7);
    const double sum = out.sum.empty() ? 1 : out.sum[at];
    const double lse = out.lse[at] + std::log(sum);
    double used = std::abs(lse - exact.lse) / (bound + kUnit * std::abs(exact.lse));
    for (int x = 0; x < c.head_dim; ++x) {
        const double error = std::abs(o[x] / sum - exact.o[static_cast<size_t>(x)]);
        const double allowed = (2 * bound + 2 * weight_rounding(kernel)) * exact.largest_value;
        const double share = error / (allowed + 1e-37);
        used = std::isnan(share) ? kInfinity : std::max(used, share);
    }
    EXPECT_LE(used, 1) << "row " << row << " token " << token;
    return used;
}

double check(const CpuKernel& kernel, const Case& c, const Output& out) {
    double used = 0;
    std::vector<bool> mine(out.o.size(), false);
    for (const RowRun& run : c.queries) {
        for (int64_t i = 0; i < run.count; ++i) {
            const int64_t row = run.first_row + i * run.row_stride;
            used = std::max(used, check_row(kernel, c, out, row, run.first_token + i * run.token_stride));
            std::fill_n(mine.begin() + row * out.stride, c.head_dim, true);
        }
    }
    for (size_t i = 0; i < mine.size(); ++i) {
        EXPECT_TRUE(mine[i] || std::isnan(out.o[i])) << "wrote outside its rows";
    }
    return used;
}

Case make_case(std::mt19937& random, DType dtype, int head_dim, int64_t query_count,
               std::vector<int64_t> key_counts) {
    std::vector<RowRun> queries = random_runs(random, query_count, 0);
    std::vector<std::vector<RowRun>> keys;
    std::vector<RowRun> all;
    for (const int64_t count : key_counts) {
        keys.push_back(random_runs(random, count, all.empty() ? 0 : rows_spanned(all)));
        all.insert(all.end(), keys.back().begin(), keys.back().end());
    }
    // Small enough, small, and too large for the kernel to read F32 rows where they lie.
    const int64_t gaps[] = {0, 5, 300};
    const int64_t gap = gaps[random() % 3];
    Case c{dtype,
           head_dim,
           1,
           false,
           Accumulator::lse,
           queries,
           keys,
           Rows(dtype, head_dim, head_dim + 7, rows_spanned(queries)),
           Rows(dtype, head_dim, head_dim + gap, rows_spanned(all)),
           Rows(dtype, head_dim, head_dim + gap, rows_spanned(all))};
    c.scale = 1 / std::sqrt(static_cast<float>(head_dim));
    c.causal = random() % 2 == 0;
    c.accumulator = random() % 2 == 0 ? Accumulator::lse : Accumulator::online_softmax;
    std::normal_distribution<float> normal;
    c.q.fill(queries, [&] { return normal(random); });
    c.k.fill(all, [&] { return normal(random); });
    c.v.fill(all, [&] { return normal(random); });
    return c;
}

}  // namespace ringscope

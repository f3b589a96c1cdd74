// Every kernel that this processor can run, and the 16-lane one split into narrower vectors, against
// attention in F64.
//
// Error bound. With u = 2^-24, head_dim d, n keys and largest |score| S (natural units, of absolute
// products):
//   score        q.k in F32, scaled                      |ds| <= (d + 4) u S
//   weight       exp2(s - max): difference, polynomial    relative <= ds + 3 u S + 2^-22
//   sums         n terms, rescaled once a block           relative <= (n + 8) u
//   BF16 dots    weights rounded to 8 bits                in the output only: relative <= 2^-9
//   carried      each call rounds lse (or m) once         relative <= 3 u (|lse| + 4) a call
// so each weight's relative error is at most e = 2 ds + 6 u S + 2^-22 + (n + 8) u + calls * 3 u (|lse| + 4),
// and
//   |o - o_ref| <= 2 e max|v|        (numerator and denominator; BF16 dots: e + 2^-9)
//   |lse - lse_ref| <= e + u |lse|
// to first order in e; every case stays below e = 2^-7, where the next order is less than the slack of the
// bound.
#include "engine/cpu/attention_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "engine/cpu/attention_kernel_entry.h"
#include "engine/dtype.h"
#include "engine/error.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionWide;
extern const AttentionKernelTable kAttentionWideBf16;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kUnit = 0x1p-24;

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

/// What BF16 dot products add to a weight's relative error.
double weight_rounding(const CpuKernel& kernel) {
    return std::string(kernel.name).ends_with("bf16") ? 0x1p-9 : 0;
}

/// Rows of one tensor in a dtype, `stride` elements apart. Elements nobody may use are NaN.
struct Rows {
    DType dtype = DType::f32;
    int head_dim = 0;
    int64_t stride = 0;
    std::vector<float> f32;
    std::vector<uint16_t> half;

    Rows(DType type, int dim, int64_t row_stride, int64_t rows)
        : dtype(type), head_dim(dim), stride(row_stride) {
        const auto elements = static_cast<size_t>((rows - 1) * stride + dim);  // nothing after the last row
        if (dtype == DType::f32) {
            f32.assign(elements, kNaN);
        } else {
            half.assign(elements, 0x7fff);  // a NaN in both formats
        }
    }
    const void* data() const {
        return dtype == DType::f32 ? static_cast<const void*>(f32.data())
                                   : static_cast<const void*>(half.data());
    }
    void set(int64_t row, int x, float value) {
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
    double get(int64_t row, int x) const {
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
    template <typename Value>
    void fill(const std::vector<RowRun>& runs, Value&& value) {
        for (const RowRun& run : runs) {
            for (int64_t i = 0; i < run.count; ++i) {
                for (int x = 0; x < head_dim; ++x) set(run.first_row + i * run.row_stride, x, value());
            }
        }
    }
};

int64_t rows_spanned(const std::vector<RowRun>& runs) {
    int64_t rows = 1;
    for (const RowRun& run : runs)
        rows = std::max(rows, run.first_row + (run.count - 1) * run.row_stride + 1);
    return rows;
}

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

std::vector<RowRun> all_keys(const Case& c) {
    std::vector<RowRun> all;
    for (const auto& call : c.keys) all.insert(all.end(), call.begin(), call.end());
    return all;
}

/// Memory that a kernel may have used for something else before.
struct ScratchMemory {
    explicit ScratchMemory(int64_t bytes, int fill = 0xff) : storage(static_cast<size_t>(bytes) + 64, fill) {}
    void* aligned() {
        const auto address = reinterpret_cast<uintptr_t>(storage.data());
        return storage.data() + (64 - address % 64) % 64;
    }
    std::vector<unsigned char> storage;
};

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

/// Checks one query's row; returns the largest share of the bound that was used.
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

/// Every row of the runs agrees with F64; every other row and every gap between rows is untouched.
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

constexpr DType kDTypes[] = {DType::f32, DType::f16, DType::bf16};

DType first_dtype(const CpuKernel& kernel) { return kernel.supports(DType::f32) ? DType::f32 : DType::bf16; }

TEST(AttentionKernel, RandomTasksAgreeWithF64) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(11);
        double used = 0;
        for (int i = 0; i < 60; ++i) {
            const DType dtype = kernel.supports(kDTypes[i % 3]) ? kDTypes[i % 3] : first_dtype(kernel);
            const int head_dim = 1 + static_cast<int>(random() % (i % 4 == 0 ? kMaxHeadDim : 72));
            const int64_t queries = 1 + random() % (i % 5 == 0 ? kernel.query_tile : 40);
            std::vector<int64_t> keys(1 + random() % 3);
            for (int64_t& count : keys) count = 1 + static_cast<int64_t>(random() % (i % 3 == 0 ? 300 : 30));
            const Case c = make_case(random, dtype, head_dim, queries, keys);
            SCOPED_TRACE(testing::Message() << kernel.name << " case " << i << " " << name_of(dtype) << " d "
                                            << head_dim << " queries " << queries << " causal " << c.causal);
            used = std::max(used, check(kernel, c, run_kernel(kernel, c)));
        }
        // A bound that is never approached would not notice a wrong answer.
        EXPECT_GT(used, 0.005) << kernel.name;
    }
}

// Sizes at and around every block: register tile, panel, key block, query tile.
TEST(AttentionKernel, EdgesOfBlocksAgreeWithF64) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(5);
        for (const int64_t keys : {1, 5, 6, 7, 8, 9, 11, 23, 24, 25, 191, 192, 193, 385}) {
            for (const int64_t queries : {1, 8, 9, 16, 17, 33}) {
                const Case c =
                    make_case(random, first_dtype(kernel), queries == 9 ? 33 : 16, queries, {keys});
                SCOPED_TRACE(testing::Message() << kernel.name << " keys " << keys << " queries " << queries);
                check(kernel, c, run_kernel(kernel, c));
            }
        }
        for (const int head_dim : {31, 32, 33, 63, 64, 65, 96, 128, 255, 256}) {
            const Case c = make_case(random, first_dtype(kernel), head_dim, kernel.query_tile, {80});
            SCOPED_TRACE(testing::Message() << kernel.name << " d " << head_dim);
            check(kernel, c, run_kernel(kernel, c));
        }
    }
}

// One segment as the executor cuts it: every causal diagonal position, with dilation.
TEST(AttentionKernel, CausalSegmentsAgreeWithF64) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(3);
        for (const int64_t rate : {1, 4}) {
            Case c = make_case(random, first_dtype(kernel), 8, 600, {600});
            c.queries = {{0, 1, 0, rate, 600}};
            c.keys = {{{0, 1, 0, rate, 600}}};
            std::normal_distribution<float> normal;
            c.q = Rows(first_dtype(kernel), 8, 8, 600);
            c.k = c.v = c.q;
            for (Rows* rows : {&c.q, &c.k, &c.v}) rows->fill(c.queries, [&] { return normal(random); });
            c.causal = true;
            for (int64_t first = 0; first < 600; first += kernel.query_tile) {
                Case tile = c;
                tile.queries = {
                    {first, 1, first * rate, rate, std::min<int64_t>(kernel.query_tile, 600 - first)}};
                const Output out = run_kernel(kernel, tile);
                for (int64_t i = 0; i < tile.queries[0].count; ++i)
                    check_row(kernel, tile, out, first + i, (first + i) * rate);
            }
        }
    }
}

TEST(AttentionKernel, RowsThatSeeNoKeyKeepTheirState) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(9);
        for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
            Case c = make_case(random, first_dtype(kernel), 20, 40, {30, 30});
            c.accumulator = accumulator;
            c.causal = true;
            c.queries = {{0, 1, 0, 1, 40}};
            c.q = Rows(first_dtype(kernel), 20, 20, 40);
            c.q.fill(c.queries, [] { return 0.5f; });
            for (RowRun& run : c.keys[0]) run.first_token = 30;    // the first 30 queries see nothing
            for (RowRun& run : c.keys[1]) run.first_token = 1000;  // nobody sees anything
            const Output out = run_kernel(kernel, c);
            check(kernel, c, out);
            for (size_t row = 0; row < 30; ++row) EXPECT_EQ(out.lse[row], -kInfinity);
            for (size_t row = 30; row < 40; ++row) EXPECT_GT(out.lse[row], -kInfinity);
            // The second call, which shows nothing to anybody, must not have changed a bit.
            Case first = c;
            first.keys.pop_back();
            const Output once = run_kernel(kernel, first);
            EXPECT_EQ(0, std::memcmp(once.lse.data(), out.lse.data(), once.lse.size() * 4));
            EXPECT_EQ(0, std::memcmp(once.o.data(), out.o.data(), once.o.size() * 4));
        }
        Case empty = make_case(random, first_dtype(kernel), 20, 5, {3});
        empty.keys = {{}};
        check(kernel, empty, run_kernel(kernel, empty));
    }
}

TEST(AttentionKernel, ResultDependsOnTheTaskAlone) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        std::mt19937 random(21);
        for (const DType dtype : kDTypes) {
            if (!kernel.supports(dtype)) continue;
            const Case c = make_case(random, dtype, 50, 100, {70, 210});
            Output first = fresh_output(c);
            Output second = fresh_output(c);
            ScratchMemory ones(kernel.scratch_bytes(c.head_dim), 0xff);
            ScratchMemory other(kernel.scratch_bytes(c.head_dim), 0x3e);
            for (const auto& keys : c.keys) attend_call(kernel, c, keys, first, ones.aligned());
            for (const auto& keys : c.keys) attend_call(kernel, c, keys, second, other.aligned());
            EXPECT_EQ(0, std::memcmp(first.o.data(), second.o.data(), first.o.size() * 4)) << kernel.name;
            EXPECT_EQ(0, std::memcmp(first.lse.data(), second.lse.data(), first.lse.size() * 4))
                << kernel.name;
        }
    }
}

/// One query of one element, scale 1: score j is query * keys[j].
Case scalar_case(DType dtype, float query, const std::vector<float>& keys, const std::vector<float>& values) {
    const auto count = static_cast<int64_t>(keys.size());
    const std::vector<RowRun> rows = {{0, 1, 0, 1, count}};
    Case c{dtype,
           1,
           1,
           false,
           Accumulator::lse,
           {{0, 1, 0, 1, 1}},
           {rows},
           Rows(dtype, 1, 1, 1),
           Rows(dtype, 1, 1, count),
           Rows(dtype, 1, 1, count)};
    c.q.set(0, 0, query);
    for (int64_t i = 0; i < count; ++i) {
        c.k.set(i, 0, keys[static_cast<size_t>(i)]);
        c.v.set(i, 0, values[static_cast<size_t>(i)]);
    }
    return c;
}

TEST(AttentionKernel, PeakedSoftmaxIsExact) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        if (!kernel.supports(DType::f32)) continue;
        for (const float peak : {200.0f, 1e4f, 1e9f, 1e30f}) {
            std::vector<float> keys(300), values(300);
            for (size_t i = 0; i < keys.size(); ++i)
                keys[i] = i % 2 == 0 ? -peak : 0, values[i] = static_cast<float>(i);
            keys[217] = peak;
            Output out = run_kernel(kernel, scalar_case(DType::f32, 1, keys, values));
            EXPECT_EQ(out.o[0], 217) << kernel.name << " " << peak;
            EXPECT_NEAR(out.lse[0], peak, 0x1p-22 * peak);
            keys[9] = peak;  // a tie: half each
            out = run_kernel(kernel, scalar_case(DType::f32, 1, keys, values));
            EXPECT_EQ(out.o[0], (217 + 9) / 2.0f) << kernel.name << " " << peak;
            for (float& key : keys) key = -peak;  // all alike, all very negative
            out = run_kernel(kernel, scalar_case(DType::f32, 1, keys, values));
            EXPECT_NEAR(out.o[0], 149.5f, 300 * kUnit * 149.5) << kernel.name << " " << peak;
        }
        const Output one = run_kernel(kernel, scalar_case(DType::f32, 1, {-31.7f}, {0.1f}));
        EXPECT_EQ(one.o[0], 0.1f);
    }
}

TEST(AttentionKernel, NoNaNFromFiniteInputs) {
    for (const CpuKernel& kernel : kernels_under_test()) {
        // BF16's largest, which F32 has too.
        constexpr float kLargest = 0x1.fep127f;
        for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
            for (const float q : {1e30f, -1e30f, kLargest, -kLargest, 1e-38f, -0.0f}) {
                Case c = scalar_case(first_dtype(kernel), q,
                                     {1e30f, -1e30f, kLargest, -kLargest, 0.0f, 1e-45f}, {1, 2, 3, 4, 5, 6});
                c.accumulator = accumulator;
                c.keys.push_back(c.keys[0]);  // and once more on top of what the first call carried
                const Output out = run_kernel(kernel, c);
                EXPECT_TRUE(std::isfinite(out.o[0])) << kernel.name << " " << q;
                EXPECT_FALSE(std::isnan(out.lse[0])) << kernel.name << " " << q;
            }
        }
    }
}

TEST(CpuKernels, ChoosesByName) {
    for (const DType dtype : kDTypes) {
        const CpuKernel& fastest = choose_cpu_kernel("auto", dtype);
        EXPECT_TRUE(fastest.usable() && fastest.supports(dtype));
        EXPECT_STREQ(choose_cpu_kernel("portable", dtype).name, "portable");
    }
    for (const CpuKernel& kernel : cpu_kernels()) {
        if (kernel.usable()) continue;
        EXPECT_THROW(choose_cpu_kernel(kernel.name, DType::f32), Error);
    }
    try {
        choose_cpu_kernel("fast", DType::f32);
        ADD_FAILURE() << "chose a kernel that does not exist";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input);
        EXPECT_NE(std::string(error.what()).find("\"fast\""), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("portable"), std::string::npos);
    }
}

}  // namespace
}  // namespace ringscope

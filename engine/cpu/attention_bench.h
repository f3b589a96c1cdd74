// Measures the CPU attention kernels alone: no ring, no transfers, tiles shared among threads as they become
// free.
//
// Rates count useful work only: 4 * head_dim FLOPs for each (query, key) pair that attends. Each is set
// against the machine's multiply-add peak (engine/cpu/kernels/machine_peak.h), measured with the same number
// of threads just before and just after each repetition, so that a change of clock rate falls on both.
// Seconds are the threads' own CPU time: what other programs take from the cores is counted to neither.
#pragma once

#include <string>
#include <vector>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// Segments of `segment_length` tokens, of which every dilation_rate-th is kept.
struct AttentionBenchCase {
    DType dtype = DType::f32;
    int head_dim = 64;
    int64_t segment_length = 2048;
    int64_t dilation_rate = 1;
    bool causal = false;
    int threads = 1;
};

struct AttentionBenchResult {
    AttentionBenchCase setting;
    std::string kernel;
    double gflops_per_second = 0;  // median
    double fraction_of_peak = 0;   // median of the repetitions' own fractions
    double fraction_min = 0;
    double fraction_max = 0;
};

/// The peak that fractions refer to, median over the measurement.
struct AttentionBenchPeak {
    DType dtype = DType::f32;  // bf16: dot products, where the chosen kernel uses them; else the F32 peak
    int threads = 1;
    double gflops_per_second = 0;
};

struct AttentionBenchTable {
    std::vector<AttentionBenchPeak> peaks;
    std::vector<AttentionBenchResult> results;  // in the cases' order
};

struct AttentionBenchOptions {
    std::string kernel = "auto";         // as backend.kernel takes it
    int repetitions = 15;                // odd: the median is a measurement
    double seconds_a_repetition = 0.03;  // about; at least one pass over the case
};

/// The cases of the published table on `threads` threads and on one: dtypes, head dims 32 to 256, segments of
/// 64 to 8192 tokens, rates 1 to 16, causal and not.
std::vector<AttentionBenchCase> attention_bench_cases(int threads);

/// Throws Error(bad_input) when the kernel cannot be chosen for a case's dtype.
AttentionBenchTable bench_attention(const std::vector<AttentionBenchCase>& cases,
                                    const AttentionBenchOptions& options);

}  // namespace ringscope

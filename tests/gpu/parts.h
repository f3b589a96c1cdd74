// The parts of gpu_check, one file a subject. Each takes the words after its name on the command line and
// throws Error(bad_input) when they are not what it wants.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/gpu/report.h"

namespace ringscope::gpu {

using Words = std::span<const std::string>;

/// golden FLAT_CASES: every golden case under many ring settings.
void check_golden(Report& report, Words words);
/// random ROUNDS SEED: random problems against the float64 reference.
void check_random(Report& report, Words words);
/// bits: two runs, one answer, bit for bit.
void check_bits(Report& report, Words words);
/// faults: a lost transfer, an error on a rank, a cancel, too little memory; and the next run works.
void check_faults(Report& report, Words words);
/// leaks RUNS: device memory after many runs.
void check_leaks(Report& report, Words words);
/// nccl FLAT_CASES: golden cases with one rank on each GPU there is; refusal of more; with several GPUs a
/// lost transfer.
void check_nccl(Report& report, Words words);
/// cudnn FLAT_CASES ROUNDS SEED: golden cases and random problems that the cuDNN kernel takes.
void check_cudnn(Report& report, Words words);
/// kernel DTYPE D N HEADS W R CAUSAL RUNS [KERNEL]: seconds of attention alone, one rank.
void time_kernel(Report& report, Words words);
/// ring RANKS RUNS: seconds of many ranks that share the GPU, and of one.
void time_ring(Report& report, Words words);
/// long TOKENS: LongNet's settings on one GPU, memory against the prediction.
void run_long(Report& report, Words words);

using Change = std::function<void(Experiment&)>;
struct NamedChange {
    const char* name;
    Change change;
};
/// Runs the golden cases that are `wanted` (null: all) under every change and checks the answers against
/// theirs.
void run_golden_cases(Report& report, const std::string& folder, const std::vector<NamedChange>& changes,
                      bool (*wanted)(const Experiment&) = nullptr);

}  // namespace ringscope::gpu

// Answers against the float64 reference, and against themselves.
#include <cstring>
#include <random>

#include "tests/gpu/parts.h"
#include "tests/random_problem.h"

namespace ringscope::gpu {

void check_random(Report& report, Words words) {
    if (words.size() != 2) throw Error(ErrorKind::bad_input, "random takes ROUNDS SEED");
    const int rounds = std::stoi(words[0]);
    std::mt19937 random(static_cast<unsigned>(std::stoul(words[1])));
    for (int round = 0; round < rounds; ++round) {
        Experiment e = random_experiment(random, {round % 4 == 0 ? 1500 : 200, 8, 256});
        e.problem.dtype = static_cast<DType>(round % 3);
        if (round % 5 == 0) e.backend.kernel = "fma";
        RunOptions options;
        options.verify = true;
        const auto run = run_on_gpu(report, e, options);
        if (run->verification && !run->verification->passed)
            report.fail(describe(e) + ": relative error " + number(run->verification->relative_error) +
                        ", lse error " + number(run->verification->max_lse_error) + ", wrong empty rows " +
                        std::to_string(run->verification->wrong_empty_rows));
    }
    report.add("rounds", rounds);
    report.add("seed", words[1]);
}

void check_bits(Report& report, Words) {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16})
        for (const Layout layout : {Layout::contiguous, Layout::zigzag}) {
            Experiment e = one_group(dtype, 4099, 6, 64, 2048, 3, true, 4);
            e.ring.layout = layout;
            const auto first = run_on_gpu(report, e);
            const auto second = run_on_gpu(report, e);
            if (!first->output || !second->output) continue;
            int64_t differing = 0;
            for (int64_t t = 0; t < e.problem.seq_len; ++t)
                for (int h = 0; h < e.problem.heads; ++h)
                    differing += std::memcmp(first->output->o_row(0, t, h), second->output->o_row(0, t, h),
                                             static_cast<size_t>(e.problem.head_dim) * sizeof(float)) != 0;
            if (differing > 0)
                report.fail(std::to_string(differing) + " rows differ between two runs of " + describe(e));
        }
}

}  // namespace ringscope::gpu

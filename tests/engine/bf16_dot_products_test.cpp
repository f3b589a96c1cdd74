// The kernel with BF16 dot products rounds the softmax's weights to BF16. Here it runs a golden case whole,
// as the executor runs it, and must stay within what golden_test.py allows any kernel.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/cpu/cpu_executor.h"
#include "engine/cpu/kernels/attention_kernel_entry.h"
#include "engine/host/arena.h"
#include "engine/plan/schedule.h"
#include "sessions/experiment_file.h"
#include "sessions/tensors/safetensors.h"

namespace ringscope {

extern const AttentionKernelTable kAttentionWideBf16;

namespace {

constexpr double kRelativeErrorOfO = 6e-3;  // as golden_test.py has it for BF16
constexpr double kErrorOfLse = 1e-3;
const std::string kFolder = RINGSCOPE_GOLDEN_CASES "/09-bf16/";

/// An F32 tensor of the expected answer, in the file's order.
std::vector<float> expected(const std::string& name) {
    std::ifstream file(kFolder + "expected.safetensors", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), sizeof header);
    const auto entry = nlohmann::json::parse(bytes.substr(8, header)).at(name);
    EXPECT_EQ(entry.at("dtype"), "F32");
    const size_t begin = entry.at("data_offsets")[0], end = entry.at("data_offsets")[1];
    std::vector<float> values((end - begin) / sizeof(float));
    std::memcpy(values.data(), bytes.data() + 8 + header + begin, end - begin);
    return values;
}

std::shared_ptr<const RunOutput> run_golden(std::shared_ptr<const Schedule> schedule) {
    const CpuKernel kernel = kernel_of<kAttentionWideBf16>(
        "wide_bf16", "16 lanes, split", +[] { return true; });
    const auto source = load_qkv(kFolder + "qkv.safetensors", schedule->problem);
    Run run;
    const RunOptions options;
    execute_on_cpu({schedule, *source, options, std::make_shared<BufferPool>(), {}}, kernel, run);
    return run.output;
}

TEST(Bf16DotProducts, StayWithinTheGoldenTolerance) {
    for (const char* strategy : {"single", "ring"}) {
        const std::vector<FieldSetting> settings = {{"ring.strategy", strategy}};
        const auto schedule =
            std::make_shared<const Schedule>(plan(load_experiment(kFolder + "experiment.json", settings)));
        const Problem& problem = schedule->problem;
        ASSERT_EQ(problem.dtype, DType::bf16);
        const auto output = run_golden(schedule);
        const std::vector<float> o = expected("o");      // (batch, seq, heads, head_dim)
        const std::vector<float> lse = expected("lse");  // (batch, heads, seq)
        double error = 0, size = 0, lse_error = 0;
        auto want = o.begin();
        for (int64_t token = 0; token < problem.seq_len; ++token) {
            for (int head = 0; head < problem.heads; ++head) {
                const float* have = output->o_row(0, token, head);
                for (int x = 0; x < problem.head_dim; ++x, ++want) {
                    error += std::pow(static_cast<double>(have[x]) - *want, 2);
                    size += std::pow(static_cast<double>(*want), 2);
                }
                const float want_lse = lse[static_cast<size_t>(head * problem.seq_len + token)];
                const float have_lse = output->lse(0, head, token);
                if (std::isinf(want_lse)) {
                    EXPECT_EQ(have_lse, want_lse);
                } else {
                    lse_error = std::max(lse_error, std::abs(static_cast<double>(have_lse) - want_lse));
                }
            }
        }
        ASSERT_EQ(want, o.end());
        EXPECT_LE(std::sqrt(error / size), kRelativeErrorOfO) << strategy;
        EXPECT_LE(lse_error, kErrorOfLse) << strategy;
        // The weights were rounded: this is not the exact kernel, whose error is below 1e-6.
        EXPECT_GT(std::sqrt(error / size), 1e-4) << strategy;
        RecordProperty("relative_error_of_o", std::to_string(std::sqrt(error / size)));
    }
}

}  // namespace
}  // namespace ringscope

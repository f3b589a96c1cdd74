// The list of executors: who is chosen, what is refused and in which words, in builds with and without CUDA.
#include "engine/run/executor.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/run/execute.h"
#include "engine/run/inventory.h"

namespace ringscope {
namespace {

Experiment small_experiment(const std::string& device) {
    Experiment e;
    e.problem.seq_len = 64;
    e.problem.heads = 2;
    e.problem.head_dim = 16;
    e.problem.head_groups = {{32, 1, {}, {}}, {64, 2, {}, {}}};
    e.ring.ranks = 2;
    e.backend.device = device;
    e.backend.threads = 1;
    return e;
}

const Executor& executor_named(const std::string& name) {
    for (const Executor* executor : executors())
        if (name == executor->name) return *executor;
    ADD_FAILURE() << "no executor is named " << name;
    return *executors().back();
}

bool cuda_built() { return !executor_named("cuda").options().kernels.empty(); }

bool usable(const std::string& device) {
    for (const EngineOption& option : engine_inventory().devices)
        if (option.name == device && option.usable) return true;
    return false;
}

bool has(const std::vector<EngineOption>& options, const std::string& name) {
    return std::any_of(options.begin(), options.end(),
                       [&](const EngineOption& option) { return option.name == name; });
}

void expect_one_line(const std::string& error, const std::string& begin, const std::string& part) {
    EXPECT_EQ(error.rfind(begin, 0), 0u) << error;
    EXPECT_NE(error.find(part), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

TEST(Executors, CudaWithoutAGpuIsOneClearLine) {
    if (usable("cuda")) GTEST_SKIP() << "this machine has a GPU";
    const auto run = execute(small_experiment("cuda"), {}, {});
    ASSERT_EQ(run->state, RunState::failed);
    EXPECT_EQ(run->error_kind, cuda_built() ? ErrorKind::run_failed : ErrorKind::bad_input);
    expect_one_line(run->error, "backend.device is cuda", cuda_built() ? "no GPU" : "this build has no CUDA");
    EXPECT_NE(run->schedule, nullptr);  // it can be planned all the same
    EXPECT_THROW(require_runnable(small_experiment("cuda")), Error);
}

TEST(Executors, AutoFallsBackToTheCpuAndSaysSo) {
    if (usable("cuda")) GTEST_SKIP() << "this machine has a GPU";
    RunOptions options;
    options.verify = true;
    const auto run = execute(small_experiment("auto"), options, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->device, "cpu");
    EXPECT_TRUE(run->verification->passed);
    EXPECT_EQ(&choose_executor(small_experiment("auto")), &executor_named("cpu"));
}

TEST(Executors, AutoReportsTheReasonOfTheExecutorThatHasTheTransportAskedFor) {
    if (usable("cuda")) GTEST_SKIP() << "this machine has a GPU";
    Experiment e = small_experiment("auto");
    e.backend.transport = "nccl";
    const auto run = execute(e, {}, {});
    ASSERT_EQ(run->state, RunState::failed);
    expect_one_line(run->error, "backend.transport is nccl",
                    cuda_built() ? "no GPU" : "this build has no CUDA");
}

TEST(Executors, ANameThatNothingAnswersToIsRefusedWithTheNamesThereAre) {
    Experiment e = small_experiment("abacus");
    auto run = execute(e, {}, {});
    EXPECT_EQ(run->error_kind, ErrorKind::bad_input);
    EXPECT_EQ(run->error, "backend.device: \"abacus\" is not allowed: one of auto, cpu, cuda");
    e = small_experiment("cpu");
    e.backend.transport = "mpi";
    run = execute(e, {}, {});
    EXPECT_EQ(run->error_kind, ErrorKind::bad_input);
    EXPECT_EQ(run->error.rfind("backend.transport: \"mpi\" is not allowed: one of auto, ", 0), 0u)
        << run->error;
    EXPECT_NE(run->error.find("shared"), std::string::npos) << run->error;
    e.backend.transport = "peer";  // known, but not to the CPU
    expect_one_line(execute(e, {}, {})->error, "backend.transport is peer", "are auto, shared");
}

TEST(Executors, EveryExecutorPredictsWithItsOwnMemoryModel) {
    const Experiment e = small_experiment("cuda");
    EXPECT_GT(predicted_peak_bytes_max(plan(e, memory_model_of(e.backend))),
              predicted_peak_bytes_max(plan(e)));
    for (const char* name : {"cpu", "auto", "abacus"})
        EXPECT_EQ(predicted_peak_bytes_max(plan(e, memory_model_of(small_experiment(name).backend))),
                  predicted_peak_bytes_max(plan(e)));
    const Schedule schedule = plan(e, memory_model_of(e.backend));
    Experiment gathered = e;
    gathered.ring.strategy = Strategy::all_gather;
    EXPECT_EQ(all_gather_peak_bytes(schedule),
              predicted_peak_bytes_max(plan(gathered, memory_model_of(e.backend))));
}

TEST(Executors, TheInventoryNamesWhatAnswersAndWhyItCannotBeUsed) {
    const EngineInventory inventory = engine_inventory();
    for (const char* name : {"cpu", "cuda"}) EXPECT_TRUE(has(inventory.devices, name)) << name;
    for (const char* name : {"shared", "peer", "nccl"}) EXPECT_TRUE(has(inventory.transports, name)) << name;
    EXPECT_FALSE(has(inventory.transports, "mpi"));
    const std::vector<EngineOption> gpu_kernels = inventory.kernels_on("cuda");
    for (const auto* options : {&inventory.devices, &inventory.transports, &gpu_kernels})
        for (const EngineOption& option : *options)
            EXPECT_EQ(option.usable, option.why_not.empty()) << option.name;
}

}  // namespace
}  // namespace ringscope

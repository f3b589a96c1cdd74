// What a machine without a usable GPU gets when it asks for one, in builds with and without the CUDA back
// end.
#include "engine/run/back_ends.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/experiment/scenarios.h"

namespace ringscope {
namespace {

Experiment small_experiment(Device device) {
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

bool built(Device device) {
    return std::any_of(back_ends().begin(), back_ends().end(),
                       [&](const BackEnd& back_end) { return back_end.device == device; });
}

bool usable(const std::string& device) {
    for (const EngineOption& option : engine_inventory().devices)
        if (option.name == device && option.usable) return true;
    return false;
}

TEST(BackEnds, CudaWithoutAGpuIsOneClearLine) {
    if (usable("cuda")) GTEST_SKIP() << "this machine has a GPU";
    const auto run = execute(small_experiment(Device::cuda), {}, {});
    ASSERT_EQ(run->state, RunState::failed);
    EXPECT_EQ(run->error_kind, built(Device::cuda) ? ErrorKind::run_failed : ErrorKind::bad_input);
    EXPECT_EQ(run->error.rfind("backend.device is cuda", 0), 0u) << run->error;
    EXPECT_EQ(run->error.find('\n'), std::string::npos) << run->error;
}

TEST(BackEnds, AutoFallsBackToTheCpuAndSaysSo) {
    if (usable("cuda")) GTEST_SKIP() << "this machine has a GPU";
    RunOptions options;
    options.verify = true;
    const auto run = execute(small_experiment(Device::automatic), options, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->device, "cpu");
    EXPECT_TRUE(run->verification->passed);
}

TEST(BackEnds, TheInventoryNamesEveryDeviceAndTransportWithAReasonWhereItCannotBeUsed) {
    const EngineInventory inventory = engine_inventory();
    for (const char* name : {"cpu", "cuda"})
        EXPECT_TRUE(std::any_of(inventory.devices.begin(), inventory.devices.end(),
                                [&](const EngineOption& option) { return option.name == name; }));
    for (const char* name : {"shared", "peer", "nccl", "mpi"})
        EXPECT_TRUE(std::any_of(inventory.transports.begin(), inventory.transports.end(),
                                [&](const EngineOption& option) { return option.name == name; }));
    for (const auto* options : {&inventory.devices, &inventory.transports, &inventory.gpu_kernels})
        for (const EngineOption& option : *options)
            EXPECT_EQ(option.usable, option.why_not.empty()) << option.name;
    EXPECT_EQ(inventory.gpu_kernels.empty(), !built(Device::cuda));
}

}  // namespace
}  // namespace ringscope

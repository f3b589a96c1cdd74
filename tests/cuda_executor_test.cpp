// The CUDA executor's streams, events, memory and failures, on the fake runtime of fake_cuda.h.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "engine/executor.h"
#include "tests/fake_cuda.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr int64_t kPlenty = int64_t{1} << 30;

Experiment random_small_experiment(std::mt19937& random) {
    Experiment e = random_experiment(random, {70, 6, 16});
    e.problem.dtype = static_cast<DType>(random() % 3);
    e.backend.device = Device::cuda;
    e.backend.threads = 1;
    return e;
}

/// Dense over four ranks: every rank sends in every step but the last.
Experiment dense_ring() {
    Experiment e;
    e.problem.seq_len = 96;
    e.problem.heads = 2;
    e.problem.head_dim = 8;
    e.problem.head_groups = {{96, 1, {}, {}}};
    e.ring.ranks = 4;
    e.backend.device = Device::cuda;
    e.backend.threads = 1;
    return e;
}

void expect_done(const Experiment& experiment) {
    RunOptions options;
    options.verify = true;
    const auto run = execute(experiment, options, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_TRUE(run->verification->passed)
        << "relative error " << run->verification->relative_error << ", lse "
        << run->verification->max_lse_error << ", wrong empty rows " << run->verification->wrong_empty_rows;
    EXPECT_EQ(run->metrics.bytes_on_wire, run->schedule->bytes_on_wire);
    for (const RankMetrics& rank : run->metrics.ranks)
        EXPECT_NEAR(rank.wall_seconds(), run->metrics.seconds, 1e-3 * run->metrics.seconds);
    for (const TransferTimes& times : run->trace.transfers) {
        EXPECT_GE(times.posted_ns, 0);
        EXPECT_GE(times.begin_ns, times.posted_ns);
        EXPECT_GE(times.done_ns, times.begin_ns);
    }
    EXPECT_GT(run->trace.clock_error_ns, 0);
}

/// After any run, well or not.
void expect_nothing_left() {
    EXPECT_EQ(fake_cuda::live_bytes(), 0);
    EXPECT_EQ(fake_cuda::live_handles(), 0);
}

TEST(CudaExecutor, RandomProblemsAnswerRightInEveryOrderTheEventsAllow) {
    std::mt19937 random(61);
    for (int round = 0; round < 120; ++round) {
        const Experiment e = random_small_experiment(random);
        SCOPED_TRACE(describe(e));
        fake_cuda::reset(1 + round % 3, kPlenty, static_cast<unsigned>(round));
        expect_done(e);
        expect_nothing_left();
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(fake_cuda::operations(), 1000);
}

TEST(CudaExecutor, RanksShareAGpuAndTheRunSaysSo) {
    fake_cuda::reset(2, kPlenty, 1);
    const auto run = execute(dense_ring(), {}, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->device, "cuda: Fake GPU and 1 more (2 ranks share a GPU)");
    EXPECT_EQ(run->kernel, "fma");
    EXPECT_EQ(run->transport, "peer");
}

TEST(CudaExecutor, FaultsEndInWordsAndTheNextRunWorks) {
    Experiment e = dense_ring();
    e.ring.timeout_seconds = 0.2;
    const auto expect = [&](const Fault& fault, RunState state, const std::string& words) {
        fake_cuda::reset(1, kPlenty, 2);
        RunOptions options;
        options.fault = fault;
        const auto run = execute(e, options, {});
        EXPECT_EQ(run->state, state) << run->error;
        EXPECT_NE(run->error.find(words), std::string::npos) << run->error;
        expect_nothing_left();
        expect_done(e);
    };
    expect({Fault::Kind::lose_transfer, 1, 1, 0}, RunState::failed, "nothing came from rank 1");
    expect({Fault::Kind::throw_error, 2, 1, 0}, RunState::failed, "rank 2 failed in step 1");
    expect({Fault::Kind::delay, 1, 1, 0.05}, RunState::done, "");
}

TEST(CudaExecutor, ACancelEndsALostTransferAtOnce) {
    fake_cuda::reset(1, kPlenty, 3);
    Experiment e = dense_ring();
    e.ring.timeout_seconds = 60;
    RunOptions options;
    options.fault = {Fault::Kind::lose_transfer, 1, 1, 0};
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
    });
    EXPECT_EQ(execute(e, options, stop.get_token())->state, RunState::cancelled);
    expect_nothing_left();
}

TEST(CudaExecutor, TooLittleMemoryIsForeseenOrReported) {
    fake_cuda::reset(1, 4096, 4);
    const auto foreseen = execute(dense_ring(), {}, {});
    EXPECT_EQ(foreseen->error_kind, ErrorKind::run_failed);
    EXPECT_EQ(foreseen->error.rfind("out of memory: GPU 0 (Fake GPU) is to hold rank 0, 1, 2, 3", 0), 0u)
        << foreseen->error;
    // Enough for what the schedule predicts, not for the work lists on top.
    const auto predicted = predicted_bytes_all_ranks(plan(dense_ring()));
    fake_cuda::reset(1, predicted + 64, 4);
    const auto reported = execute(dense_ring(), {}, {});
    EXPECT_EQ(reported->error.rfind("out of memory: rank", 0), 0u) << reported->error;
    expect_nothing_left();
    fake_cuda::reset(1, kPlenty, 4);
    expect_done(dense_ring());
}

TEST(CudaExecutor, WhatThisBuildLacksIsNamed) {
    fake_cuda::reset(1, kPlenty, 5);
    Experiment e = dense_ring();
    e.backend.transport = TransportKind::nccl;
    EXPECT_NE(execute(e, {}, {})->error.find("auto and peer"), std::string::npos);
    e = dense_ring();
    e.backend.kernel = "mma";
    EXPECT_NE(execute(e, {}, {})->error.find("backend.kernel: mma needs f16 or bf16"), std::string::npos);
    e.backend.kernel = "abacus";
    EXPECT_NE(execute(e, {}, {})->error.find("auto, mma, fma"), std::string::npos);
}

}  // namespace
}  // namespace ringscope

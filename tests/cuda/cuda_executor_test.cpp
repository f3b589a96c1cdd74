// The CUDA executor's streams, events, memory and failures, on the fake runtime of fake_cuda.h.
#include <gtest/gtest.h>

#include <random>

#include "engine/cuda/device_clock.h"
#include "tests/cuda/cuda_run_checks.h"

namespace ringscope {
namespace {

/// Short, so that a lost transfer is missed soon; long for one that is not, on a busy machine too.
constexpr double kShortLimitSeconds = 1;

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

TEST(CudaExecutor, RandomProblemsAnswerRightWhereStreamsShareAFewShortHardwareQueues) {
    std::mt19937 random(62);
    for (int round = 0; round < 30; ++round) {
        const Experiment e = random_small_experiment(random);
        SCOPED_TRACE(describe(e));
        fake_cuda::reset(1 + round % 2, kPlenty, static_cast<unsigned>(round));
        fake_cuda::share_queues(1 + round % 4, 4 + static_cast<size_t>(round % 3) * 8);
        expect_done(e);
        expect_nothing_left();
        if (testing::Test::HasFailure()) return;
    }
}

/// Of few tokens, so that its ranks are what takes time.
Experiment ring_of(int ranks, Strategy strategy) {
    Experiment e = dense_ring();
    e.ring.ranks = ranks;
    e.ring.strategy = strategy;
    e.ring.timeout_seconds = kShortLimitSeconds;
    return e;
}

TEST(CudaExecutor, ALostTransferEndsWhereTheRanksStreamsShareHardwareQueues) {
    const auto expect_lost = [](const Experiment& e, const Fault& fault, int queues, size_t depth = 1024) {
        fake_cuda::reset(1, kPlenty, 8);
        fake_cuda::share_queues(queues, depth);
        RunOptions options;
        options.fault = fault;
        const auto run = execute(e, options, {});
        EXPECT_EQ(run->state, RunState::failed);
        EXPECT_NE(run->error.find("nothing came from rank 1 within"), std::string::npos) << run->error;
        expect_nothing_left();
    };
    const Fault lost{Fault::Kind::lose_transfer, 1, 1, 0};
    expect_lost(ring_of(12, Strategy::ring), lost, 8);
    expect_lost(ring_of(4, Strategy::ring), lost, 1);
    // The host sees no more of it than that it has ended.
    expect_lost(ring_of(4, Strategy::ring), lost, 1, 4);
    // More than the queues take: the host must not be blocked when it is to watch.
    expect_lost(ring_of(48, Strategy::ring), lost, 8);
    expect_lost(ring_of(32, Strategy::all_gather), {Fault::Kind::lose_transfer, 1, 0, 0}, 8);
}

TEST(CudaExecutor, AClocksErrorHoldsTheRoundingOfTheDevicesTimes) {
    fake_cuda::reset(1, kPlenty, 9);
    DeviceClock clock(0);
    const int64_t before_ns = clock.error_ns();
    fake_cuda::skip_time(1'000'000'000'000);
    clock.close();
    // 2^-24 of 1000 s.
    EXPECT_GE(clock.error_ns(), before_ns + 59'604);
    fake_cuda::skip_time(-1'000'000'000'000);
}

TEST(CudaExecutor, RanksShareAGpuAndTheRunSaysSo) {
    fake_cuda::reset(2, kPlenty, 1);
    const auto run = execute(dense_ring(), {}, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->device, "cuda: Fake GPU and 1 more (2 ranks share a GPU)");
    EXPECT_EQ(run->kernel, "fma");
    EXPECT_EQ(run->transport, "peer");
}

TEST(CudaExecutor, OnlyTheGpusOfARunReachEachOthersPools) {
    for (const int ranks : {1, 2, 4}) {
        fake_cuda::reset(3, kPlenty, 1);
        Experiment e = dense_ring();
        e.ring.ranks = ranks;
        expect_done(e);
        EXPECT_EQ(fake_cuda::pool_accesses(), ranks == 1 ? 0 : ranks == 2 ? 2 : 6);
    }
}

TEST(CudaExecutor, ADeviceThatWasChosenIsPredictedAsIfItWereNamed) {
    fake_cuda::reset(1, kPlenty, 1);
    Experiment e = dense_ring();
    e.backend.device = "auto";
    const auto run = execute(e, {}, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->experiment.backend.device, "auto");
    EXPECT_EQ(predicted_peak_bytes_max(*run->schedule),
              predicted_peak_bytes_max(plan(dense_ring(), cuda_memory_model())));
    EXPECT_GT(predicted_peak_bytes_max(*run->schedule), predicted_peak_bytes_max(plan(e)));
}

TEST(CudaExecutor, FaultsEndInWordsAndTheNextRunWorks) {
    const auto expect = [&](const Fault& fault, double limit_seconds, RunState state,
                            const std::string& words) {
        fake_cuda::reset(1, kPlenty, 2);
        Experiment e = dense_ring();
        e.ring.timeout_seconds = limit_seconds;
        RunOptions options;
        options.fault = fault;
        const auto run = execute(e, options, {});
        EXPECT_EQ(run->state, state) << run->error;
        EXPECT_NE(run->error.find(words), std::string::npos) << run->error;
        expect_nothing_left();
        expect_done(dense_ring());
    };
    expect({Fault::Kind::lose_transfer, 1, 1, 0}, kShortLimitSeconds, RunState::failed,
           "nothing came from rank 1");
    expect({Fault::Kind::throw_error, 2, 1, 0}, 60, RunState::failed, "rank 2 failed in step 1");
    expect({Fault::Kind::delay, 1, 1, 0.05}, 60, RunState::done, "");
    expect({.kind = Fault::Kind::slow_link, .rank = 1, .bytes_per_second = 1e6}, 60, RunState::done, "");
}

TEST(CudaExecutor, ACancelEndsALostTransferAtOnce) {
    for (const int queues : {0, 1, 8}) {  // the flag must not stand behind what it is to end
        fake_cuda::reset(1, kPlenty, 3);
        if (queues > 0) fake_cuda::share_queues(queues);
        expect_cancel_ends_lost_transfer(dense_ring());
        expect_nothing_left();
    }
}

TEST(CudaExecutor, ACancelIsHonouredBetweenTheCopiesOfInputsAndAnswer) {
    constexpr int64_t kTensorBytes = 24 * 2 * 8 * 4;  // Q, K, V and O of a rank alike
    for (const int wanted : {1, 5, 14}) {             // of rank 0, rank 1, and the second of the answer
        fake_cuda::reset(1, kPlenty, 10);
        std::stop_source stop;
        int copies = 0;
        fake_cuda::with_every_copy([&](int64_t bytes) {
            if (bytes == kTensorBytes && ++copies == wanted) stop.request_stop();
        });
        EXPECT_EQ(execute(dense_ring(), {}, stop.get_token())->state, RunState::cancelled);
        EXPECT_EQ(copies, wanted);
        expect_nothing_left();
    }
}

TEST(CudaExecutor, TooLittleMemoryIsForeseenOrReported) {
    fake_cuda::reset(1, 4096, 4);
    const auto foreseen = execute(dense_ring(), {}, {});
    EXPECT_EQ(foreseen->error_kind, ErrorKind::run_failed);
    EXPECT_EQ(foreseen->error.rfind("out of memory: GPU 0 (Fake GPU) is to hold rank 0, 1, 2, 3", 0), 0u)
        << foreseen->error;
    // Enough for what the schedule predicts, not for the flag beside it that ends a run early.
    fake_cuda::reset(1, predicted_bytes_all_ranks(plan(dense_ring(), cuda_memory_model())), 4);
    const auto reported = execute(dense_ring(), {}, {});
    EXPECT_EQ(reported->error.rfind("out of memory: rank", 0), 0u) << reported->error;
    expect_nothing_left();
    fake_cuda::reset(1, kPlenty, 4);
    expect_done(dense_ring());
}

TEST(CudaExecutor, WhatThisBuildLacksIsNamed) {
    fake_cuda::reset(1, kPlenty, 5);
    Experiment e = dense_ring();
    e.backend.transport = "mpi";
    EXPECT_EQ(execute(e, {}, {})->error,
              "backend.transport: \"mpi\" is not allowed: one of auto, peer, nccl, shared");
    e.backend.transport = "shared";
    EXPECT_NE(execute(e, {}, {})->error.find("on a GPU it is one of auto, peer, nccl"), std::string::npos);
    e = dense_ring();
    e.backend.transport = "nccl";
    EXPECT_EQ(execute(e, {}, {})->error.rfind("backend.transport is nccl: ", 0), 0u);
    e = dense_ring();
    e.backend.kernel = "mma";
    EXPECT_NE(execute(e, {}, {})->error.find("backend.kernel: mma needs f16 or bf16"), std::string::npos);
    e.backend.kernel = "cudnn";  // not built, or not for F32
    EXPECT_EQ(execute(e, {}, {})->error.rfind("backend.kernel", 0), 0u);
    e.backend.kernel = "abacus";
    EXPECT_NE(execute(e, {}, {})->error.find("auto, mma, fma, cudnn"), std::string::npos);
}

TEST(CudaExecutor, AnOlderGpuTakesTheMultiplyAddKernelWhateverTheDtype) {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        fake_cuda::reset(1, kPlenty, 6, 75);
        Experiment e = dense_ring();
        e.problem.dtype = dtype;
        expect_done(e);
        EXPECT_EQ(execute(e, {}, {})->kernel, "fma");
        e.backend.kernel = "mma";
        const auto refused = execute(e, {}, {});
        EXPECT_EQ(refused->error_kind, ErrorKind::bad_input);
        EXPECT_NE(refused->error.find("compute capability 7.5"), std::string::npos) << refused->error;
    }
    const auto usable = [](const std::string& kernel) {
        for (const EngineOption& option : engine_inventory().kernels_on("cuda"))
            if (option.name == kernel) return option.usable;
        return false;
    };
    EXPECT_TRUE(usable("fma"));
    EXPECT_FALSE(usable("mma"));
    fake_cuda::reset(1, kPlenty, 6, 80);
    EXPECT_TRUE(usable("mma"));
    Experiment e = dense_ring();
    e.problem.dtype = DType::bf16;
    EXPECT_EQ(execute(e, {}, {})->kernel, "mma");
    fake_cuda::reset(1, kPlenty, 6, 70);  // CUDA 13 makes no code for it
    EXPECT_NE(execute(e, {}, {})->error.find("compute capability below 7.5"), std::string::npos);
}

}  // namespace
}  // namespace ringscope

// The cuDNN kernel in whole runs: on the fake runtime of fake_cuda.h and a cuDNN of the tests' own
// (fake_cudnn.h), which carries out the graphs it is given.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "engine/cuda/cudnn/sdpa_calls.h"
#include "tests/cuda/cuda_cudnn_checks.h"
#include "tests/cuda/cuda_run_checks.h"
#include "tests/cuda/fake_cudnn.h"
#ifdef RINGSCOPE_TEST_NCCL
#include "tests/cuda/fake_nccl.h"
#endif

namespace ringscope {
namespace {

using fake_cudnn::Trouble;

TEST(Cudnn, RandomProblemsAnswerRightAndTakeThePredictedMemory) {
    std::mt19937 random(81);
    for (int round = 0; round < 150; ++round) {
        Experiment e = by_cudnn(random_small_experiment(random));
        e.problem.head_dim = 8 << round % 3;
        SCOPED_TRACE(describe(e));
        fake_cuda::reset(1 + round % 3, kPlenty, static_cast<unsigned>(round));
        fake_cudnn::reset();
        expect_done(e);
        const auto again = execute(e, {}, {});
        for (const RankMetrics& rank : again->metrics.ranks)
            EXPECT_EQ(rank.peak_bytes, rank.predicted_peak_bytes);
        EXPECT_EQ(again->compiled_kernels, 0);
        expect_nothing_left();  // but plans, which the rounds after this one may find
        expect_no_violations();
        if (testing::Test::HasFailure()) return;
    }
    expect_clean();
}

TEST(Cudnn, AShapeIsPlannedOnceAGpu) {
    fake_cuda::reset(2, kPlenty, 1);
    fake_cudnn::reset();
    Experiment e = by_cudnn(dense_ring());
    e.problem.causal = true;
    const auto run = execute(e, {}, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->kernel, "cudnn");
    std::set<std::pair<int, SdpaShape>> shapes;
    int calls = 0;
    for (int rank = 0; rank < 4; ++rank)
        for (int step = 0; step < run->schedule->steps; ++step)
            for (const SdpaCall& call : make_sdpa_calls(*run->schedule, rank, step, 0)) {
                shapes.insert({rank % 2, call.shape});
                ++calls;
            }
    EXPECT_EQ(calls, 10);  // four squares and six rectangles
    EXPECT_EQ(fake_cudnn::calls_made(), calls);
    // Each after one that wanted more workspace than there is.
    EXPECT_EQ(fake_cudnn::plans_made(), 2 * static_cast<int>(shapes.size()));
    EXPECT_LT(shapes.size(), 10u);
    expect_clean();
}

TEST(Cudnn, WhatItCannotDoIsRefusedInWords) {
    const auto expect = [](const Experiment& e, const std::string& words) {
        const auto refused = execute(e, {}, {});
        EXPECT_EQ(refused->state, RunState::failed);
        EXPECT_EQ(refused->error_kind, ErrorKind::bad_input);
        EXPECT_NE(refused->error.find(words), std::string::npos) << refused->error;
        expect_clean();
    };
    fake_cudnn::reset();
    fake_cuda::reset(1, kPlenty, 2);
    Experiment e = by_cudnn(dense_ring());
    e.problem.dtype = DType::f32;
    expect(e, "not f32 with d 8");
    e = by_cudnn(dense_ring());
    e.problem.head_dim = 12;
    expect(e, "not bf16 with d 12");
    fake_cuda::reset(1, kPlenty, 2, 75);
    expect(by_cudnn(dense_ring()), "compute capability 7.5");
    fake_cuda::reset(1, kPlenty, 2);
    e = by_cudnn(dense_ring());
    e.problem.seq_len = 40000;
    e.problem.head_groups = {{40000, 1, {}, {}}};
    e.ring.layout = Layout::striped;
    e.ring.stripe_block.tokens = 100;
    EXPECT_NO_THROW(plan(e, cuda_memory_model()));  // so that a run that was refused can be read again
    expect(e, "more than 4096 SDPA calls");
}

TEST(Cudnn, WhatCudnnRefusesIsToldWithTheShapeAndTheNextRunWorks) {
    const auto expect = [](Trouble trouble, ErrorKind kind, const std::string& words) {
        fake_cuda::reset(1, kPlenty, 3);
        fake_cudnn::reset(trouble, 2);
        const auto run = execute(by_cudnn(dense_ring()), {}, {});
        EXPECT_EQ(run->state, RunState::failed);
        EXPECT_EQ(run->error_kind, kind);
        EXPECT_NE(run->error.find(words), std::string::npos) << run->error;
        expect_clean();
        fake_cudnn::reset();
        expect_done(by_cudnn(dense_ring()));
        expect_clean();
    };
    const std::string shape =
        "no engine for SDPA of batch 1, 2 heads (2 KV heads), 24 queries x 24 keys, d 8, bf16: cuDNN: ";
    expect(Trouble::no_suggestion, ErrorKind::bad_input, shape + "cudnnBackendFinalize failed");
    expect(Trouble::no_suggestion, ErrorKind::bad_input, "a graph that the test refuses");
    expect(Trouble::no_plan, ErrorKind::bad_input, "a plan that the test refuses");
    expect(Trouble::execution, ErrorKind::run_failed, "cuDNN: cudnnBackendExecute failed");
    expect(Trouble::no_memory, ErrorKind::run_failed,
           "could make no plan for SDPA of batch 1, 2 heads (2 KV heads), 24 queries x 24 keys");
}

TEST(Cudnn, OnlyTwoStepsStandInLine) {
    // What rank 1 sends in step 1 never comes: rank 2 hangs in step 2, so step 3 is the last that was put
    // into the streams, of eight.
    Experiment e = by_cudnn(dense_ring());
    e.ring.ranks = 8;
    e.ring.timeout_seconds = 1;
    fake_cuda::reset(1, kPlenty, 4);
    fake_cudnn::reset();
    RunOptions options;
    options.fault = {Fault::Kind::lose_transfer, 1, 1, 0};
    const auto run = execute(e, options, {});
    EXPECT_EQ(run->state, RunState::failed);
    EXPECT_NE(run->error.find("nothing came from rank 1"), std::string::npos) << run->error;
    EXPECT_EQ(fake_cudnn::calls_made(), 4 * 8);
    expect_clean();
    fake_cudnn::reset();
    e.ring.timeout_seconds = 60;
    expect_done(e);
    EXPECT_EQ(fake_cudnn::calls_made(), 8 * 8);
}

TEST(Cudnn, ACancelEndsALostTransferAtOnce) {
    fake_cuda::reset(1, kPlenty, 5);
    fake_cudnn::reset();
    expect_cancel_ends_lost_transfer(by_cudnn(dense_ring()));
    expect_clean();
}

#ifdef RINGSCOPE_TEST_NCCL
TEST(Cudnn, HoldsBackOverNcclToo) {
    for (unsigned seed = 0; seed < 10; ++seed) {
        fake_cuda::reset(8, kPlenty, seed);
        fake_cudnn::reset();
        fake_nccl::reset();
        Experiment e = by_cudnn(dense_ring());
        e.ring.ranks = 8;
        e.ring.overlap = seed % 2 == 0;
        e.backend.transport = "nccl";
        expect_done(e);
        EXPECT_EQ(fake_cudnn::calls_made(), 8 * 8);
        for (const std::string& what : fake_nccl::violations()) ADD_FAILURE() << what;
        expect_clean();
    }
}
#endif

TEST(Cudnn, AutoPassesItOverAndTheListShowsIt) {
    fake_cuda::reset(1, kPlenty, 6);
    Experiment e = dense_ring();
    e.problem.dtype = DType::bf16;
    EXPECT_EQ(execute(e, {}, {})->kernel, "mma");
    const auto option = [] {
        for (const EngineOption& kernel : engine_inventory().kernels_on("cuda"))
            if (kernel.name == "cudnn") return kernel;
        return EngineOption{};
    };
    EXPECT_TRUE(option().usable) << option().why_not;
    EXPECT_NE(option().description.find("attention by cuDNN 9.0.0, by name only"), std::string::npos)
        << option().description;
    fake_cuda::reset(1, kPlenty, 6, 75);
    EXPECT_FALSE(option().usable);
}

}  // namespace
}  // namespace ringscope

// What cuDNN has on a GPU from run to run: made once, found again, bounded, and left alone when the process
// ends or its context is spoilt. On the fake runtime and the fake cuDNN.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <set>
#include <thread>
#include <vector>

#include "engine/cuda/cudnn/cudnn_gpu.h"
#include "tests/cuda/cuda_cudnn_checks.h"

namespace ringscope {
namespace {

using fake_cudnn::Trouble;

/// Two ranks on one GPU, two shapes when causal.
Experiment small_ring(int64_t tokens = 32, bool causal = true) {
    Experiment e = by_cudnn(dense_ring());
    e.ring.ranks = 2;
    e.problem.seq_len = tokens;
    e.problem.head_groups = {{tokens, 1, {}, {}}};
    e.problem.causal = causal;
    return e;
}

std::shared_ptr<const Run> run_once(const Experiment& e) {
    auto run = execute(e, {}, {});
    EXPECT_EQ(run->state, RunState::done) << run->error;
    return run;
}

/// Plans made by the function; the fake cuDNN's heuristics suggest one in vain before each that is taken.
template <typename Function>
int plans_made_by(Function function) {
    const int before = fake_cudnn::plans_made();
    function();
    return (fake_cudnn::plans_made() - before) / 2;
}

TEST(CudnnKept, ASecondRunMakesNoPlanAndAnswersTheSame) {
    fake_cuda::reset(2, kPlenty, 1);
    fake_cudnn::reset();
    const Experiment e = small_ring();
    EXPECT_EQ(plans_made_by([&] { EXPECT_EQ(run_once(e)->compiled_kernels, 3); }), 3);
    EXPECT_EQ(plans_made_by([&] {
                  expect_done(e);
                  EXPECT_EQ(run_once(e)->compiled_kernels, 0);
              }),
              0);
    EXPECT_EQ(fake_cudnn::live_handles(), 2) << "one per GPU";
    expect_clean();
}

TEST(CudnnKept, EverythingThatDecidesAPlanAndNothingElseMakesAnother) {
    fake_cuda::reset(1, kPlenty, 2);
    fake_cudnn::reset();
    Experiment e = small_ring(32, false);
    const auto plans = [&] { return plans_made_by([&] { run_once(e); }); };
    EXPECT_GT(plans(), 0);
    e.problem.softmax_scale = 0.5;
    e.ring.accumulator = Accumulator::online_softmax;
    e.input.seed += 1;
    EXPECT_EQ(plans(), 0);
    const auto expect_more = [&](const char* what, auto change) {
        SCOPED_TRACE(what);
        change();
        EXPECT_GT(plans(), 0);
        EXPECT_EQ(plans(), 0);
    };
    expect_more("dtype", [&] { e.problem.dtype = DType::f16; });
    expect_more("causal", [&] { e.problem.causal = true; });
    expect_more("d", [&] { e.problem.head_dim = 16; });
    expect_more("heads", [&] { e.problem.heads = 4; });
    expect_more("KV heads", [&] { e.problem.kv_heads = 2; });
    expect_more("rows and keys", [&] { e.problem.seq_len = e.problem.head_groups[0].segment_length = 48; });
    expect_more("batch", [&] { e.problem.batch = 2; });
    expect_more("strides", [&] { e.problem.head_groups[0].dilation_rate = 2; });
    expect_more("another GPU", [&] { fake_cuda::reset(2, kPlenty, 2); });
    expect_more("compute capability", [&] { fake_cuda::reset(2, kPlenty, 2, 90); });
    expect_clean();
}

TEST(CudnnKept, AThousandRunsOverAFewShapesStayBounded) {
    fake_cuda::reset(1, kPlenty, 3);
    fake_cudnn::reset();
    std::vector<Experiment> few;
    for (const int64_t tokens : {16, 24}) few.push_back(small_ring(tokens));
    for (const Experiment& e : few) run_once(e);
    const int descriptors = fake_cudnn::live_descriptors();
    const int plans = fake_cudnn::plans_made();
    for (int i = 0; i < 1000; ++i) run_once(few[static_cast<size_t>(i) % few.size()]);
    EXPECT_EQ(fake_cudnn::live_descriptors(), descriptors);
    EXPECT_EQ(fake_cudnn::plans_made(), plans);
    EXPECT_EQ(fake_cudnn::live_handles(), 1);
    expect_clean();
}

SdpaShape shape_of(int64_t keys) {
    SdpaShape shape;
    shape.queries = keys;
    shape.keys = keys;
    shape.head_dim = 8;
    shape.q_batch_stride = shape.q_head_stride = shape.kv_batch_stride = shape.kv_head_stride = keys * 8;
    shape.q_row_stride = shape.kv_row_stride = 8;
    return shape;
}

TEST(CudnnKept, PastTheBoundThePlanGoesThatWasNotAskedForLongest) {
    fake_cuda::reset(1, kPlenty, 4);
    fake_cudnn::reset();
    const auto gpu = CudnnGpu::of(0, 80);
    const auto ask = [&](int64_t keys) { return gpu->plan(shape_of(keys), DType::bf16, {}); };
    const auto bound = static_cast<int64_t>(CudnnGpu::kMostPlans);
    const HeldPlan held = ask(2).plan;
    for (int64_t i = 1; i <= bound; ++i) EXPECT_EQ(ask(i).made, i != 2);
    EXPECT_FALSE(ask(1).made);
    const int descriptors = fake_cudnn::live_descriptors();
    for (int64_t i = bound + 1; i <= bound + 50; ++i) EXPECT_TRUE(ask(i).made);
    EXPECT_EQ(gpu->plans(), CudnnGpu::kMostPlans);
    EXPECT_FALSE(ask(1).made) << "asked for a moment ago";
    EXPECT_TRUE(ask(3).made) << "gone";
    EXPECT_TRUE(ask(2).made) << "gone, too; who holds it keeps it";
    EXPECT_EQ(held->workspace_bytes, 256);
    // The plan that is held, beside those that are kept.
    EXPECT_EQ(fake_cudnn::live_descriptors(), descriptors + descriptors / static_cast<int>(bound));
}

TEST(CudnnKept, ARunThatNeedsMorePlansThanAreKeptGetsThem) {
    fake_cuda::reset(1, kPlenty, 5);
    fake_cudnn::reset();
    Experiment e = by_cudnn(dense_ring());
    e.problem.seq_len = 300;
    e.problem.head_groups = {{300, 1, {}, {}}};
    e.ring.ranks = 24;  // shares of 12 and 13 rows
    e.problem.causal = true;
    const auto gpu = CudnnGpu::of(0, 80);
    for (size_t i = 0; i < CudnnGpu::kMostPlans; ++i)
        gpu->plan(shape_of(1000 + static_cast<int64_t>(i)), DType::f16, {});
    expect_done(e);
    EXPECT_EQ(gpu->plans(), CudnnGpu::kMostPlans);
}

TEST(CudnnKept, ThreadsShareWhatAGpuHasAndNoTwoCallItsHandleAtOnce) {
    CudnnGpu::give_back();
    fake_cuda::reset(2, kPlenty, 6);
    fake_cudnn::reset();
    constexpr int kShapes = 6;
    constexpr int kThreads = 6;
    std::atomic<int> made{0};
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&, thread] {
                for (int i = 0; i < 10 * kShapes; ++i) {
                    const auto gpu = CudnnGpu::of((thread + i / kShapes) % 2, 80);
                    const auto shape = shape_of(1 + (i + thread) % kShapes);
                    const auto answer = gpu->plan(shape, DType::bf16, {});
                    made += answer.made ? 1 : 0;
                    EXPECT_EQ(answer.plan->workspace_bytes, 256);
                }
            });
    }
    EXPECT_EQ(made.load(), 2 * kShapes);
    EXPECT_EQ(fake_cudnn::plans_made(), 2 * 2 * kShapes);
    EXPECT_EQ(fake_cudnn::live_handles(), 2);
    expect_clean();
}

TEST(CudnnKept, PlanningIsAPhaseOfItsOwnBeforeTheClock) {
    fake_cuda::reset(1, kPlenty, 7);
    fake_cudnn::reset();
    Progress progress;
    RunOptions options;
    options.progress = &progress;
    std::set<std::string> phases;
    int64_t events = 0;
    fake_cudnn::with_every_plan([&] {
        phases.insert(name_of(progress.phase.load()));
        events = std::max(events, fake_cuda::events_recorded());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    });
    const auto run = execute(small_ring(), options, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(phases, std::set<std::string>{"compiling kernels"});
    EXPECT_EQ(events, 0) << "every time of a run comes from an event: none may lie before its plans";
    EXPECT_EQ(run->compiled_kernels, 2);
    EXPECT_GE(run->compile_seconds, 4 * 0.002);
    expect_clean();
}

TEST(CudnnKept, ACancelIsHonouredBetweenPlansAndWhatIsMadeStays) {
    fake_cuda::reset(1, kPlenty, 8);
    fake_cudnn::reset();
    const Experiment e = by_cudnn([] {
        Experiment causal = dense_ring();
        causal.problem.seq_len = 90;  // shares of 22 and 23 rows
        causal.problem.head_groups = {{90, 1, {}, {}}};
        causal.problem.causal = true;
        return causal;
    }());
    std::stop_source stop;
    int left = 4;  // suggestions: two plans
    fake_cudnn::with_every_plan([&] {
        if (--left == 0) stop.request_stop();
    });
    const auto cancelled = execute(e, {}, stop.get_token());
    EXPECT_EQ(cancelled->state, RunState::cancelled);
    EXPECT_EQ(fake_cudnn::plans_made(), 4);
    expect_nothing_left();
    // Between two suggestions, too.
    std::stop_source again;
    fake_cudnn::with_every_plan([&] { again.request_stop(); });
    EXPECT_EQ(execute(e, {}, again.get_token())->state, RunState::cancelled);
    EXPECT_EQ(fake_cudnn::plans_made(), 5);
    fake_cudnn::reset();
    const auto run = run_once(e);
    EXPECT_EQ(2 * run->compiled_kernels, fake_cudnn::plans_made());
    EXPECT_GT(run->compiled_kernels, 0);
    CudnnGpu::give_back();
    EXPECT_EQ(run_once(e)->compiled_kernels, run->compiled_kernels + 2);
    expect_clean();
}

/// Short segments over many tokens: several MiB, by a kernel that keeps nothing.
Experiment large_by_own_kernel() {
    Experiment e = small_ring(16384, false);
    e.problem.head_groups = {{32, 1, {}, {}}};
    e.backend.kernel = "mma";
    return e;
}

TEST(CudnnKept, MemoryThatOnlyPlansTakeIsGivenToTheRunThatLacksIt) {
    const Experiment own = large_by_own_kernel();
    const int64_t needed = predicted_bytes_all_ranks(plan(own, cuda_memory_model()));
    const auto with_room_for_plans = [&](int64_t plans) {
        fake_cudnn::reset();
        fake_cuda::reset(1, needed + fake_cudnn::kHandleBytes + plans * fake_cudnn::kPlanBytes, 9);
    };
    with_room_for_plans(3);
    run_once(small_ring());
    EXPECT_EQ(fake_cudnn::live_handles(), 1);
    run_once(own);
    EXPECT_EQ(fake_cudnn::live_handles(), 1) << "there was room for both";
    with_room_for_plans(1);
    run_once(own);
    EXPECT_EQ(fake_cudnn::live_handles(), 0);
    expect_clean();
}

TEST(CudnnKept, WhatThePoolKeepsOfALargerRunDoesNotKeepTheLibraryFromItsMemory) {
    const Experiment large = large_by_own_kernel();
    fake_cudnn::reset();
    fake_cuda::reset(
        1, predicted_bytes_all_ranks(plan(large, cuda_memory_model())) + fake_cudnn::kHandleBytes / 2, 10);
    run_once(large);
    expect_done(small_ring());
    expect_clean();
}

TEST(CudnnKept, AfterARefusedCallTheNextRunStartsAnew) {
    fake_cuda::reset(1, kPlenty, 11);
    fake_cudnn::reset();
    run_once(small_ring());
    fake_cudnn::reset(Trouble::execution, 0);
    EXPECT_EQ(execute(small_ring(), {}, {})->state, RunState::failed);
    fake_cudnn::reset();
    EXPECT_EQ(run_once(small_ring())->compiled_kernels, 2);
    EXPECT_EQ(fake_cudnn::live_handles(), 1);
    expect_clean();
}

/// Comes last: what is left alone stays.
TEST(CudnnKept, ASpoiltContextIsLeftAloneAndAnotherRunMeetsNothingOfIt) {
    fake_cuda::reset(1, kPlenty, 12);
    fake_cudnn::reset();
    std::weak_ptr<CudnnGpu> before;
    {
        const auto gpu = CudnnGpu::of(0, 80);
        before = gpu;
        gpu->plan(shape_of(1), DType::bf16, {});
    }
    int calls_left = 2;
    fake_cudnn::with_every_plan([&] {
        if (--calls_left == 0) fake_cuda::spoil();
    });
    const int descriptors = fake_cudnn::live_descriptors();
    EXPECT_EQ(execute(small_ring(), {}, {})->state, RunState::failed);
    EXPECT_FALSE(before.expired());
    EXPECT_GE(fake_cudnn::live_descriptors(), descriptors) << "nothing of a spoilt context is destroyed";
    fake_cuda::reset(1, kPlenty, 12);
    fake_cudnn::reset();
    EXPECT_NE(CudnnGpu::of(0, 80), before.lock());
    EXPECT_EQ(run_once(small_ring())->compiled_kernels, 2);
    EXPECT_EQ(CudnnGpu::give_back(), 2u);
    EXPECT_EQ(fake_cudnn::live_handles(), 1);
    expect_no_violations();
}

}  // namespace
}  // namespace ringscope

/// With plans kept to the end, and a cuDNN that must not be called after main().
int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    int code = RUN_ALL_TESTS();
    ringscope::fake_cuda::reset(1, ringscope::kPlenty, 13);
    ringscope::fake_cudnn::reset();
    ringscope::run_once(ringscope::small_ring());
    if (ringscope::fake_cudnn::live_handles() == 0) code = 1;
    std::atexit([] { ringscope::fake_cudnn::unload(); });
    return code;
}

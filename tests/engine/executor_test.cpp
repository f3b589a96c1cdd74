#include "engine/run/execute.h"
#include "engine/run/inventory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "engine/host/arena.h"
#include "engine/run/rank_memory.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

std::shared_ptr<const Run> run(const Experiment& experiment, bool verify = true) {
    RunOptions options;
    options.verify = verify;
    return execute(experiment, options, {});
}

/// All of a run's answer as bits: o and lse of every row.
std::vector<uint32_t> answer_bits(const Run& run) {
    const Problem& problem = run.schedule->problem;
    std::vector<uint32_t> bits;
    const auto add = [&](float value) {
        bits.emplace_back();
        std::memcpy(&bits.back(), &value, sizeof value);
    };
    for (int b = 0; b < problem.batch; ++b)
        for (int64_t token = 0; token < problem.seq_len; ++token)
            for (int head = 0; head < problem.heads; ++head) {
                const float* o = run.output->o_row(b, token, head);
                for (int i = 0; i < problem.head_dim; ++i) add(o[i]);
                add(run.output->lse(b, head, token));
            }
    return bits;
}

/// What must hold of every run that is done, whatever it computed.
void expect_consistent(const Run& run) {
    const Schedule& schedule = *run.schedule;
    ASSERT_EQ(run.metrics.ranks.size(), static_cast<size_t>(schedule.ranks));
    EXPECT_EQ(run.metrics.bytes_on_wire, schedule.bytes_on_wire);
    for (int r = 0; r < schedule.ranks; ++r) {
        const RankMetrics& rank = run.metrics.ranks[static_cast<size_t>(r)];
        const RankPlan& plan = schedule.rank_plans[static_cast<size_t>(r)];
        EXPECT_EQ(rank.sent_bytes, plan.sent_bytes) << "rank " << r;
        EXPECT_EQ(rank.received_bytes, plan.received_bytes) << "rank " << r;
        EXPECT_EQ(rank.peak_bytes, plan.predicted_peak_bytes()) << "rank " << r;
        EXPECT_NEAR(rank.wall_seconds() * 1e9, static_cast<double>(run.trace.wall_ns), 0.5) << "rank " << r;
        EXPECT_GE(rank.idle_seconds, 0);
    }
    EXPECT_GE(run.metrics.overlap_efficiency, 0);
    EXPECT_LE(run.metrics.overlap_efficiency, 1);
    EXPECT_GE(run.metrics.compute_imbalance, 1 - 1e-12);
    for (const Span& span : run.trace.spans) {
        EXPECT_LE(0, span.begin_ns);
        EXPECT_LE(span.begin_ns, span.end_ns);
        EXPECT_LE(span.end_ns, run.trace.wall_ns);
    }
    for (const TransferTimes& times : run.trace.transfers) {
        EXPECT_LE(0, times.posted_ns);
        EXPECT_LE(0, times.peer_ready_ns);
        EXPECT_LE(std::max(times.posted_ns, times.peer_ready_ns), times.begin_ns);
        EXPECT_LE(times.begin_ns, times.done_ns);
    }
    EXPECT_EQ(run.trace.memory.size(), static_cast<size_t>(2 * schedule.ranks * schedule.steps));
}

void expect_right(const Experiment& experiment) {
    const auto done = run(experiment);
    ASSERT_EQ(done->state, RunState::done) << done->error;
    ASSERT_TRUE(done->verification);
    const Verification& verification = *done->verification;
    EXPECT_EQ(verification.checked_rows, verification.total_rows);
    EXPECT_TRUE(verification.passed) << "relative " << verification.relative_error << ", lse "
                                     << verification.max_lse_error << ", empty "
                                     << verification.wrong_empty_rows;
    expect_consistent(*done);
}

TEST(Executor, RandomExperimentsAgreeWithTheReference) {
    std::mt19937 random(2024);
    for (int i = 0; i < 160; ++i) {
        Experiment e = random_experiment(random);
        e.problem.dtype = static_cast<DType>(i % 3);
        e.backend.threads = 1 + i % 4;
        SCOPED_TRACE(describe(e));
        expect_right(e);
        if (HasFatalFailure()) return;
    }
}

Experiment three_groups() {
    Experiment e;
    e.problem.seq_len = 96;
    e.problem.heads = 6;
    e.problem.kv_heads = 3;
    e.problem.head_dim = 8;
    e.problem.causal = true;
    e.problem.head_groups = {{16, 1, {}, {}}, {40, 2, {}, {}}, {96, 4, {}, {}}};
    e.backend.threads = 2;
    return e;
}

TEST(Executor, EveryStrategyLayoutToggleAndRingSize) {
    for (const Mixing mixing : {Mixing::head_groups, Mixing::longnet})
        for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped})
            for (const Strategy strategy : {Strategy::all_gather, Strategy::ring})
                for (const int ranks : {2, 3, 5, 8})
                    for (int toggles = 0; toggles < 16; ++toggles) {
                        if (strategy == Strategy::all_gather && (toggles & 3)) continue;
                        Experiment e = three_groups();
                        e.problem.mixing = mixing;
                        e.ring.layout = layout;
                        e.ring.strategy = strategy;
                        e.ring.ranks = ranks;
                        e.ring.overlap = toggles & 1;
                        e.ring.prune = toggles & 2;
                        e.ring.dilate_before_send = toggles & 4;
                        e.ring.accumulator = toggles & 8 ? Accumulator::online_softmax : Accumulator::lse;
                        SCOPED_TRACE(describe(e));
                        expect_right(e);
                        if (HasFatalFailure()) return;
                    }
}

TEST(Executor, SameBitsForAnyNumberOfThreads) {
    std::mt19937 random(77);
    for (int i = 0; i < 12; ++i) {
        Experiment e = random_experiment(random, {200, 4, 20});
        e.problem.dtype = static_cast<DType>(i % 3);
        e.backend.threads = 1;
        SCOPED_TRACE(describe(e));
        const std::vector<uint32_t> alone = answer_bits(*run(e, false));
        for (const int threads : {2, 3, 5}) {
            e.backend.threads = threads;
            ASSERT_EQ(answer_bits(*run(e, false)), alone) << threads << " threads";
        }
    }
}

// With few segments and heads the tiles get smaller as the threads get more.
TEST(Executor, SameBitsForAnyNumberOfThreadsInOneLongSegment) {
    for (const bool causal : {false, true}) {
        Experiment e;
        e.problem.seq_len = 1500;
        e.problem.heads = 1;
        e.problem.kv_heads = 1;
        e.problem.head_dim = 16;
        e.problem.causal = causal;
        e.problem.head_groups = {{1500, 1, {}, {}}};
        e.ring.ranks = 1;
        e.backend.threads = 1;
        const std::vector<uint32_t> alone = answer_bits(*run(e, false));
        for (const int threads : {2, 8}) {
            e.backend.threads = threads;
            ASSERT_EQ(answer_bits(*run(e, false)), alone) << threads << " threads";
        }
    }
}

TEST(Executor, GivenInputsAreUsed) {
    Experiment e = three_groups();
    const Problem problem = resolve(e.problem);
    const auto generated = make_generated_source(problem, 1);
    const auto whole = [&](InputTensor tensor, int heads) {
        std::vector<float> values(static_cast<size_t>(problem.seq_len * heads * problem.head_dim));
        generated->read(tensor, 0, {0, 1, problem.seq_len}, values.data());
        return values;
    };
    const auto q = whole(InputTensor::q, problem.heads), k = whole(InputTensor::k, problem.kv_heads),
               v = whole(InputTensor::v, problem.kv_heads);
    const auto expected = answer_bits(*run(e, false));
    RunOptions options;
    options.input = make_memory_source(problem, q.data(), k.data(), v.data());
    options.input_name = "given";
    e.input.seed = 99;
    const auto done = execute(e, options, {});
    EXPECT_EQ(answer_bits(*done), expected);
    EXPECT_EQ(done->input_name, "given");
}

TEST(Executor, SaysWhatItRanOn) {
    RunOptions options;
    Progress progress;
    options.progress = &progress;
    options.keep_output = false;
    const auto done = execute(three_groups(), options, {});
    EXPECT_EQ(done->state, RunState::done);
    EXPECT_EQ(done->error, "");
    EXPECT_EQ(done->device, "cpu");
    EXPECT_EQ(done->transport, "shared");
    EXPECT_NE(done->kernel, "auto");
    EXPECT_EQ(done->threads, 2);
    EXPECT_FALSE(done->version.empty());
    EXPECT_GT(done->started_utc_ms, 0);
    EXPECT_FALSE(done->machine.cpu.empty());
    EXPECT_GT(done->machine.memory_bytes, 0);
    EXPECT_EQ(done->output, nullptr);
    EXPECT_FALSE(done->verification);
    EXPECT_EQ(progress.work_done.load(), done->schedule->flops);
    EXPECT_EQ(progress.work_total.load(), done->schedule->flops);
}

TEST(Executor, BuffersOfAnEarlierRunDoNotShowInTheAnswer) {
    RunOptions options;
    options.buffers = std::make_shared<BufferPool>();
    Experiment e = three_groups();
    e.ring.accumulator = Accumulator::online_softmax;
    const auto first = answer_bits(*execute(e, options, {}));
    EXPECT_GT(options.buffers->kept_bytes(), 0);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(answer_bits(*execute(e, options, {})), first);
}

/// Pages of [data, data + bytes) that lie in memory, the partial ones at its ends left out: (resident, all).
std::pair<int64_t, int64_t> resident_pages(const std::byte* data, int64_t bytes) {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page;
    const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(bytes)) / page * page;
    std::vector<unsigned char> state((end - begin) / page);
    EXPECT_EQ(mincore(reinterpret_cast<void*>(begin), end - begin, state.data()), 0);
    const auto resident = std::count_if(state.begin(), state.end(), [](unsigned char s) { return s & 1; });
    return {resident, static_cast<int64_t>(state.size())};
}

TEST(Executor, SlotsComeFromPagesMappedBefore) {
    Experiment e;
    e.problem.seq_len = 8192;
    e.problem.heads = 4;
    e.problem.head_dim = 64;
    e.problem.head_groups = {{8192, 1, {}, {}}};
    e.ring.ranks = 2;
    const Schedule schedule = plan(e);
    const auto pool = std::make_shared<BufferPool>();
    MapSlotsJob(schedule, pool);  // never run: its blocks are as the system gives them
    int64_t slot_bytes = 0;
    for (const RankPlan& rank : schedule.rank_plans)
        for (const int64_t bytes : rank.slot_bytes) slot_bytes += aligned_bytes(bytes);
    EXPECT_EQ(pool->kept_bytes(), slot_bytes);

    const auto check = [&](bool mapped) {
        for (const RankPlan& rank : schedule.rank_plans)
            for (const int64_t bytes : rank.slot_bytes) {
                const BufferPool::Block block = pool->take(bytes);
                const auto [resident, pages] = resident_pages(block.data, bytes);
                EXPECT_GT(pages, 100);
                EXPECT_EQ(resident == pages, mapped) << resident << " of " << pages;
                pool->give(block);
            }
    };
    check(false);
    {
        MapSlotsJob job(schedule, pool);
        for (int64_t task = 0; task < job.tasks(0); ++task) job.run(0, task, 0);
    }
    check(true);
}

void expect_failure(const Experiment& experiment, ErrorKind kind, const std::string& part) {
    const auto failed = run(experiment);
    EXPECT_EQ(failed->state, RunState::failed);
    EXPECT_EQ(failed->error_kind, kind);
    EXPECT_NE(failed->error.find(part), std::string::npos) << failed->error;
    EXPECT_EQ(failed->error.find('\n'), std::string::npos);
    EXPECT_EQ(failed->output, nullptr);
}

TEST(Executor, WhatCannotRunIsSaidInOneLine) {
    Experiment e = three_groups();
    e.problem.heads = 0;
    expect_failure(e, ErrorKind::bad_input, "problem.heads");
    EXPECT_EQ(run(e)->schedule, nullptr);
    e = three_groups();
    e.ring.ranks = kMaxRunRanks + 1;
    expect_failure(e, ErrorKind::bad_input, "ring.ranks is 65");
    e = three_groups();
    e.backend.transport = "nccl";
    // Without CUDA the build rules it out, with CUDA the machine without a GPU does.
    expect_failure(e, run(e)->error_kind, "backend.transport is nccl");
    e = three_groups();
    e.backend.kernel = "abacus";
    expect_failure(e, ErrorKind::bad_input, "abacus");
}

TEST(Executor, TooLargeForMemoryIsRefusedBeforeAllocating) {
    Experiment e = three_groups();
    e.problem.seq_len = (int64_t{1} << 31) - 1;
    e.problem.head_dim = 256;
    e.problem.heads = 63;
    e.problem.head_groups = {{1 << 20, 1, {}, {}}};
    e.ring.strategy = Strategy::single;
    expect_failure(e, ErrorKind::run_failed, "would fit");
    EXPECT_NE(run(e)->error.find("TiB"), std::string::npos);
}

TEST(Executor, InventoryNamesWhatIsBuiltIn) {
    const EngineInventory inventory = engine_inventory();
    EXPECT_TRUE(inventory.devices.at(0).usable);
    EXPECT_EQ(inventory.devices.at(0).name, "cpu");
    for (const EngineOption& option : inventory.transports) EXPECT_EQ(option.usable, option.why_not.empty());
    ASSERT_FALSE(inventory.kernels_on("cpu").empty());
    EXPECT_TRUE(inventory.kernels_on("cpu").back().usable);
}

}  // namespace
}  // namespace ringscope

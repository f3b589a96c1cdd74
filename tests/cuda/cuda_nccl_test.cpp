// The NCCL transport: what it calls in which order, and how it ends what does not, on the fake library of
// fake_nccl.h.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "tests/cuda/cuda_run_checks.h"
#include "tests/cuda/fake_nccl.h"

namespace ringscope {
namespace {

using fake_nccl::Hop;
using fake_nccl::Trouble;

Experiment by_nccl(Experiment experiment) {
    experiment.backend.transport = "nccl";
    return experiment;
}

/// After any run, well or not. `lost`: sends that were left out on purpose.
void expect_all_ended(size_t lost = 0) {
    expect_nothing_left();
    EXPECT_EQ(fake_nccl::communicators_made(),
              fake_nccl::communicators_destroyed() + fake_nccl::communicators_aborted());
    EXPECT_EQ(fake_nccl::violations().size(), lost);
    for (const std::string& violation : fake_nccl::violations())
        EXPECT_TRUE(lost > 0 && violation == "rank 1 and 2 do not meet in one group") << violation;
}

/// The hops after the first exchange (and the first ncclAllGather), which come before the clock starts.
std::vector<Hop> hops_of_the_ring() {
    const std::vector<Hop>& all = fake_nccl::hops();
    if (all.empty()) return {};
    const bool gathers = all.back().gathers > 0;
    const auto before = std::min(all.size(), static_cast<size_t>(gathers ? 2 : 1));
    return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
}

int64_t bytes_of_the_ring() {
    int64_t bytes = 0;
    for (const Hop& hop : hops_of_the_ring()) bytes += hop.bytes;
    return bytes;
}

TEST(CudaNccl, RandomProblemsAnswerRightInEveryOrderThatTheEventsAllow) {
    std::mt19937 random(71);
    int gathered = 0;
    int exchanged = 0;
    for (int round = 0; round < 150; ++round) {
        const Experiment e = by_nccl(random_small_experiment(random));
        SCOPED_TRACE(describe(e));
        const Schedule schedule = plan(e);
        fake_cuda::reset(schedule.ranks, kPlenty, static_cast<unsigned>(round));
        fake_nccl::reset();
        expect_done(e);
        expect_all_ended();
        EXPECT_EQ(fake_nccl::communicators_destroyed(), schedule.ranks);
        EXPECT_EQ(bytes_of_the_ring(), schedule.bytes_on_wire);
        std::set<int> steps;
        for (const Transfer& transfer : schedule.transfers) steps.insert(transfer.step);
        EXPECT_EQ(hops_of_the_ring().size(), steps.size()) << "one group per hop";
        for (const Hop& hop : hops_of_the_ring()) ++(hop.gathers > 0 ? gathered : exchanged);
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(gathered, 0);
    EXPECT_GT(exchanged, 100);
}

TEST(CudaNccl, AFirstExchangeBetweenAllWhoEverMeetComesBeforeTheHops) {
    fake_cuda::reset(4, kPlenty, 1);
    fake_nccl::reset();
    const auto run = execute(by_nccl(dense_ring()), {}, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_EQ(run->transport, "nccl");
    EXPECT_EQ(run->device, "cuda: Fake GPU and 3 more");
    const auto& hops = fake_nccl::hops();
    ASSERT_EQ(hops.size(), 4u);
    for (const Hop& hop : hops) EXPECT_EQ(hop.sends, 4) << "every rank sends to its neighbour";
    EXPECT_EQ(hops[0].bytes, 4 * 64);
    for (size_t hop = 1; hop < hops.size(); ++hop)
        EXPECT_EQ(hops[hop].bytes, run->schedule->bytes_on_wire / 3);
    expect_all_ended();
}

TEST(CudaNccl, AllGatherIsOneCollectiveWhereSharesAreEqualAndMessagesWhereNot) {
    for (const int64_t tokens : {96, 97}) {
        Experiment e = by_nccl(dense_ring());
        e.problem.seq_len = tokens;
        e.ring.strategy = Strategy::all_gather;
        fake_cuda::reset(4, kPlenty, 2);
        fake_nccl::reset();
        expect_done(e);
        ASSERT_EQ(hops_of_the_ring().size(), 1u);
        EXPECT_EQ(hops_of_the_ring()[0].gathers, tokens == 96 ? 4 : 0);
        EXPECT_EQ(hops_of_the_ring()[0].sends, tokens == 96 ? 0 : 12);
        EXPECT_EQ(bytes_of_the_ring(), plan(e).bytes_on_wire);
        expect_all_ended();
    }
}

TEST(CudaNccl, OneRankSendsToItselfOnce) {
    fake_cuda::reset(1, kPlenty, 3);
    fake_nccl::reset();
    Experiment e = by_nccl(dense_ring());
    e.ring.ranks = 1;
    expect_done(e);
    ASSERT_EQ(fake_nccl::hops().size(), 1u);
    EXPECT_EQ(fake_nccl::hops()[0].sends, 1);
    expect_all_ended();
}

TEST(CudaNccl, TwoRanksOnOneGpuAreRefusedInWordsThatNamePeerCopies) {
    fake_cuda::reset(3, kPlenty, 4);
    fake_nccl::reset();
    const auto run = execute(by_nccl(dense_ring()), {}, {});
    EXPECT_EQ(run->error_kind, ErrorKind::bad_input);
    EXPECT_EQ(run->error,
              "backend.transport is nccl: it takes one rank per GPU, and 4 ranks would share 3 GPUs; peer "
              "copies (backend.transport peer) join ranks that share one, or take ring.ranks up to 3");
    EXPECT_EQ(fake_nccl::communicators_made(), 0);
    expect_nothing_left();
}

/// The run ends as it should, on every rank, and the next one makes communicators of its own and is right.
void expect_end(Experiment experiment, const RunOptions& options, RunState state, const std::string& words,
                std::stop_token stop = {}) {
    const auto run = execute(experiment, options, stop);
    EXPECT_EQ(run->state, state) << run->error;
    EXPECT_NE(run->error.find(words), std::string::npos) << run->error;
    EXPECT_EQ(run->error.find('\n'), std::string::npos) << run->error;
    EXPECT_EQ(fake_nccl::communicators_aborted(), state == RunState::done ? 0 : 4);
    expect_all_ended(options.fault.kind == Fault::Kind::lose_transfer ? 1 : 0);
    fake_nccl::reset();
    experiment.ring.timeout_seconds = 60;
    expect_done(experiment);
    EXPECT_EQ(fake_nccl::communicators_destroyed(), 4);
    expect_all_ended();
}

TEST(CudaNccl, FaultsEndOnEveryRankAndTheNextRunConnectsAnew) {
    const auto expect = [&](const Fault& fault, RunState state, const std::string& words) {
        Experiment e = by_nccl(dense_ring());
        e.ring.timeout_seconds = fault.kind == Fault::Kind::lose_transfer ? 1 : 60;
        fake_cuda::reset(4, kPlenty, 5);
        fake_nccl::reset();
        RunOptions options;
        options.fault = fault;
        expect_end(e, options, state, words);
    };
    expect({Fault::Kind::lose_transfer, 1, 1, 0}, RunState::failed,
           "rank 2, step 2: nothing came from rank 1 within");
    expect({Fault::Kind::throw_error, 2, 1, 0}, RunState::failed, "rank 2 failed in step 1");
    expect({Fault::Kind::delay, 1, 1, 0.05}, RunState::done, "");
    expect({.kind = Fault::Kind::slow_link, .rank = 1, .bytes_per_second = 1e6}, RunState::done, "");
}

TEST(CudaNccl, WhatNcclReportsOrNeverDoesEndsEveryRank) {
    Experiment e = by_nccl(dense_ring());
    e.ring.timeout_seconds = 1;
    // Group 0 makes the communicators, 1 is the first exchange, 2 the hop for step 1.
    fake_cuda::reset(4, kPlenty, 6);
    fake_nccl::reset(Trouble::never_launches, 3, 2);
    expect_end(e, {}, RunState::failed, "NCCL: the hop for step 2 did not get under way within 1 s");
    e.ring.timeout_seconds = 60;
    fake_nccl::reset(Trouble::error_on_a_rank, 3, 2);
    expect_end(e, {}, RunState::failed, "an error of the fake library (said in two lines)");
    fake_nccl::reset(Trouble::error_on_a_rank, 1, 0);
    expect_end(e, {}, RunState::failed, "an error of the fake library");
}

TEST(CudaNccl, ACancelEndsRanksThatNeverConnect) {
    fake_cuda::reset(4, kPlenty, 7);
    fake_nccl::reset(Trouble::never_connects, 0, 3);
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
    });
    expect_end(by_nccl(dense_ring()), {}, RunState::cancelled, "cancelled", stop.get_token());
}

}  // namespace
}  // namespace ringscope

#include "engine/simulate/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/base/error.h"
#include "engine/run/execute.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

Experiment four_ranks() {
    Experiment e;
    e.problem.seq_len = 512;
    e.problem.heads = 4;
    e.problem.head_dim = 32;
    e.problem.head_groups.emplace_back().segment_length = 512;
    e.ring.ranks = 4;
    e.backend.device = "cpu";
    e.backend.threads = 1;  // so that ranks share, however many cores there are
    return e;
}

std::shared_ptr<const Run> run_of(const Experiment& e, const Fault& fault = {}) {
    RunOptions options;
    options.fault = fault;
    return execute(e, options, {});
}

TEST(Replay, GivesEveryRankADeviceOfItsOwn) {
    const auto run = run_of(four_ranks());
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_TRUE(shares_cores(*run));
    const auto replayed = replay(*run);
    EXPECT_EQ(replayed->origin, Origin::replayed);
    EXPECT_EQ(replayed->schedule, run->schedule);
    EXPECT_EQ(replayed->output, run->output);
    EXPECT_LT(replayed->metrics.seconds, run->metrics.seconds);
    for (size_t rank = 0; rank < 4; ++rank) {
        const RankMetrics& before = run->metrics.ranks[rank];
        const RankMetrics& after = replayed->metrics.ranks[rank];
        EXPECT_EQ(after.wait_core_seconds, 0);
        EXPECT_LE(after.core_seconds, before.core_seconds * 1.01);     // without what else had the core
        EXPECT_NEAR(after.compute_seconds, after.core_seconds, 1e-7);  // on one core
        EXPECT_EQ(after.peak_bytes, before.peak_bytes);
        EXPECT_EQ(after.received_bytes, before.received_bytes);
    }
    ASSERT_EQ(replayed->trace.memory.size(), run->trace.memory.size());
    for (size_t i = 0; i < run->trace.memory.size(); ++i)
        EXPECT_EQ(replayed->trace.memory[i].live, run->trace.memory[i].live);
    EXPECT_EQ(clock_text(*run), "this machine (measured); 4 ranks shared 1 core");
    EXPECT_EQ(clock_text(*replayed), "every rank its own device (replayed)");
}

TEST(Replay, KeepsTheWorkOfEveryStep) {
    const auto run = run_of(four_ranks());
    const auto replayed = replay(*run);
    for (int rank = 0; rank < 4; ++rank)
        for (int step = 0; step < run->schedule->steps; ++step) {
            int64_t work_ns = 0;
            for (const Span& span : replayed->trace.spans)
                if (span.rank == rank && span.step == step && span.kind == SpanKind::compute)
                    work_ns += span.end_ns - span.begin_ns;
            EXPECT_NEAR(
                static_cast<double>(work_ns),
                static_cast<double>(
                    run->trace.work_times[static_cast<size_t>(rank * run->schedule->steps + step)].attend_ns),
                2);
        }
}

/// As of a file, which does not say what each step took.
TEST(Replay, WithoutTheStepsOwnTimesScalesTheSpans) {
    ringscope::Run run = *run_of(four_ranks());
    run.trace.work_times.clear();
    const auto replayed = replay(run);
    for (size_t rank = 0; rank < 4; ++rank)
        EXPECT_NEAR(replayed->metrics.ranks[rank].core_seconds, run.metrics.ranks[rank].core_seconds,
                    0.01 * run.metrics.ranks[rank].core_seconds);
}

TEST(Replay, ARankThatSleptStillSleeps) {
    Fault fault;
    fault.kind = Fault::Kind::delay;
    fault.rank = 1;
    fault.step = 1;
    fault.delay_seconds = 0.3;
    const auto replayed = replay(*run_of(four_ranks(), fault));
    EXPECT_GT(replayed->metrics.seconds, 0.3);
}

TEST(Replay, ASlowLinkIsStillSlow) {
    Fault fault{.kind = Fault::Kind::slow_link, .rank = 1};
    const auto plain = run_of(four_ranks());
    fault.bytes_per_second = static_cast<double>(plain->schedule->transfers.front().bytes) / 0.05;
    const auto replayed = replay(*run_of(four_ranks(), fault));
    EXPECT_GT(replayed->metrics.seconds, 0.15);
}

TEST(Replay, OverAMachinesLinksTransfersTakeWhatTheseTake) {
    const auto run = run_of(four_ranks());
    auto machine = std::make_shared<MachineModel>();
    machine->name = "slow links";
    machine->devices_per_host = 4;
    machine->links = {{"port", LinkScope::device, 1, 0.01, 1e6, true, ""}};
    machine->same_host = "port";
    const auto replayed = replay(*run, {machine});
    EXPECT_EQ(replayed->link, "slow links");
    const double hop = 0.01 + static_cast<double>(run->schedule->transfers.front().bytes) / 1e6;
    EXPECT_GE(replayed->metrics.seconds, 3 * hop);
    machine->devices_per_host = 3;
    EXPECT_THROW(replay(*run, {machine}), Error);
}

TEST(Replay, RefusesWhatHasNothingToReplay) {
    ringscope::Run run = *run_of(four_ranks());
    run.trace.spans.clear();
    EXPECT_NE(why_not_replayable(run), "");
    EXPECT_THROW(replay(run), Error);
    ringscope::Run other_time = *run_of(four_ranks());
    other_time.metrics.seconds *= 20;  // as of a file that something else has written
    EXPECT_NE(why_not_replayable(other_time).find("is not that of its spans"), std::string::npos);
    run.origin = Origin::simulated;
    EXPECT_FALSE(shares_cores(run));
    EXPECT_THROW(replay(run), Error);
}

TEST(Replay, HoldsForAnyProblem) {
    std::mt19937 random(5);
    for (int round = 0; round < 100; ++round) {
        Experiment e = random_experiment(random);
        e.backend.device = "cpu";
        const auto run = run_of(e);
        ASSERT_EQ(run->state, RunState::done) << run->error;
        const auto replayed = replay(*run);
        for (const RankMetrics& rank : replayed->metrics.ranks) {
            EXPECT_EQ(rank.wait_core_seconds, 0) << describe(e);
            EXPECT_NEAR(rank.wall_seconds(), replayed->metrics.seconds, 1e-9);
        }
        EXPECT_EQ(replayed->metrics.bytes_on_wire, run->metrics.bytes_on_wire);
    }
}

}  // namespace
}  // namespace ringscope

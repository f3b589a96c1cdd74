// Who holds the others up: chains of waits by hand, and delays of one rank in real, replayed and simulated runs.
#include "engine/analysis/stragglers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "engine/run/execute.h"
#include "engine/simulate/layout.h"
#include "engine/simulate/replay.h"

namespace ringscope {
namespace {

Experiment small_ring(int ranks, bool overlap) {
    Experiment e;
    e.problem.seq_len = 16 * ranks;
    e.problem.heads = 1;
    e.problem.head_dim = 8;
    e.problem.causal = false;
    e.problem.head_groups.emplace_back().segment_length = 16 * ranks;
    e.ring.ranks = ranks;
    e.ring.overlap = overlap;
    e.ring.prune = false;
    e.backend.device = "cpu";
    return e;
}

Run run_of(const Experiment& e, Trace trace) {
    Run run;
    run.experiment = e;
    run.schedule = std::make_shared<const Schedule>(plan(e));
    run.trace = std::move(trace);
    return run;
}

Span late_peer(int rank, int peer, int step, int64_t begin, int64_t end) {
    Span s;
    s.rank = rank;
    s.kind = SpanKind::wait;
    s.cause = WaitCause::late_peer;
    s.step = step;
    s.peer = peer;
    s.begin_ns = begin;
    s.end_ns = end;
    return s;
}

double cost_ns(const Stragglers& report, int rank) {
    return report.ranks[static_cast<size_t>(rank)].cost_seconds * 1e9;
}

/// Rank 1 waits 90 for rank 0; rank 2, which waited for nobody, then waits 70 for rank 1 and rank 3 50 for rank 2.
TEST(Stragglers, WaitsLeadBackToTheFirstCause) {
    Trace trace;
    trace.wall_ns = 400;
    trace.spans = {late_peer(1, 0, 0, 10, 100), late_peer(2, 1, 1, 130, 200), late_peer(3, 2, 2, 250, 300)};
    const Stragglers report = stragglers(run_of(small_ring(4, false), trace));
    EXPECT_NEAR(cost_ns(report, 0), 210, 1e-6);
    EXPECT_NEAR(cost_ns(report, 1), 0, 1e-6);
    EXPECT_NEAR(cost_ns(report, 2), 0, 1e-6);
    EXPECT_NEAR(report.wait_seconds * 1e9, 210, 1e-6);
    EXPECT_EQ(report.culprits, std::vector<int>{0});
    EXPECT_EQ(report.ranks[0].costliest_step, 0);
    EXPECT_EQ(report.ranks[0].waiter, 1);
    EXPECT_NEAR(report.ranks[0].longest_wait_seconds * 1e9, 90, 1e-6);
    EXPECT_NEAR(report.ranks[0].most_seconds * 1e9, 90, 1e-6);
    EXPECT_EQ(report.ranks[0].last_steps, 1);
    EXPECT_EQ(report.sentence,
              "Rank 0 holds the others up: it is the last in 1 of 1 step and costs them 210 ns of waiting, "
              "most of it "
              "in step 0, where rank 1 waits 90.0 ns for it.");
}

/// Both were held up by rank 0 alike: what rank 2 then waits for rank 1 is rank 1's own.
TEST(Stragglers, WhatBothSufferedAlikeLeadsNoFurther) {
    Trace trace;
    trace.wall_ns = 1000;
    trace.spans = {late_peer(1, 0, 0, 10, 100), late_peer(2, 0, 0, 10, 100), late_peer(2, 1, 1, 200, 230)};
    const Stragglers report = stragglers(run_of(small_ring(3, false), trace));
    EXPECT_NEAR(cost_ns(report, 0), 180, 1e-6);
    EXPECT_NEAR(cost_ns(report, 1), 30, 1e-6);
}

/// Rank 1 is late by 20 through rank 0, and by 50 more by itself.
TEST(Stragglers, AWaitIsSharedByItsCauses) {
    Trace trace;
    trace.wall_ns = 1000;
    trace.spans = {late_peer(1, 0, 0, 10, 30), late_peer(2, 1, 1, 100, 170)};
    const Stragglers report = stragglers(run_of(small_ring(3, false), trace));
    EXPECT_NEAR(cost_ns(report, 0), 40, 1e-6);
    EXPECT_NEAR(cost_ns(report, 1), 50, 1e-6);
}

/// Ends at one instant are settled from the cause on, whatever order the spans have; circles end.
TEST(Stragglers, ChainsThatEndAtOnceAndCirclesAreFollowed) {
    Trace trace;
    trace.wall_ns = 1000;
    trace.spans = {late_peer(2, 1, 0, 5, 100), late_peer(1, 0, 0, 5, 100)};
    const Stragglers chain = stragglers(run_of(small_ring(3, false), trace));
    EXPECT_NEAR(cost_ns(chain, 0), 190, 1e-6);
    EXPECT_NEAR(cost_ns(chain, 1), 0, 1e-6);
    trace.spans = {late_peer(0, 1, 0, 5, 100), late_peer(1, 0, 0, 5, 100)};
    EXPECT_NEAR(stragglers(run_of(small_ring(3, false), trace)).wait_seconds * 1e9, 190, 1e-6);
}

TEST(Stragglers, NobodyIsNamedWhereAllCostAlikeOrLittle) {
    Trace trace;
    trace.wall_ns = 1000;
    trace.spans = {late_peer(0, 1, 0, 100, 200), late_peer(1, 0, 1, 300, 400), late_peer(2, 3, 0, 100, 200),
                   late_peer(3, 2, 1, 300, 400)};
    Stragglers report = stragglers(run_of(small_ring(4, false), trace));
    for (int rank = 0; rank < 4; ++rank) EXPECT_NEAR(cost_ns(report, rank), 100, 1e-6);
    EXPECT_TRUE(report.culprits.empty());
    EXPECT_NE(report.sentence.find("No rank stands out"), std::string::npos) << report.sentence;
    trace.spans = {late_peer(1, 0, 0, 100, 149)};  // less than 5% of the wall time
    EXPECT_TRUE(stragglers(run_of(small_ring(4, false), trace)).culprits.empty());
    trace.spans = {late_peer(1, 0, 0, 100, 151)};
    EXPECT_EQ(stragglers(run_of(small_ring(4, false), trace)).culprits, std::vector<int>{0});
    EXPECT_EQ(stragglers(run_of(small_ring(4, false), {})).sentence, "No rank waits for a late peer.");
    EXPECT_EQ(stragglers(run_of(small_ring(1, false), {})).sentence,
              "One rank works: nobody waits for another.");
    ringscope::Run failed = run_of(small_ring(4, false), trace);
    failed.state = RunState::failed;
    EXPECT_TRUE(stragglers(failed).ranks.empty());
}

/// `others`: what those take for the same work.
TEST(Stragglers, TheSlowestStepIsAgainstTheMedianAtTheSameFlops) {
    Trace trace;
    trace.wall_ns = 1000;
    for (int rank = 0; rank < 3; ++rank)
        for (int step = 0; step < 3; ++step) {
            Span s = late_peer(rank, -1, step, 100 * step, 100 * step + (rank == 1 && step == 2 ? 80 : 50));
            s.kind = SpanKind::compute;
            s.cause = WaitCause::none;
            trace.spans.push_back(s);
        }
    const Stragglers report = stragglers(run_of(small_ring(3, false), trace));
    EXPECT_EQ(report.ranks[1].slowest_step, 2);
    EXPECT_NEAR(report.ranks[1].slowest_excess_seconds * 1e9, 30, 1e-6);
    EXPECT_EQ(report.ranks[0].slowest_step, -1);
}

void expect_named(const Run& run, const Fault& fault) {
    const Stragglers report = stragglers(run);
    ASSERT_FALSE(report.culprits.empty()) << report.sentence;
    EXPECT_EQ(report.culprits.front(), fault.rank) << report.sentence;
    const RankStraggling& rank = report.ranks[static_cast<size_t>(fault.rank)];
    EXPECT_EQ(rank.costliest_step, fault.step) << report.sentence;
    EXPECT_GE(rank.cost_seconds, fault.delay_seconds / 2) << report.sentence;
    EXPECT_EQ(report.sentence.find("Rank " + std::to_string(fault.rank) + " holds the others up"), 0u)
        << report.sentence;
    EXPECT_NE(report.sentence.find("in step " + std::to_string(fault.step)), std::string::npos)
        << report.sentence;
}

/// The work is so small and the delay so long that no loaded machine or sanitizer makes another rank the later one.
void expect_random_delays_named(std::mt19937& random, int runs) {
    for (int i = 0; i < runs; ++i) {
        const int ranks = 2 + static_cast<int>(random() % 5);
        const Experiment e = small_ring(ranks, random() % 2 == 0);
        RunOptions options;
        options.fault.kind = Fault::Kind::delay;
        options.fault.rank = static_cast<int>(random() % static_cast<unsigned>(ranks));
        options.fault.step = static_cast<int>(random() % static_cast<unsigned>(ranks - 1));
        options.fault.delay_seconds = 0.5;
        SCOPED_TRACE(std::to_string(ranks) + " ranks, rank " + std::to_string(options.fault.rank) +
                     ", step " + std::to_string(options.fault.step) + (e.ring.overlap ? ", overlap" : ""));
        const auto run = execute(e, options, {});
        ASSERT_EQ(run->state, RunState::done) << run->error;
        expect_named(*run, options.fault);
        expect_named(*replay(*run), options.fault);
    }
}

TEST(Stragglers, ADelayOfARealRankIsNamed) {
    std::mt19937 random(11);
    expect_random_delays_named(random, 8);
}

TEST(Stragglers, ADelayIsNamedBesideBusyLoops) {
    std::atomic<bool> done{false};
    std::vector<std::jthread> busy;
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i)
        busy.emplace_back([&] {
            while (!done) {
            }
        });
    std::mt19937 random(12);
    expect_random_delays_named(random, 6);
    done = true;
}

Run laid_out(const Experiment& e, const std::vector<SlowRank>& slow) {
    ringscope::Run run = run_of(e, {});
    run.origin = Origin::simulated;
    MachineModel machine;
    machine.devices_per_host = e.ring.ranks;
    machine.links = {{"port", LinkScope::device, 1, 1e-6, 1e9, true, ""}};
    machine.same_host = "port";
    RankCosts rank;
    rank.steps.assign(static_cast<size_t>(run.schedule->steps), {1e-3, 0, 1});
    const WorkCosts costs(static_cast<size_t>(e.ring.ranks), rank);
    run.trace = lay_out(*run.schedule, costs, machine, slow).trace;
    return run;
}

TEST(Stragglers, SlowAndDelayedRanksOfSimulationsAreNamed) {
    for (const bool overlap : {false, true})
        for (int ranks : {2, 4, 8})
            for (int rank = 0; rank < ranks; ++rank) {
                SCOPED_TRACE(std::to_string(rank) + " of " + std::to_string(ranks) +
                             (overlap ? ", overlap" : ""));
                const Experiment e = small_ring(ranks, overlap);
                Fault fault;
                fault.rank = rank;
                fault.step = rank % (ranks - 1);
                fault.delay_seconds = 0.02;
                expect_named(laid_out(e, {{.rank = rank, .delay_step = fault.step, .delay_seconds = 0.02}}),
                             fault);
                // A chunk is sent a step before its use: in short rings nobody waits for a rank that is a little slower.
                if (ranks == 2) continue;
                const Stragglers slow = stragglers(laid_out(e, {{.rank = rank, .factor = 4}}));
                ASSERT_FALSE(slow.culprits.empty()) << slow.sentence;
                EXPECT_EQ(slow.culprits.front(), rank) << slow.sentence;
            }
    const Stragglers uniform = stragglers(laid_out(small_ring(4, true), {}));
    EXPECT_TRUE(uniform.culprits.empty()) << uniform.sentence;
}

}  // namespace
}  // namespace ringscope

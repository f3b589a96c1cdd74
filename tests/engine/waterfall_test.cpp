// Where the time went: traces by hand and closed forms of simulated rings with known answers, and that the causes of
// any real run sum to its wall time.
#include "engine/analysis/waterfall.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "engine/experiment/scenarios.h"
#include "engine/run/execute.h"
#include "engine/simulate/layout.h"
#include "engine/simulate/replay.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr double kCompute = 3e-3, kLatency = 1e-4, kRate = 1e6;  // seconds, seconds, bytes per second

double seconds_of(const Waterfall& fall, WaterfallCause cause) {
    return fall.bars[static_cast<size_t>(cause)].seconds;
}

void expect_whole(const Waterfall& fall, const Run& run) {
    ASSERT_EQ(fall.bars.size(), static_cast<size_t>(kWaterfallCauses));
    double sum = fall.ideal_seconds;
    for (int i = 0; i < kWaterfallCauses; ++i) {
        EXPECT_EQ(static_cast<int>(fall.bars[static_cast<size_t>(i)].cause), i);
        const double seconds = fall.bars[static_cast<size_t>(i)].seconds;
        EXPECT_TRUE(std::isfinite(seconds));
        sum += seconds;
        if (i != static_cast<int>(WaterfallCause::imbalance) &&
            i != static_cast<int>(WaterfallCause::slower_rate)) {
            EXPECT_GE(seconds, 0) << label_of(fall.bars[static_cast<size_t>(i)].cause);
        }
    }
    EXPECT_NEAR(sum, static_cast<double>(run.trace.wall_ns) * 1e-9, 1e-9);
    EXPECT_FALSE(fall.sentence.empty());
}

Experiment dense(int ranks, Strategy strategy, bool causal, bool overlap) {
    Experiment e;
    e.problem.seq_len = 64 * ranks;
    e.problem.heads = 1;
    e.problem.head_dim = 8;
    e.problem.causal = causal;
    e.problem.head_groups.emplace_back().segment_length = 64 * ranks;
    e.ring.ranks = ranks;
    e.ring.strategy = strategy;
    e.ring.overlap = overlap;
    e.ring.prune = false;
    return e;
}

Run run_of(const Experiment& e, Trace trace = {}) {
    Run run;
    run.experiment = e;
    run.schedule = std::make_shared<const Schedule>(plan(e));
    run.trace = std::move(trace);
    return run;
}

Span span(int rank, SpanKind kind, int64_t begin, int64_t end, int step = 0, int peer = -1) {
    Span s;
    s.rank = rank;
    s.kind = kind;
    s.step = step;
    s.peer = peer;
    s.begin_ns = begin;
    s.end_ns = end;
    if (kind == SpanKind::wait) s.cause = WaitCause::late_peer;
    return s;
}

Span wait(WaitCause cause, int rank, int64_t begin, int64_t end, int step = 0) {
    Span s = span(rank, SpanKind::wait, begin, end, step);
    s.cause = cause;
    return s;
}

int transfer_to(const Schedule& schedule, int rank) {
    for (size_t i = 0; i < schedule.transfers.size(); ++i)
        if (schedule.transfers[i].to == rank) return static_cast<int>(i);
    return -1;
}

/// Rank 0 packs, computes at half of rank 1's rate in step 0, stands still, then sends. Rank 1 waits for it, then for
/// the link, receives, waits for a core, computes and merges. All FLOPs are equal.
TEST(Waterfall, OfATraceByHand) {
    ringscope::Run run = run_of(dense(2, Strategy::ring, false, false));
    const int to_1 = transfer_to(*run.schedule, 1);
    run.trace.wall_ns = 1000;
    run.trace.spans = {span(0, SpanKind::pack, 10, 30),
                       span(0, SpanKind::compute, 30, 230, 0),
                       span(0, SpanKind::compute, 300, 500, 1),
                       span(1, SpanKind::compute, 0, 100, 0),
                       span(1, SpanKind::wait, 100, 290, 0, 0),
                       wait(WaitCause::link, 1, 290, 305),
                       span(1, SpanKind::receive, 305, 400, 0, 0),
                       wait(WaitCause::core, 1, 400, 440, 1),
                       span(1, SpanKind::compute, 440, 540, 1),
                       span(1, SpanKind::merge, 540, 980, 1)};
    for (Span& s : run.trace.spans)
        if (s.rank == 1 && (s.kind == SpanKind::receive || s.cause == WaitCause::link)) s.transfer = to_1;
    run.trace.transfers.resize(run.schedule->transfers.size());
    run.trace.transfers[static_cast<size_t>(to_1)] = {100, 290, 305, 400};
    const auto fall = waterfall(run);
    ASSERT_TRUE(fall);
    expect_whole(*fall, run);
    EXPECT_NEAR(fall->ideal_seconds, 200e-9, 1e-15);  // two steps at rank 1's rate
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::imbalance), 0, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::slower_rate), 100e-9, 1e-15);  // step 0 at half the rate
    EXPECT_EQ(fall->bars[static_cast<size_t>(WaterfallCause::slower_rate)].rank, 0);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::packing), 20e-9, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::late_peer), 60e-9, 1e-15);  // 230 to 290
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::hop_overhead), 15e-9, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::exposed_transfer), 95e-9, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::wait_core), 40e-9, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::merging), 440e-9, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::idle), 30e-9, 1e-15);  // 10 to begin with, 20 at the end
    EXPECT_EQ(
        fall->sentence,
        "The ring takes 5.00 times its ideal; most of that is merging and normalising, for the most part on "
        "rank 1 (440 ns of 800 ns).");
}

/// Gaps of 10, 10 and 60: the usual one is 10, what is longer is a rank that stood still.
TEST(Waterfall, AGapIsOverheadAsFarAsItIsUsual) {
    ringscope::Run run = run_of(dense(2, Strategy::ring, false, false));
    run.trace.wall_ns = 400;
    run.trace.transfers.resize(run.schedule->transfers.size());
    run.trace.spans = {span(0, SpanKind::compute, 0, 50, 0), span(1, SpanKind::compute, 0, 100, 0),
                       span(1, SpanKind::receive, 110, 200, 0, 0), span(1, SpanKind::compute, 210, 300, 1),
                       span(1, SpanKind::merge, 360, 400, 1)};
    const auto fall = waterfall(run);
    ASSERT_TRUE(fall);
    expect_whole(*fall, run);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::hop_overhead), 20e-9, 1e-15);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::late_peer), 50e-9, 1e-15);
    EXPECT_EQ(fall->bars[static_cast<size_t>(WaterfallCause::late_peer)].rank, 1);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::idle), 10e-9, 1e-15);
}

/// A simulated run whose attention takes `seconds_per_flop`.
Run laid_out(const Experiment& e, double seconds_per_flop, const std::vector<SlowRank>& slow = {}) {
    ringscope::Run run = run_of(e);
    run.origin = Origin::simulated;
    MachineModel machine;
    machine.devices_per_host = e.ring.ranks;
    machine.links = {{"port", LinkScope::device, 1, kLatency, kRate, true, ""}};
    machine.same_host = "port";
    WorkCosts costs;
    for (const RankPlan& plan : run.schedule->rank_plans) {
        RankCosts& rank = costs.emplace_back();
        for (const RankStep& step : plan.steps) rank.steps.push_back({step.flops * seconds_per_flop, 0, 1});
    }
    run.trace = lay_out(*run.schedule, costs, machine, slow).trace;
    return run;
}

double flops_per_step(const Experiment& e) { return plan(e).rank_plans[0].steps[0].flops; }

TEST(Waterfall, WithoutOverlapARingLosesItsHops) {
    for (const int ranks : {2, 3, 8}) {
        const Experiment e = dense(ranks, Strategy::ring, false, false);
        const ringscope::Run run = laid_out(e, kCompute / flops_per_step(e));
        const auto fall = waterfall(run);
        ASSERT_TRUE(fall);
        expect_whole(*fall, run);
        const double bytes = static_cast<double>(run.schedule->transfers.front().bytes) / kRate;
        EXPECT_NEAR(fall->ideal_seconds, ranks * kCompute, 1e-7);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::exposed_transfer), (ranks - 1) * bytes, 1e-7);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::hop_overhead), (ranks - 1) * kLatency, 1e-7);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::imbalance), 0, 1e-7);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::slower_rate), 0, 1e-7);
        EXPECT_NE(fall->sentence.find("transfers that no work hides"), std::string::npos) << fall->sentence;
    }
}

TEST(Waterfall, WithOverlapARingLosesWhatComputeDoesNotHide) {
    const int ranks = 4;
    const Experiment e = dense(ranks, Strategy::ring, false, true);
    const double bytes = static_cast<double>(plan(e).transfers.front().bytes) / kRate;
    for (const double compute : {2 * kLatency, 1.0}) {
        const ringscope::Run run = laid_out(e, compute / flops_per_step(e));
        const auto fall = waterfall(run);
        ASSERT_TRUE(fall);
        expect_whole(*fall, run);
        const double exposed = std::max(0.0, kLatency + bytes - compute);
        EXPECT_NEAR(fall->ideal_seconds, ranks * compute, 1e-7);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::exposed_transfer), (ranks - 1) * exposed, 1e-7);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::hop_overhead), 0, 1e-7) << "compute hides the latency";
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::imbalance), 0, 1e-7);
        if (exposed > 0) continue;
        EXPECT_EQ(fall->sentence, "The ring takes 1.00 times its ideal: no cause stands out.");
    }
}

/// The last rank sees every chunk; it has (2 p - 1) / p times the mean, less the diagonal's half tokens.
TEST(Waterfall, ACausalContiguousRingLosesItsImbalance) {
    const int ranks = 4;
    const Experiment e = dense(ranks, Strategy::ring, true, true);
    const ringscope::Run run = laid_out(e, 1.0 / flops_per_step(e));
    const auto fall = waterfall(run);
    ASSERT_TRUE(fall);
    expect_whole(*fall, run);
    const double mean = run.schedule->flops / ranks;
    const double excess = run.schedule->rank_plans[3].flops / mean - 1;
    EXPECT_NEAR(excess, 0.75, 0.02);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::imbalance) / fall->ideal_seconds, excess, 1e-4);
    EXPECT_EQ(fall->bars[static_cast<size_t>(WaterfallCause::imbalance)].rank, 3);
    EXPECT_NE(fall->sentence.find("most of that is that rank 3 has 1.7"), std::string::npos)
        << fall->sentence;
}

TEST(Waterfall, ASlowRankIsASlowerRate) {
    const int ranks = 4;
    const Experiment e = dense(ranks, Strategy::ring, false, true);
    for (const int rank : {0, 2, 3}) {
        const ringscope::Run run = laid_out(e, 1.0 / flops_per_step(e), {{.rank = rank, .factor = 2}});
        const auto fall = waterfall(run);
        ASSERT_TRUE(fall);
        expect_whole(*fall, run);
        EXPECT_NEAR(fall->ideal_seconds, ranks, 1e-6);
        EXPECT_NEAR(seconds_of(*fall, WaterfallCause::slower_rate), ranks, 1e-6);
        EXPECT_NE(
            fall->sentence.find("rank " + std::to_string(rank) + " computes at 0.50 times the kernel's rate"),
            std::string::npos)
            << fall->sentence;
    }
}

TEST(Waterfall, ADelayIsALatePeer) {
    const Experiment e = dense(4, Strategy::ring, false, false);
    const ringscope::Run run =
        laid_out(e, kCompute / flops_per_step(e), {{.rank = 2, .delay_step = 1, .delay_seconds = 0.5}});
    const auto fall = waterfall(run);
    ASSERT_TRUE(fall);
    expect_whole(*fall, run);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::late_peer), 0.5, 0.02);
    EXPECT_NE(fall->sentence.find("rank 2 stood still"), std::string::npos) << fall->sentence;
}

TEST(Waterfall, AnAllGatherLosesItsExchange) {
    const int ranks = 4;
    const Experiment e = dense(ranks, Strategy::all_gather, false, false);
    const ringscope::Run run = laid_out(e, kCompute / flops_per_step(e));
    const auto fall = waterfall(run);
    ASSERT_TRUE(fall);
    expect_whole(*fall, run);
    const double bytes = static_cast<double>(run.schedule->transfers.front().bytes) / kRate;
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::exposed_transfer), (ranks - 1) * bytes, 1e-6);
    EXPECT_NE(fall->sentence.find("The all-gather takes"), std::string::npos) << fall->sentence;
}

TEST(Waterfall, OfNothingComputedIsAllOverhead) {
    ringscope::Run run = run_of(dense(2, Strategy::ring, false, false));
    run.trace.wall_ns = 50;
    run.trace.spans = {span(0, SpanKind::pack, 10, 40)};
    const auto fall = waterfall(run);
    ASSERT_TRUE(fall);
    expect_whole(*fall, run);
    EXPECT_EQ(fall->ideal_seconds, 0);
    EXPECT_NEAR(seconds_of(*fall, WaterfallCause::packing), 30e-9, 1e-15);
    EXPECT_EQ(fall->sentence, "Nothing was computed: all of the 50.0 ns is overhead.");
}

TEST(Waterfall, OfARunThatIsNotDoneOrWithoutSpansThereIsNone) {
    ringscope::Run run = run_of(dense(2, Strategy::ring, false, false));
    EXPECT_FALSE(waterfall(run));
    run.trace.wall_ns = 50;
    run.trace.spans = {span(0, SpanKind::pack, 10, 40)};
    run.state = RunState::cancelled;
    EXPECT_FALSE(waterfall(run));
    run.state = RunState::done;
    run.schedule = nullptr;
    EXPECT_FALSE(waterfall(run));
}

TEST(Waterfall, OfRealAndReplayedRunsSumsToTheWallTime) {
    const char* asked = std::getenv("RINGSCOPE_PROBLEMS");
    const int problems = asked != nullptr ? std::atoi(asked) : 200;
    std::mt19937 random(7);
    for (int i = 0; i < problems; ++i) {
        Experiment e = random_experiment(random);
        e.backend.device = "cpu";
        SCOPED_TRACE(describe(e));
        const auto run = execute(e, {}, {});
        ASSERT_EQ(run->state, RunState::done) << run->error;
        const auto fall = waterfall(*run);
        ASSERT_EQ(fall.has_value(), !run->trace.spans.empty());
        if (fall) expect_whole(*fall, *run);
        if (!why_not_replayable(*run).empty()) continue;
        const auto replayed = replay(*run);
        if (const auto of_replay = waterfall(*replayed)) expect_whole(*of_replay, *replayed);
    }
}

}  // namespace
}  // namespace ringscope

// The longest chain over ranks: by hand, over made-up runs of every scenario, and of a run that was delayed.
#include "engine/analysis/critical_path.h"

#include <gtest/gtest.h>

#include <numeric>

#include "engine/experiment/scenarios.h"
#include "engine/run/execute.h"

namespace ringscope {
namespace {

Schedule two_ranks() {
    Experiment e = find_scenario("Tiny 16")->experiment;
    e.problem.causal = false;
    e.problem.head_groups = {{16, 1, {}, {}}};
    e.ring.ranks = 2;
    return plan(e);
}

Span span(int rank, SpanKind kind, int64_t begin, int64_t end, int peer = -1, int transfer = -1) {
    Span s;
    s.rank = rank;
    s.kind = kind;
    s.peer = peer;
    s.transfer = transfer;
    s.begin_ns = begin;
    s.end_ns = end;
    if (kind == SpanKind::wait) s.cause = WaitCause::late_peer;
    return s;
}

int64_t total(const CriticalPath& path, ChainKind kind) { return path.total_ns[static_cast<size_t>(kind)]; }

void expect_whole(const CriticalPath& path, int64_t wall_ns) {
    ASSERT_FALSE(path.links.empty());
    EXPECT_EQ(path.links.front().begin_ns, 0);
    EXPECT_EQ(path.links.back().end_ns, wall_ns);
    for (size_t i = 1; i < path.links.size(); ++i)
        EXPECT_EQ(path.links[i].begin_ns, path.links[i - 1].end_ns);
    EXPECT_EQ(std::accumulate(path.total_ns.begin(), path.total_ns.end(), int64_t{0}), wall_ns);
    std::array<int64_t, kChainKinds> by_rank{};
    for (const auto& rank : path.rank_ns)
        for (int kind = 0; kind < kChainKinds; ++kind) by_rank[kind] += rank[kind];
    EXPECT_EQ(by_rank, path.total_ns);
}

/// rank 0: compute to 100, then pack to 110; rank 1: compute to 30, waits for rank 0, receives from 115 to
/// 140 and computes to 200. The chain is rank 0's compute and pack, 5 of link, the transfer, rank 1's
/// compute.
TEST(CriticalPath, GoesThroughTheLateSender) {
    const Schedule schedule = two_ranks();
    ASSERT_EQ(schedule.transfers.size(), 2u);
    const int to_1 = schedule.transfers[0].to == 1 ? 0 : 1;
    Trace trace;
    trace.wall_ns = 200;
    trace.spans = {span(0, SpanKind::compute, 0, 100),         span(0, SpanKind::pack, 100, 110),
                   span(0, SpanKind::send, 115, 140, 1, to_1), span(1, SpanKind::compute, 0, 30),
                   span(1, SpanKind::wait, 30, 110, 0, to_1),  span(1, SpanKind::receive, 115, 140, 0, to_1),
                   span(1, SpanKind::compute, 140, 200)};
    trace.transfers.resize(2);
    trace.transfers[static_cast<size_t>(to_1)] = {30, 110, 115, 140};
    const CriticalPath path = critical_path(schedule, trace);
    expect_whole(path, 200);
    EXPECT_EQ(total(path, ChainKind::compute), 160);
    EXPECT_EQ(total(path, ChainKind::pack), 10);
    EXPECT_EQ(total(path, ChainKind::wait_link), 5);
    EXPECT_EQ(total(path, ChainKind::transfer), 25);
    EXPECT_EQ(total(path, ChainKind::wait_peer), 0) << "what the peer did stands in its place";
    EXPECT_EQ(path.rank_ns[0][static_cast<size_t>(ChainKind::compute)], 100);
    EXPECT_EQ(path.hops, 1);
}

/// The sender was ready long before: the receiver came late, and the chain stays with it.
TEST(CriticalPath, StaysWithTheLateReceiver) {
    const Schedule schedule = two_ranks();
    const int to_1 = schedule.transfers[0].to == 1 ? 0 : 1;
    Trace trace;
    trace.wall_ns = 200;
    trace.spans = {span(0, SpanKind::compute, 0, 20), span(1, SpanKind::compute, 0, 90),
                   span(1, SpanKind::receive, 100, 140, 0, to_1), span(1, SpanKind::compute, 140, 200)};
    trace.transfers.resize(2);
    trace.transfers[static_cast<size_t>(to_1)] = {90, 20, 100, 140};
    const CriticalPath path = critical_path(schedule, trace);
    expect_whole(path, 200);
    EXPECT_EQ(path.hops, 0);
    EXPECT_EQ(total(path, ChainKind::compute), 150);
    EXPECT_EQ(total(path, ChainKind::idle), 10);
}

TEST(CriticalPath, ACircleOfWaitsEnds) {
    const Schedule schedule = two_ranks();
    Trace trace;
    trace.wall_ns = 100;
    trace.spans = {span(0, SpanKind::compute, 0, 10), span(0, SpanKind::wait, 10, 100, 1),
                   span(1, SpanKind::compute, 0, 20), span(1, SpanKind::wait, 20, 100, 0)};
    const CriticalPath path = critical_path(schedule, trace);
    expect_whole(path, 100);
    EXPECT_GE(total(path, ChainKind::wait_peer), 80);
}

TEST(CriticalPath, NothingTimedHasNoLinks) { EXPECT_TRUE(critical_path(two_ranks(), Trace{}).links.empty()); }

TEST(CriticalPath, OfRealRunsCoversTheirWallTime) {
    for (const Scenario& scenario : scenarios()) {
        if (scenario.experiment.problem.seq_len > 8192) continue;
        SCOPED_TRACE(scenario.name);
        Experiment small = scenario.experiment;
        small.problem.heads = std::min(small.problem.heads, 3);
        small.problem.kv_heads.reset();
        const auto run = execute(small, {}, {});
        ASSERT_EQ(run->state, RunState::done) << run->error;
        expect_whole(critical_path(*run->schedule, run->trace), run->trace.wall_ns);
    }
}

/// Rank 1 sleeps before it passes its chunk on: every other rank waits for that, and the chain leads there.
/// The work is so small and the sleep so long that no loaded machine or sanitizer makes another rank the
/// later one.
TEST(CriticalPath, ADelayOfOneRankIsOnIt) {
    Experiment e = find_scenario("Ring (V3)")->experiment;
    e.problem.seq_len = 64;
    e.problem.heads = 1;
    e.problem.kv_heads.reset();
    e.problem.head_groups = {{64, 1, {}, {}}};
    RunOptions options;
    options.fault.kind = Fault::Kind::delay;
    options.fault.rank = 1;
    options.fault.step = 1;
    options.fault.delay_seconds = 2;
    const auto run = execute(e, options, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    const CriticalPath path = critical_path(*run->schedule, run->trace);
    expect_whole(path, run->trace.wall_ns);
    EXPECT_GE(path.rank_ns[1][static_cast<size_t>(ChainKind::idle)], 1'000'000'000);
}

}  // namespace
}  // namespace ringscope

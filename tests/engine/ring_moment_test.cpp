// What the ring does at a moment: from the schedule alone, and from a trace.
#include "engine/analysis/ring_moment.h"

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"

namespace ringscope {
namespace {

/// One head group over the whole sequence: in step s rank k works on the chunk of rank (k - s) mod p.
Experiment dense_ring(const char* scenario) {
    Experiment e = find_scenario(scenario)->experiment;
    e.problem.head_groups = {{e.problem.seq_len, 1, {}, {}}};
    e.problem.causal = false;
    return e;
}

TEST(RingMoment, AWholeStepIsTheStepsWorkAndTheNextStepsTransfers) {
    const Schedule schedule = plan(dense_ring("Hybrid"));
    for (int step = 0; step < schedule.steps; ++step) {
        const RingMoment moment = whole_step_moment(schedule, step);
        EXPECT_TRUE(moment.whole_step);
        EXPECT_EQ(moment.step, step);
        for (int rank = 0; rank < schedule.ranks; ++rank) {
            const RankMoment& now = moment.ranks[static_cast<size_t>(rank)];
            EXPECT_EQ(now.doing, Doing::computing);
            EXPECT_EQ(now.owners, std::vector{(rank - step + schedule.ranks) % schedule.ranks});
        }
        for (const TravellingChunk& chunk : moment.travelling) {
            EXPECT_EQ(schedule.transfers[static_cast<size_t>(chunk.transfer)].step, step + 1);
            EXPECT_EQ(chunk.fraction, 0.5);
        }
        const bool is_last = step + 1 == schedule.steps;
        EXPECT_EQ(moment.travelling.size(), is_last ? 0u : static_cast<size_t>(schedule.ranks));
    }
}

TEST(RingMoment, OverlapComputesWhileChunksTravelAndWithoutItRanksWait) {
    const Schedule overlapped = plan(dense_ring("Hybrid"));
    const RingMoment both = planned_moment(overlapped, 1, 0.75);
    for (const RankMoment& rank : both.ranks) EXPECT_EQ(rank.doing, Doing::computing);
    ASSERT_FALSE(both.travelling.empty());
    EXPECT_EQ(both.travelling[0].fraction, 0.75);

    Experiment e = dense_ring("Hybrid");
    e.ring.overlap = false;
    const Schedule in_turns = plan(e);
    const RingMoment first = planned_moment(in_turns, 1, 0.25), second = planned_moment(in_turns, 1, 0.75);
    EXPECT_TRUE(first.travelling.empty());
    for (const RankMoment& rank : first.ranks) EXPECT_EQ(rank.doing, Doing::computing);
    ASSERT_FALSE(second.travelling.empty());
    EXPECT_EQ(second.travelling[0].fraction, 0.5);
    for (size_t rank = 0; rank < second.ranks.size(); ++rank) {
        EXPECT_EQ(second.ranks[rank].doing, Doing::waiting);
        EXPECT_EQ(second.ranks[rank].waits_for,
                  (static_cast<int>(rank) + in_turns.ranks - 1) % in_turns.ranks);
    }
}

TEST(RingMoment, AMeasuredMomentIsThatOfTheSpans) {
    const auto run = testing::make_fixture_run(dense_ring("Hybrid"));
    const TraceIndex index(*run);
    for (size_t i = 0; i < run->trace.spans.size(); ++i) {
        const Span& span = run->trace.spans[i];
        const auto middle = static_cast<double>(span.begin_ns + span.end_ns) / 2;
        const RingMoment moment = measured_moment(*run, index, span.step, middle);
        EXPECT_TRUE(moment.measured);
        const RankMoment& now = moment.ranks[static_cast<size_t>(span.rank)];
        if (span.kind == SpanKind::compute) {
            EXPECT_EQ(now.doing, Doing::computing);
            EXPECT_EQ(now.span, static_cast<int>(i));
            EXPECT_EQ(now.owners, std::vector{span.owner});
        } else if (span.kind == SpanKind::wait) {
            EXPECT_EQ(now.doing, Doing::waiting);
            EXPECT_EQ(now.waits_for, span.peer);
            EXPECT_EQ(now.cause, span.cause);
        } else if (span.kind == SpanKind::receive) {
            const auto it =
                std::find_if(moment.travelling.begin(), moment.travelling.end(),
                             [&](const TravellingChunk& chunk) { return chunk.transfer == span.transfer; });
            ASSERT_NE(it, moment.travelling.end());
            EXPECT_DOUBLE_EQ(it->fraction, 0.5);
        }
    }
    const RingMoment end = measured_moment(*run, index, 0, static_cast<double>(run->trace.wall_ns) + 1);
    EXPECT_TRUE(end.travelling.empty());
    for (const RankMoment& rank : end.ranks) EXPECT_EQ(rank.doing, Doing::idle);
}

TEST(RingMoment, AChunksWayLeadsThroughAllOtherRanks) {
    const Schedule schedule = plan(dense_ring("Hybrid"));
    for (int owner = 0; owner < schedule.ranks; ++owner) {
        const std::vector<int> way = way_of(schedule, owner);
        ASSERT_EQ(way.size(), static_cast<size_t>(schedule.ranks - 1));
        for (size_t i = 0; i < way.size(); ++i) {
            const Transfer& transfer = schedule.transfers[static_cast<size_t>(way[i])];
            EXPECT_EQ(transfer.from, (owner + static_cast<int>(i)) % schedule.ranks);
            EXPECT_EQ(owners_of(schedule, way[i]), std::vector{owner});
        }
    }
    const std::vector<RingEdge> edges = edges_of_group(schedule, 0);
    ASSERT_EQ(edges.size(), static_cast<size_t>(schedule.ranks));
    for (const RingEdge& edge : edges) EXPECT_EQ(edge.to, (edge.from + 1) % schedule.ranks);
}

TEST(RingMoment, SaysWhatHappensInWords) {
    RankMoment rank;
    EXPECT_EQ(doing_text(rank), "is idle");
    rank = {Doing::computing, {3}};
    EXPECT_EQ(doing_text(rank), "computes on chunk 3");
    rank.owners = {0, 1, 2, 3, 4};
    EXPECT_EQ(doing_text(rank), "computes on chunks 0, 1, 2, 3, ... (5)");
    rank = {Doing::waiting, {}, 2, WaitCause::late_peer};
    EXPECT_EQ(doing_text(rank), "waits for rank 2 (late peer)");
    const Schedule schedule = plan(dense_ring("Hybrid"));
    EXPECT_EQ(moment_text(whole_step_moment(schedule, schedule.steps - 1)),
              "all of step 3 of 4: 4 ranks work, nothing travels");
}

}  // namespace
}  // namespace ringscope

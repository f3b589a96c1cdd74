// The steps of several runs on one axis: how long they were, how far they lie apart, where they begin.
#include <gtest/gtest.h>

#include "engine/analysis/step_difference.h"
#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;

std::shared_ptr<Run> hybrid() { return make_fixture_run(find_scenario("Hybrid")->experiment); }

TEST(StepDifference, ARunWithItselfHasNone) {
    const StepTimes times = step_times(*hybrid());
    const StepDifferences differences = step_differences(times, times);
    ASSERT_EQ(differences.size(), 4u);
    for (const auto& rank : differences)
        for (const StepDifference& step : rank) {
            EXPECT_TRUE(step.in_both);
            EXPECT_EQ(step.change_ns(), 0);
        }
    EXPECT_EQ(largest_change_ns(differences), 1);
    StepTimes fewer = times;
    fewer.pop_back();
    fewer[0].pop_back();
    const StepDifferences partly = step_differences(times, fewer);
    EXPECT_FALSE(partly[3][0].in_both);
    EXPECT_FALSE(partly[0].back().in_both);
    EXPECT_NE(difference_text(partly[3][0], 3, 0).find("only one of the two runs has it"), std::string::npos);
}

TEST(StepTimes, ARanksStepsAddUpToItsTime) {
    const auto run = hybrid();
    const StepTimes times = step_times(*run);
    for (size_t rank = 0; rank < times.size(); ++rank) {
        int64_t first = INT64_MAX, last = 0, sum = 0, work = 0;
        for (const Span& span : run->trace.spans) {
            if (span.rank != static_cast<int>(rank)) continue;
            first = std::min(first, span.begin_ns);
            last = std::max(last, span.end_ns);
        }
        for (const RankStepTime& step : times[rank]) {
            sum += step.length_ns;
            work += step.work_ns;
        }
        EXPECT_EQ(sum, last - first);
        const RankMetrics& metrics = run->metrics.ranks[rank];
        EXPECT_NEAR(static_cast<double>(work) / 1e9,
                    metrics.compute_seconds + metrics.pack_seconds + metrics.merge_seconds, 1e-9);
    }
}

TEST(StepAlignment, EveryStepBeginsAtOnePlaceAndNoTimeIsLost) {
    const auto a = hybrid();
    auto b = hybrid();
    for (Span& span : b->trace.spans) {
        span.begin_ns *= 3;
        span.end_ns *= 3;
    }
    b->trace.wall_ns *= 3;
    const std::vector<StepBounds> runs{step_bounds(*a), step_bounds(*b)};
    const Alignment by_step = align_by_step(runs);
    ASSERT_GT(by_step.steps_ns.size(), 1u);
    EXPECT_EQ(by_step.length_ns, b->trace.wall_ns);
    for (size_t run = 0; run < runs.size(); ++run) {
        ASSERT_EQ(by_step.runs[run].size(), by_step.steps_ns.size());
        int64_t end = 0;
        for (size_t step = 0; step < by_step.steps_ns.size(); ++step) {
            const AlignedPiece& piece = by_step.runs[run][step];
            EXPECT_EQ(piece.shown_ns, by_step.steps_ns[step]);
            EXPECT_EQ(piece.begin_ns, end);
            end = piece.end_ns;
        }
        EXPECT_EQ(end, runs[run].back());
    }
    const Alignment by_clock = align_by_clock(runs);
    EXPECT_TRUE(by_clock.steps_ns.empty());
    EXPECT_EQ(by_clock.length_ns, b->trace.wall_ns);
    EXPECT_EQ(by_clock.runs[0].front().end_ns, a->trace.wall_ns);
}

}  // namespace
}  // namespace ringscope

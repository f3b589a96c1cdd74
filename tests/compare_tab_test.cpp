// The Compare tab: chosen in the Runs tab, drawn from data, aligned by step or by clock.
#include <gtest/gtest.h>

#include "engine/scenarios.h"
#include "tests/fixtures.h"
#include "tests/null_window.h"
#include "ui/step_alignment.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::make_fixture_run;
using testing::NullWindow;

std::shared_ptr<const ui::ComparedSet> compared(std::shared_ptr<const Run> a, std::shared_ptr<const Run> b) {
    auto set = std::make_shared<ui::ComparedSet>();
    set->ids = {1, 2};
    set->runs = {{"first", std::move(a)}, {"second", std::move(b)}};
    for (const ComparedRun& run : set->runs) set->indices.emplace_back(*run.run);
    set->comparison = compare_runs(set->runs);
    return set;
}

std::shared_ptr<Run> hybrid() { return make_fixture_run(find_scenario("Hybrid")->experiment); }
std::shared_ptr<Run> gather() {
    return make_fixture_run(find_scenario("All-gather (V2 Collective)")->experiment);
}

TEST(CompareTab, TwoCheckedRunsAreAskedForInTheOrderOfTheirChoice) {
    NullWindow window;
    auto runs = std::make_shared<std::vector<RunSummary>>(3);
    for (int i = 0; i < 3; ++i) {
        (*runs)[i].id = i + 1;
        (*runs)[i].name = "run " + std::to_string(i + 1);
    }
    window.in.saved = runs;
    window.ui->show_view("runs");
    window.frames(3);
    EXPECT_FALSE(window.item("runs/compare")->enabled);
    ASSERT_TRUE(window.click("runs/row 3/choose"));
    ASSERT_TRUE(window.click("runs/row 1/choose"));
    ASSERT_TRUE(window.click("runs/compare"));
    ASSERT_EQ(window.count<ui::CompareRuns>(), 1);
    EXPECT_EQ(window.last<ui::CompareRuns>()->ids, (std::vector<int64_t>{3, 1}));
    EXPECT_TRUE(window.item("compare/empty"));
}

TEST(CompareTab, ShowsOnlySettingsThatDifferAndEveryFigureBesideTheBaseline) {
    NullWindow window({1920, 1080});
    window.in.compared = compared(gather(), hybrid());
    window.ui->show_view("compare");
    window.frames(3);
    EXPECT_EQ(window.text("compare/settings/ring.strategy/run 1"), "all_gather");
    EXPECT_EQ(window.text("compare/settings/ring.strategy/run 2"), "ring");
    EXPECT_FALSE(window.item("compare/settings/ring.ranks"));
    EXPECT_NE(window.text("compare/metrics/peak_bytes_max/run 2").find("best"), std::string::npos);
    EXPECT_EQ(window.text("compare/metrics/seconds/run 2").find("best"), std::string::npos);
    EXPECT_NE(window.text("compare/verdict").find("no claim about speed"), std::string::npos);
    EXPECT_TRUE(window.item("compare/bars/rank 3/run 2"));
    EXPECT_TRUE(window.item("compare/timeline/run 2/rank 3"));
}

TEST(CompareTab, AWrongAnswerIsNeverBest) {
    auto wrong = hybrid();
    wrong->verification->passed = false;
    const auto set = compared(gather(), wrong);
    for (const MetricRow& row : set->comparison.metrics) EXPECT_NE(row.best, 1) << row.key;
    NullWindow window;
    window.in.compared = set;
    window.ui->show_view("compare");
    window.frames(3);
    EXPECT_NE(window.text("compare/warning 1").find("failed verification"), std::string::npos);
}

TEST(CompareTab, DrawsUnfinishedRunsAtEverySize) {
    FixtureOptions options;
    options.state = RunState::failed;
    auto unplanned = std::make_shared<ringscope::Run>();
    unplanned->state = RunState::failed;
    const auto failed = make_fixture_run(find_scenario("Hybrid")->experiment, options);
    for (const ImVec2 size : {ImVec2(1, 1), ImVec2(200, 120), ImVec2(1280, 720), ImVec2(7680, 4320)})
        for (const auto& other : {std::shared_ptr<const ringscope::Run>(failed),
                                  std::shared_ptr<const ringscope::Run>(unplanned)}) {
            NullWindow window(size);
            window.in.compared = compared(hybrid(), other);
            window.ui->show_view("compare");
            window.frames(3);
            EXPECT_EQ(window.drawing_fault(), "");
            if (window.click("compare/by clock")) {
                EXPECT_EQ(window.drawing_fault(), "");
            }
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
    std::vector<ui::TraceIndex> runs;
    runs.emplace_back(*a);
    runs.emplace_back(*b);
    const ui::Alignment by_step = ui::align_by_step(runs);
    ASSERT_GT(by_step.steps_ns.size(), 1u);
    EXPECT_EQ(by_step.length_ns, b->trace.wall_ns);
    for (size_t run = 0; run < runs.size(); ++run) {
        ASSERT_EQ(by_step.runs[run].size(), by_step.steps_ns.size());
        int64_t end = 0;
        for (size_t step = 0; step < by_step.steps_ns.size(); ++step) {
            const ui::AlignedPiece& piece = by_step.runs[run][step];
            EXPECT_EQ(piece.shown_ns, by_step.steps_ns[step]);
            EXPECT_EQ(piece.begin_ns, end);
            end = piece.end_ns;
        }
        EXPECT_EQ(end, runs[run].wall_ns());
    }
    const ui::Alignment by_clock = ui::align_by_clock(runs);
    EXPECT_TRUE(by_clock.steps_ns.empty());
    EXPECT_EQ(by_clock.length_ns, b->trace.wall_ns);
    EXPECT_EQ(by_clock.runs[0].front().end_ns, a->trace.wall_ns);
}

}  // namespace
}  // namespace ringscope

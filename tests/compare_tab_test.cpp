// The Compare tab: chosen in the Runs tab, drawn from data, aligned by step or by clock.
#include <gtest/gtest.h>

#include "engine/scenarios.h"
#include "sessions/chrome_trace_import.h"
#include "sessions/step_alignment.h"
#include "tests/fixtures.h"
#include "tests/null_window.h"
#include "ui/compare_difference.h"
#include "ui/format.h"
#include "ui/run_figures.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::make_fixture_run;
using testing::NullWindow;

std::shared_ptr<const ui::ComparedSet> compared(std::shared_ptr<const Run> a, std::shared_ptr<const Run> b) {
    return std::make_shared<const ui::ComparedSet>(
        ui::make_compared_set({1, 2}, {{"first", std::move(a)}, {"second", std::move(b)}}));
}

std::shared_ptr<Run> hybrid() { return make_fixture_run(find_scenario("Hybrid")->experiment); }
std::shared_ptr<Run> gather() {
    return make_fixture_run(find_scenario("All-gather (V2 Collective)")->experiment);
}

std::shared_ptr<Run> with_output(std::shared_ptr<Run> run) {
    run->output = testing::make_fixture_output(run->schedule->problem);
    return run;
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

TEST(CompareTab, SaysHowFarKeptOutputsLieApart) {
    NullWindow window({1280, 720});
    window.in.compared = compared(with_output(gather()), with_output(hybrid()));
    window.ui->show_view("compare");
    window.frames(3);
    EXPECT_EQ(window.text("compare/output 1"), output_sentences(window.in.compared->comparison).front());
    window.in.compared = compared(with_output(gather()), hybrid());
    window.frames(3);
    EXPECT_FALSE(window.item("compare/output 1")) << "only one was kept";
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
            SCOPED_TRACE(std::to_string(size.x) + " x " + std::to_string(size.y));
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

std::shared_ptr<const ImportedTrace> pytorch_trace() {
    return std::make_shared<const ImportedTrace>(
        import_chrome_trace(RINGSCOPE_TEST_DATA "/pytorch_profiler.json"));
}

TEST(CompareTab, ATraceOfAnotherProgramStandsBelowTheRunsAndIsMovedByHand) {
    NullWindow window({1600, 1400});
    window.in.compared = compared(gather(), hybrid());
    window.in.traces = {pytorch_trace()};
    window.frames(4);  // opening a trace shows the tab
    EXPECT_EQ(window.text("compare/timeline/run 2/rank 3"), "rank 3");
    const ui::Item* title = window.item("compare/trace 1");
    ASSERT_TRUE(title);
    EXPECT_NE(title->text.find("a trace of another program, on its own clock"), std::string::npos);
    EXPECT_GE(title->min.y, window.item("compare/timeline/run 2/rank 3")->max.y);
    EXPECT_EQ(window.text("compare/trace 1/lane 3"), "thread 10729 (python)");
    EXPECT_NE(window.text("compare/trace 1/counter 1").find("allocated bytes, CPU, most 82,568"),
              std::string::npos);

    const ImVec2 lane = window.item("compare/trace 1/lane 3")->centre();
    window.move_to(lane);
    ImGui::GetIO().KeyShift = true;
    ui::feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({lane.x + 200, lane.y});
    window.frame();
    ui::feed_mouse_button(0, false);
    window.frames(2);
    ImGui::GetIO().KeyShift = false;
    EXPECT_NE(window.text("compare/trace 1").find("moved by +"), std::string::npos)
        << window.text("compare/trace 1");
    ASSERT_TRUE(window.click("compare/trace 1/close"));
    ASSERT_EQ(window.count<ui::CloseTrace>(), 1);
    window.in.traces.clear();
    window.frames(2);
    EXPECT_FALSE(window.item("compare/trace 1"));
}

TEST(CompareTab, ATraceIsShownAloneOrBelowTheShownRun) {
    NullWindow window({1280, 1000});
    window.in.traces = {pytorch_trace()};
    window.frames(4);
    EXPECT_FALSE(window.item("compare/empty"));
    const ui::Item* forward = window.item("compare/trace 1/lane 3/forward 0");
    ASSERT_TRUE(forward) << "slices are items";
    EXPECT_NE(forward->text.find("10.3 ms"), std::string::npos) << forward->text;
    EXPECT_NE(forward->text.find("Record function id  0"), std::string::npos) << forward->text;
    window.in.run = hybrid();
    window.in.run_name = "shown";
    window.frames(3);
    EXPECT_NE(window.text("compare/timeline/run 1").find("shown"), std::string::npos);
    EXPECT_FALSE(window.item("compare/verdict")) << "a trace has no figures to compare";
    EXPECT_EQ(window.drawing_fault(), "");
}

TEST(CompareTab, TracesAreDrawnAtEverySizeAndZoom) {
    for (const ImVec2 size : {ImVec2(1, 1), ImVec2(200, 120), ImVec2(1280, 720), ImVec2(7680, 4320)}) {
        NullWindow window(size);
        window.in.traces = {pytorch_trace(), std::make_shared<const ImportedTrace>(),
                            std::make_shared<const ImportedTrace>(read_chrome_trace(
                                R"([{"ph":"X","ts":1,"dur":0},{"ph":"C","ts":1,"args":{"v":1}}])", "t"))};
        window.frames(4);
        EXPECT_EQ(window.drawing_fault(), "");
        const ui::Item* canvas = window.item("compare/timelines");
        if (!canvas) continue;
        window.move_to(canvas->centre());
        for (int i = 0; i < 120; ++i) {
            ui::feed_mouse_wheel(0, i < 80 ? 1.0f : -1.0f);
            window.frame();
            ASSERT_EQ(window.drawing_fault(), "");
        }
    }
}

TEST(CompareTab, TheDifferenceOfEveryRankAndStepStandsBetweenTheTimelines) {
    testing::FixtureOptions slow;
    slow.slowness = 3;  // rank 3 computes three times as long
    NullWindow window({1920, 1080});
    window.in.compared = compared(hybrid(), make_fixture_run(find_scenario("Hybrid")->experiment, slow));
    window.ui->show_view("compare");
    window.frames(3);
    const std::string name = "compare/difference/run 2/rank 3/step 0";
    ASSERT_TRUE(window.item(name));
    EXPECT_NE(window.text(name).find(" longer ("), std::string::npos) << window.text(name);
    EXPECT_GT(window.item(name)->min.y, window.item("compare/timeline/run 1/rank 3")->min.y);
    EXPECT_LT(window.item(name)->max.y, window.item("compare/timeline/run 2/rank 0")->max.y);
    ASSERT_TRUE(window.click("compare/by clock"));
    EXPECT_FALSE(window.item(name)) << "steps of different times cannot be held against each other";
    ASSERT_TRUE(window.click("compare/by step"));
    ASSERT_TRUE(window.click("compare/differences"));
    EXPECT_FALSE(window.item(name));
}

TEST(CompareTab, MemoryOfTheRunsStandsOnOneAxis) {
    NullWindow window({1600, 1000});
    window.in.compared = compared(gather(), hybrid());
    window.ui->show_view("compare");
    window.frames(3);
    ASSERT_TRUE(window.click("compare/bars/memory"));
    int64_t most = 0;
    for (const MemoryPoint& point : window.in.compared->memory[1]) most = std::max(most, point.bytes);
    EXPECT_EQ(window.text("compare/memory/run 2"),
              "second, at most " + ui::bytes_text(static_cast<double>(most)));
    EXPECT_FALSE(window.item("compare/bars/rank 0/run 1"));
    ASSERT_TRUE(window.click("compare/bars/peak"));
    EXPECT_TRUE(window.item("compare/bars/rank 0/run 1"));
}

TEST(CompareTab, EightRunsFitAndStartWithoutDifferences) {
    for (const ImVec2 size : {ImVec2(1280, 720), ImVec2(1920, 1080)}) {
        NullWindow window(size);
        std::vector<ComparedRun> runs;
        for (int i = 0; i < 8; ++i) runs.push_back({"run " + std::to_string(i), i % 2 ? gather() : hybrid()});
        window.in.compared =
            std::make_shared<const ui::ComparedSet>(ui::make_compared_set({1, 2, 3, 4, 5, 6, 7, 8}, runs));
        window.ui->show_view("compare");
        window.frames(3);
        EXPECT_FALSE(window.item("compare/difference/run 2"));
        const std::string whole = window.text("compare/metrics/seconds/run 8");
        EXPECT_EQ(whole.find(".."), std::string::npos) << "the value itself is cut: " << whole;
        EXPECT_TRUE(window.item("compare/bars/rank 0/run 8"));
        EXPECT_EQ(window.drawing_fault(), "");
    }
}

std::shared_ptr<const std::vector<RunSummary>> many_runs(int count) {
    auto runs = std::make_shared<std::vector<RunSummary>>();
    for (int i = 0; i < count; ++i) {
        RunSummary run = summarize(*hybrid(), "run " + std::to_string(i + 1));
        run.id = i + 1;
        run.ranks = 1 << i % 4;
        run.seconds = 0.001 * (i + 10);
        run.peak_bytes = int64_t{1} << (10 + i % 12);
        runs->push_back(run);
    }
    return runs;
}

TEST(CompareAllRuns, ADragAlongAnAxisPicksRunsOutEverywhere) {
    NullWindow window({1600, 1000});
    window.in.saved = many_runs(24);
    window.ui->show_view("compare");
    window.frames(2);
    ASSERT_TRUE(window.click("compare/all runs"));
    EXPECT_NE(window.text("compare/all").find("24 of 24 runs"), std::string::npos)
        << window.text("compare/all");
    EXPECT_NE(window.text("compare/parallel/axis peak_bytes").find("1.00 KiB to 2.00 MiB"), std::string::npos)
        << window.text("compare/parallel/axis peak_bytes");
    EXPECT_FALSE(window.item("compare/picked")->enabled) << "24 are too many side by side";

    const ui::Item axis = *window.item("compare/parallel/axis seconds");
    const float top = axis.min.y, height = axis.max.y - axis.min.y, x = axis.centre().x;
    window.move_to({x, top + height * 0.81f});
    ui::feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({x, top + height * 1.5f});  // beyond the axis: its end
    window.frames(2);
    ui::feed_mouse_button(0, false);
    window.frames(2);
    // What was picked out is what stands in the lowest fifth.
    const ui::RunPlot plot = ui::make_run_plot(window.in.saved);
    int expected = 0;
    for (const auto& shares : plot.shares) expected += shares[2] <= 0.19f ? 1 : 0;
    ASSERT_GT(expected, 1);
    ASSERT_LT(expected, 24);
    EXPECT_NE(window.text("compare/all").find(std::to_string(expected) + " of 24 runs"), std::string::npos)
        << window.text("compare/all");
    EXPECT_TRUE(window.item("compare/parallel/run 1")->enabled);
    EXPECT_FALSE(window.item("compare/parallel/run 24")->enabled);
    EXPECT_FALSE(window.item("compare/scatter/run 24")->enabled);
    EXPECT_TRUE(window.item("compare/all/row 1"));
    EXPECT_FALSE(window.item("compare/all/row 24")) << "the table holds the picked ones";
    ASSERT_TRUE(window.click("compare/pick all"));
    EXPECT_TRUE(window.item("compare/parallel/run 24")->enabled);
}

TEST(CompareAllRuns, PlotsOnlyWhatHasFigures) {
    auto runs = std::make_shared<std::vector<RunSummary>>(*many_runs(5));
    (*runs)[1].state = RunState::failed;
    (*runs)[2].archived = true;
    (*runs)[3].seconds = NAN;
    const ui::RunPlot plot = ui::make_run_plot(runs);
    ASSERT_EQ(plot.runs.size(), 2u);
    EXPECT_EQ(plot.unfinished, 2u);
    for (const auto& shares : plot.shares)
        for (const float share : shares) EXPECT_TRUE(share >= 0 && share <= 1);
    EXPECT_EQ(ui::make_run_plot(many_runs(2100)).left_out, 100u);
    EXPECT_TRUE(ui::make_run_plot(nullptr).runs.empty());
    EXPECT_NE(ui::run_text((*runs)[0]).find("answer verified"), std::string::npos);
    (*runs)[0].verify_passed = false;
    EXPECT_NE(ui::run_text((*runs)[0]).find("WRONG ANSWER"), std::string::npos);
}

TEST(CompareAllRuns, ScalesGoThereAndBack) {
    for (const ui::FigureScale& scale :
         {ui::make_scale({2, 1000, 7}), ui::make_scale({-3, 5}), ui::make_scale({1, 4})})
        for (const float share : {0.0f, 0.3f, 1.0f})
            EXPECT_NEAR(scale.share_of(scale.value_at(share)), share, 1e-5);
    EXPECT_TRUE(ui::make_scale({2, 1000, 7}).logarithmic);
    EXPECT_FALSE(ui::make_scale({1, 4}).logarithmic);
    EXPECT_FALSE(ui::make_scale({0, 1e9}).logarithmic);
    EXPECT_EQ(ui::make_scale({5, 5}).share_of(5), 0.5f);
}

TEST(CompareAllRuns, AreDrawnAtEverySize) {
    for (const ImVec2 size : {ImVec2(1, 1), ImVec2(200, 120), ImVec2(1280, 720), ImVec2(7680, 4320)})
        for (const int count : {0, 1, 300}) {
            SCOPED_TRACE(std::to_string(size.x) + ", " + std::to_string(count) + " runs");
            NullWindow window(size);
            window.in.saved = many_runs(count);
            window.ui->show_view("compare");
            window.frames(2);
            window.click("compare/all runs");
            window.frames(2);
            EXPECT_EQ(window.drawing_fault(), "");
            if (const ui::Item* canvas = window.item("compare/scatter")) window.move_to(canvas->centre());
            EXPECT_EQ(window.drawing_fault(), "");
        }
}

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
    EXPECT_NE(ui::difference_text(partly[3][0], 3, 0).find("only one of the two runs has it"),
              std::string::npos);
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

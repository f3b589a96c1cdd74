// The Compare tab: chosen in the Runs tab, drawn from data, aligned by step or by clock.
#include <gtest/gtest.h>

#include "engine/base/number_text.h"
#include "engine/experiment/scenarios.h"
#include "sessions/traces/chrome_trace_import.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::make_fixture_run;
using testing::NullWindow;

std::shared_ptr<const ComparedSet> compared(std::shared_ptr<const Run> a, std::shared_ptr<const Run> b) {
    return std::make_shared<const ComparedSet>(
        make_compared_set({1, 2}, {{"first", std::move(a)}, {"second", std::move(b)}}));
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
    ASSERT_EQ(window.count<CompareRuns>(), 1);
    EXPECT_EQ(window.last<CompareRuns>()->ids, (std::vector<int64_t>{3, 1}));
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
    EXPECT_EQ(window.text("compare/metrics/exposed_transfer_seconds_max"),
              "longest exposed transfer of a rank");
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

/// A set in memory of the test's own, where a later one may come to lie.
struct SamePlace {
    alignas(ComparedSet) std::byte bytes[sizeof(ComparedSet)];
    bool taken = false;

    std::shared_ptr<const ComparedSet> put(ComparedSet set) {
        EXPECT_FALSE(taken) << "the one before is still in use";
        taken = true;
        return {new (bytes) ComparedSet(std::move(set)), [this](const ComparedSet* gone) {
                    gone->~ComparedSet();
                    taken = false;
                }};
    }
};

TEST(CompareTab, RunsAtTheAddressOfEarlierOnesAreNew) {
    SamePlace place;
    NullWindow window({1280, 720});
    std::vector<ComparedRun> many(5, {"run", hybrid()});
    window.in.compared = place.put(make_compared_set({1, 2, 3, 4, 5}, std::move(many)));
    window.ui->show_view("compare");
    window.frames(3);
    EXPECT_FALSE(window.item("compare/difference/run 2")) << "five runs leave no room for differences";
    window.in.compared.reset();
    window.frames(2);
    ASSERT_FALSE(place.taken) << "what is no longer compared is kept alive";
    window.in.compared = place.put(make_compared_set({1, 2}, {{"first", gather()}, {"second", hybrid()}}));
    window.frames(3);
    EXPECT_TRUE(window.item("compare/difference/run 2"));
    window.in.compared.reset();
    window.frames(2);
}

TEST(CompareTab, NamesAreWholeOrKeepTheirEnds) {
    const auto run = gather();
    const auto names_shown = [&](int count) {
        std::vector<ComparedRun> runs;
        for (int i = 0; i < count; ++i)
            runs.push_back({"All-gather (V2 Collective) 4 ranks, n 8192 #" + std::to_string(i + 1), run});
        NullWindow window({1280, 720});
        window.in.compared = std::make_shared<const ComparedSet>(make_compared_set({1, 2}, std::move(runs)));
        window.ui->show_view("compare");
        window.frames(3);
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i)
            names.push_back(window.text("compare/figure/run " + std::to_string(i + 1)));
        return names;
    };
    EXPECT_EQ(names_shown(2).at(1), "All-gather (V2 Collective) 4 ranks, n 8192 #2");
    const auto four = names_shown(4);
    for (size_t i = 0; i < four.size(); ++i) {
        EXPECT_NE(four[i].find(".."), std::string::npos) << four[i];
        EXPECT_TRUE(four[i].ends_with(" #" + std::to_string(i + 1))) << four[i];
    }
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
    const Item* title = window.item("compare/trace 1");
    ASSERT_TRUE(title);
    EXPECT_NE(title->text.find("slices   (a trace of another program)"), std::string::npos);
    EXPECT_GE(title->min.y, window.item("compare/timeline/run 2/rank 3")->max.y);
    EXPECT_EQ(window.text("compare/trace 1/lane 3"), "thread 10729 (python)");
    EXPECT_NE(window.text("compare/trace 1/counter 1").find("allocated bytes, CPU, most 82,568"),
              std::string::npos);

    const ImVec2 lane = window.item("compare/trace 1/lane 3")->centre();
    window.move_to(lane);
    ImGui::GetIO().KeyShift = true;
    feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({lane.x + 200, lane.y});
    window.frame();
    feed_mouse_button(0, false);
    window.frames(2);
    ImGui::GetIO().KeyShift = false;
    EXPECT_NE(window.text("compare/trace 1").find("moved by +"), std::string::npos)
        << window.text("compare/trace 1");
    ASSERT_TRUE(window.click("compare/trace 1/close"));
    ASSERT_EQ(window.count<CloseTrace>(), 1);
    window.in.traces.clear();
    window.frames(2);
    EXPECT_FALSE(window.item("compare/trace 1"));
}

TEST(CompareTab, ATraceIsKeptOnceWhereItsFileIsAtHand) {
    NullWindow window({1600, 1000});
    window.in.traces = {pytorch_trace(), pytorch_trace(), pytorch_trace()};
    window.in.trace_ids = {0, 7, kNotHere};
    window.frames(4);
    EXPECT_FALSE(window.item("compare/trace 2/keep")->enabled);
    EXPECT_FALSE(window.item("compare/trace 3/keep")->enabled);
    ASSERT_TRUE(window.click("compare/trace 1/keep"));
    ASSERT_EQ(window.count<KeepTrace>(), 1);
    EXPECT_EQ(window.last<KeepTrace>()->index, 0u);
}

TEST(RunsTab, AKeptTraceStandsAmongTheRunsWithoutFigures) {
    NullWindow window({1920, 800});
    auto runs = std::make_shared<std::vector<RunSummary>>();
    runs->push_back(summarize(*hybrid(), "a run"));
    runs->push_back({});
    runs->push_back(summarize(*gather(), "another run"));
    (*runs)[1].is_trace = true;
    (*runs)[1].name = "training.json";
    (*runs)[1].settings = "training.json: 285 events";
    for (size_t i = 0; i < runs->size(); ++i) (*runs)[i].id = static_cast<int64_t>(i) + 1;
    window.in.saved = runs;
    window.ui->show_view("runs");
    window.frames(3);
    EXPECT_EQ(window.text("runs/row 2"), "training.json");
    EXPECT_EQ(window.text("runs/row 2/state"), "trace");
    EXPECT_EQ(window.text("runs/row 2/settings"), "training.json: 285 events");
    for (const char* figure : {"time", "ranks", "peak", "reference", "overlap"})
        EXPECT_EQ(window.text(std::string("runs/row 2/") + figure), "-") << figure;
    ASSERT_TRUE(window.click("runs/row 2"));
    ASSERT_TRUE(window.click("runs/more"));
    EXPECT_TRUE(window.item("runs/menu/tags"));
    EXPECT_TRUE(window.item("runs/menu/archive"));
    EXPECT_FALSE(window.item("runs/menu/baseline")) << "it has nothing that others are compared with";
    ASSERT_TRUE(window.click("runs/menu/archive"));
    EXPECT_EQ(window.last<ArchiveRun>()->id, 2);
    ASSERT_TRUE(window.click("runs/open"));
    EXPECT_EQ(window.last<OpenRun>()->id, 2);
}

TEST(RunsTab, ExportsTheChosenRunAndAKeptTraceAsItsFile) {
    NullWindow window;
    auto runs = std::make_shared<std::vector<RunSummary>>();
    runs->push_back(summarize(*hybrid(), "a run"));
    runs->push_back({});
    (*runs)[0].id = 5;
    (*runs)[1].id = 2;
    (*runs)[1].is_trace = true;
    (*runs)[1].name = "training.json";
    window.in.saved = runs;
    window.ui->show_view("runs");
    window.frames(3);
    EXPECT_FALSE(window.item("runs/export")->enabled) << "no run is chosen";
    ASSERT_TRUE(window.click("runs/row 5"));
    ASSERT_TRUE(window.click("runs/export"));
    EXPECT_EQ(window.text("dialog/format"), "perfetto");
    ASSERT_TRUE(window.click("dialog/format"));
    EXPECT_FALSE(window.item("dialog/format/trace"));
    ASSERT_TRUE(window.click("dialog/format/run"));
    EXPECT_NE(window.text("dialog/format/help").find("to share"), std::string::npos);
    ASSERT_TRUE(window.click("dialog/text"));
    window.type("single.ringscope");
    ASSERT_TRUE(window.click("dialog/accept"));
    ASSERT_TRUE(window.last<ExportRun>());
    EXPECT_EQ(window.last<ExportRun>()->id, 5);
    EXPECT_EQ(window.last<ExportRun>()->format, "run");
    EXPECT_EQ(window.last<ExportRun>()->path, "single.ringscope");

    ASSERT_TRUE(window.click("runs/row 2"));
    ASSERT_TRUE(window.click("runs/export"));
    EXPECT_EQ(window.text("dialog/format"), "trace");
    ASSERT_TRUE(window.click("dialog/format"));
    for (const char* format : {"trace", "perfetto", "csv", "json", "html", "sqlite", "run"})
        EXPECT_TRUE(window.item(std::string("dialog/format/") + format)) << format;
    ASSERT_TRUE(window.click("dialog/format/trace"));
    ASSERT_TRUE(window.click("dialog/text"));
    window.type("again.json");
    ASSERT_TRUE(window.click("dialog/accept"));
    EXPECT_EQ(window.last<ExportRun>()->id, 2);
    EXPECT_EQ(window.last<ExportRun>()->format, "trace");
}

TEST(CompareTab, ATraceIsShownAloneOrBelowTheShownRun) {
    NullWindow window({1280, 1000});
    window.in.traces = {pytorch_trace()};
    window.frames(4);
    EXPECT_FALSE(window.item("compare/empty"));
    const Item* forward = window.item("compare/trace 1/lane 3/forward 0");
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

TEST(CompareTab, TracesByThemselvesHaveWordsTablesAndLanesWithoutARun) {
    NullWindow window({1280, 720});
    window.in.run = hybrid();
    window.in.traces = {pytorch_trace(), pytorch_trace()};
    window.in.trace_ids = {4, 5};
    window.in.traces_alone = true;
    window.frames(4);
    EXPECT_FALSE(window.item("compare/timeline/run 1")) << "the shown run is none of theirs";
    EXPECT_TRUE(window.item("compare/trace 2/lane 3"));
    EXPECT_FALSE(window.item("compare/guests/sentence 1")) << "not derived yet";
    window.in.guests =
        std::make_shared<const TraceGuests>(make_trace_guests(window.in.traces, window.in.trace_ids));
    window.frames(3);
    EXPECT_NE(window.text("compare/guests/sentence 1").find("is as long as"), std::string::npos);
    EXPECT_EQ(window.text("compare/guests/names/row 1/change"), "0");
    ASSERT_TRUE(window.click("compare/guests/notes"));
    window.frames(2);
    EXPECT_EQ(window.text("compare/guests/notes/row 1/trace"), "1");
    EXPECT_FALSE(window.item("compare/guests/names/row 1/change"));
    EXPECT_EQ(window.drawing_fault(), "");
    ASSERT_TRUE(window.click("compare/with run"));
    window.frames(2);
    EXPECT_TRUE(window.item("compare/timeline/run 1"));

    window.in.traces = {std::make_shared<const ImportedTrace>()};
    window.in.trace_ids = {6};
    window.in.guests =
        std::make_shared<const TraceGuests>(make_trace_guests(window.in.traces, window.in.trace_ids));
    window.frames(3);
    EXPECT_NE(window.text("compare/guests/sentence 1").find("no slices"), std::string::npos);
    EXPECT_EQ(window.drawing_fault(), "");
}

TEST(CompareTab, TracesAloneShowFirstWhereTheirEventsLie) {
    auto trace = *pytorch_trace();
    trace.length_ns = 3'600'000'000'000;  // one event an hour later
    trace.dense_begin_ns = 0;
    trace.dense_end_ns = 12'400'000;
    NullWindow window({1280, 720});
    window.in.traces = {std::make_shared<const ImportedTrace>(trace)};
    window.in.trace_ids = {4};
    window.in.traces_alone = true;
    window.frames(4);
    EXPECT_TRUE(window.item("compare/trace 1/lane 3/forward 0")) << "wide enough to be an item";
    ASSERT_TRUE(window.click("compare/show all"));
    window.frames(2);
    EXPECT_FALSE(window.item("compare/trace 1/lane 3/forward 0"));
}

TEST(CompareTab, TracesAreDrawnAtEverySizeAndZoom) {
    for (const ImVec2 size : {ImVec2(1, 1), ImVec2(200, 120), ImVec2(1280, 720), ImVec2(7680, 4320)}) {
        NullWindow window(size);
        window.in.traces = {pytorch_trace(), std::make_shared<const ImportedTrace>(),
                            std::make_shared<const ImportedTrace>(read_chrome_trace(
                                R"([{"ph":"X","ts":1,"dur":0},{"ph":"C","ts":1,"args":{"v":1}}])", "t"))};
        window.frames(4);
        EXPECT_EQ(window.drawing_fault(), "");
        const Item* canvas = window.item("compare/timelines");
        if (!canvas) continue;
        window.move_to(canvas->centre());
        for (int i = 0; i < 120; ++i) {
            feed_mouse_wheel(0, i < 80 ? 1.0f : -1.0f);
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
    EXPECT_FALSE(window.item(name)) << "steps of different times cannot be compared with each other";
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
              "second, at most " + bytes_text(static_cast<double>(most)));
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
            std::make_shared<const ComparedSet>(make_compared_set({1, 2, 3, 4, 5, 6, 7, 8}, runs));
        window.ui->show_view("compare");
        window.frames(3);
        EXPECT_FALSE(window.item("compare/difference/run 2"));
        const std::string whole = window.text("compare/metrics/seconds/run 8");
        EXPECT_EQ(whole.find(".."), std::string::npos) << "the value itself is cut: " << whole;
        EXPECT_TRUE(window.item("compare/bars/rank 0/run 8"));
        EXPECT_EQ(window.drawing_fault(), "");
    }
}

}  // namespace
}  // namespace ringscope

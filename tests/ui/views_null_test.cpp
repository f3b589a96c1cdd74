// Every view in a Dear ImGui context without a window: any fixture, any size, items found by name, vertices
// finite.
#include "engine/base/number_text.h"
#include "tests/ui/views_fixture.h"

namespace ringscope {
namespace {

const ImVec2 kSizes[] = {{1, 1}, {3, 200}, {200, 3}, {60, 40}, {480, 300}, {1900, 1000}, {3840, 2160}};
const ImVec2 kUsual{480, 300};

TEST_F(Views, DrawNothingToShow) {
    for (const View view : kViews) {
        for (const ImVec2 size : kSizes) frame(view, nullptr, nullptr, size);
    }
    const auto failed = std::make_shared<ringscope::Run>();
    failed->state = RunState::failed;
    failed->error = "no memory: 1 TiB asked, 8 GiB allowed";
    for (const View view : kViews) {
        for (const ImVec2 size : kSizes) frame(view, nullptr, failed, size);
    }
}

TEST_F(Views, DrawEveryScenarioAtEverySize) {
    for (const Scenario& scenario : scenarios()) {
        for (const RunState state : {RunState::done, RunState::failed, RunState::cancelled}) {
            testing::FixtureOptions options;
            options.state = state;
            const auto run = testing::make_fixture_run(scenario.experiment, options);
            for (const View view : kViews) {
                for (const ImVec2 size : kSizes) {
                    SCOPED_TRACE(std::string(scenario.name) + " " + std::to_string(size.x));
                    frame(view, run->schedule, nullptr, size);
                    for (const double part : {0.0, 0.37, 1.0}) {
                        clock_.time_ns = part * static_cast<double>(run->trace.wall_ns);
                        frame(view, run->schedule, run, size);
                    }
                }
            }
        }
    }
}

TEST_F(Views, DrawTheirTables) {
    const auto run = testing::make_fixture_run(default_experiment());
    pattern_.show_table = ring_.show_table = timeline_.show_table = memory_.show_table = true;
    for (const View view : kViews) {
        for (const ImVec2 size : kSizes) frame(view, run->schedule, run, size);
    }
}

TEST_F(Views, DrawManyRanksAndAllLayouts) {
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        for (const Strategy strategy : {Strategy::ring, Strategy::all_gather}) {
            Experiment e = default_experiment();
            e.ring.ranks = 64;
            e.ring.layout = layout;
            e.ring.strategy = strategy;
            const auto run = testing::make_fixture_run(e);
            selection_.selected.group = 2;
            selection_.selected.owner = 5;
            ring_.follow = true;
            for (const View view : kViews) frame(view, run->schedule, run, kUsual);
            for (const PatternColour colour : {PatternColour::step, PatternColour::group}) {
                pattern_.colour = colour;
                frame(View::pattern, run->schedule, nullptr, kUsual);
            }
        }
    }
}

TEST_F(Views, ItemsCarryTheirNames) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    const ImVec2 size{900, 500};
    const auto expect = [&](View view, std::initializer_list<const char*> names) {
        frame(view, plan, run, size);
        for (const char* name : names) EXPECT_NE(items_.find(name), nullptr) << name;
    };
    expect(View::pattern, {"pattern/matrix", "pattern/by step", "pattern/table", "pattern/load of rank 2",
                           "pattern/keys of rank 1"});
    expect(View::ring, {"ring/rank 3", "ring/follow", "ring/table", "ring/words"});
    expect(View::timeline, {"timeline/rank 0/compute step 0", "timeline/rank 1", "timeline/minimap",
                            "timeline/rank 2/accounting"});
    expect(View::memory, {"memory/rank 1", "memory/table"});
    expect(View::metrics, {"metrics/overlap", "metrics/imbalance", "metrics/error"});
}

TEST_F(Views, LowRowsOfMemoryKeepTheScaleToThemselves) {
    const auto run = testing::make_fixture_run(default_experiment());
    frame(View::memory, run->schedule, run, {900, 130});
    const int64_t level = index_of(run)->prediction.all_gather_peak_bytes;
    ASSERT_NE(items_.find("memory/all_gather"), nullptr) << "a figure beside rows too low for lines";
    EXPECT_EQ(items_.find("memory/all_gather")->text, bytes_text(static_cast<double>(level)));
    ASSERT_NE(items_.find("memory/undilated"), nullptr);
    frame(View::memory, run->schedule, run, {900, 500});
    EXPECT_EQ(items_.find("memory/all_gather"), nullptr) << "drawn in the rows";
}

TEST_F(Views, AClickInOneViewSelectsForAll) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    const ImVec2 size{900, 500};
    frame(View::timeline, plan, run, size);
    click(View::timeline, plan, run, size, centre_of("timeline/rank 1/compute step 1"));
    EXPECT_EQ(selection_.selected.rank, 1);
    EXPECT_EQ(selection_.selected.step, 1);
    EXPECT_EQ(selection_.selected.owner, 0);
    ASSERT_GE(selection_.selected.span, 0);
    EXPECT_EQ(selection_.focused, &TimelineView::kInfo);
    const Span& span = run->trace.spans[selection_.selected.span];
    EXPECT_NEAR(clock_.time_ns, static_cast<double>(span.begin_ns + span.end_ns) / 2,
                0.02 * static_cast<double>(run->trace.wall_ns));

    frame(View::ring, plan, run, size);
    click(View::ring, plan, run, size, centre_of("ring/rank 2"));
    EXPECT_EQ(selection_.selected.rank, 2);
    EXPECT_EQ(selection_.selected.owner, 2);

    frame(View::pattern, plan, run, size);
    const Item* matrix = items_.find("pattern/matrix");
    ASSERT_NE(matrix, nullptr);
    const float edge = matrix->max.x - matrix->min.x;
    click(View::pattern, plan, run, size, {matrix->min.x + edge * 0.1f, matrix->min.y + edge * 0.2f});
    EXPECT_EQ(selection_.selected.group, 2);  // the longest segment, which the view begins with
    EXPECT_NEAR(static_cast<double>(selection_.selected.key), 819, 20);
    EXPECT_NEAR(static_cast<double>(selection_.selected.query), 1638, 20);
}

TEST_F(Views, TheRingAtRestShowsTheWholeStep) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    const ImVec2 size{480, 360};
    for (const auto& shown : {std::shared_ptr<ringscope::Run>(), run}) {
        clock_ = {};
        frame(View::ring, plan, shown, size);
        for (int rank = 0; rank < 4; ++rank) {
            const std::string name = "ring/rank " + std::to_string(rank);
            ASSERT_NE(items_.find(name), nullptr);
            EXPECT_EQ(items_.find(name)->text, "computes on chunk " + std::to_string(rank));
        }
        EXPECT_NE(items_.find("ring/transfer 0 to 1"), nullptr);
        EXPECT_EQ(items_.find("ring/words")->text.rfind("all of step 0 of 4: 4 ranks work", 0), 0u)
            << items_.find("ring/words")->text;
    }
    // A moment within the step is shown as it was.
    clock_.time_ns = 0.37 * static_cast<double>(run->trace.wall_ns);
    frame(View::ring, plan, run, size);
    EXPECT_EQ(items_.find("ring/words")->text.rfind("all of", 0), std::string::npos);
}

TEST_F(Views, PatternZoomsAtTheCursorDownToCells) {
    Experiment e = default_experiment();
    e.problem.seq_len = 1 << 20;
    const auto schedule = std::make_shared<const Schedule>(plan(e));
    const ImVec2 size{900, 500};
    pattern_.pattern = 0;  // undilated: cells side by side are allowed
    frame(View::pattern, schedule, nullptr, size);
    const Item* matrix = items_.find("pattern/matrix");
    ASSERT_NE(matrix, nullptr);
    feed_mouse_position(matrix->min);
    for (int i = 0; i < 12; ++i) {
        ImGui::GetIO().MouseWheel = 10;
        frame(View::pattern, schedule, nullptr, size);
    }
    EXPECT_EQ(pattern_.window.key_end - pattern_.window.key_begin, 4);
    EXPECT_NE(items_.find("pattern/cell 1,0"), nullptr);
    EXPECT_EQ(items_.find("pattern/cell 0,1"), nullptr);
    ViewActions all;
    all.show_all = true;
    selection_.focused = &PatternView::kInfo;
    frame(View::pattern, schedule, nullptr, size, all);
    EXPECT_EQ(pattern_.window.key_end - pattern_.window.key_begin, 1 << 20);
}

TEST_F(Views, MetricsSayWhenTheAnswerIsWrong) {
    testing::FixtureOptions options;
    options.verify_passed = false;
    const auto run = testing::make_fixture_run(default_experiment(), options);
    frame(View::metrics, run->schedule, run, {1200, 30});
    const Item* error = items_.find("metrics/error");
    ASSERT_NE(error, nullptr);
    EXPECT_NE(error->text.find("WRONG"), std::string::npos);
}

TEST_F(Views, RandomInputDoesNoHarm) {
    testing::FixtureOptions options;
    options.spans_per_work = 300;
    const auto run = testing::make_fixture_run(default_experiment(), options);
    unsigned state = 12345;
    const auto random = [&](unsigned below) {
        state = state * 1664525u + 1013904223u;
        return (state >> 8) % below;
    };
    for (int i = 0; i < 1500; ++i) {
        feed_mouse_position({static_cast<float>(random(520)), static_cast<float>(random(340))});
        for (int button = 0; button < 3; ++button) {
            if (random(4) == 0) feed_mouse_button(button, random(2));
        }
        if (random(5) == 0) ImGui::GetIO().MouseWheel = static_cast<float>(random(21)) - 10;
        ViewActions actions;
        actions.zoom = static_cast<int>(random(3)) - 1;
        actions.pan = static_cast<int>(random(3)) - 1;
        actions.undo_zoom = random(6) == 0;
        actions.frame_selection = random(9) == 0;
        actions.next_span = random(9) == 0;
        actions.follow_receiver = random(9) == 0;
        frame(kViews[random(5)], run->schedule, random(5) ? run : nullptr, kUsual, actions);
        EXPECT_GE(clock_.view_begin_ns, 0);
        EXPECT_LE(clock_.view_end_ns, std::max(run->trace.wall_ns, kMinViewNs));
    }
}

}  // namespace
}  // namespace ringscope

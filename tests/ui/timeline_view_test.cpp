// The timeline by mouse and keys: zooms, the measured range, finding spans, the longest chain.
#include "tests/ui/views_fixture.h"

namespace ringscope {
namespace {

const ImVec2 kSize{900, 500};

TEST_F(Views, AMillionSpansAreFoldedNotDropped) {
    Experiment e = default_experiment();
    e.ring.ranks = 8;
    testing::FixtureOptions options;
    options.spans_per_work = 20000;
    const auto run = testing::make_fixture_run(e, options);
    ASSERT_GE(run->trace.spans.size(), 1000000u);
    frame(View::timeline, run->schedule, run, {1600, 600});
    EXPECT_LT(ImGui::GetDrawData()->TotalVtxCount, 400000);
    feed_mouse_position(centre_of("timeline/lanes"));
    ImGui::GetIO().MouseWheel = 30;
    frame(View::timeline, run->schedule, run, {1600, 600});
    EXPECT_LT(clock_.view_end_ns - clock_.view_begin_ns, run->trace.wall_ns / 100);
}

TEST_F(Views, TimelineKeysZoomPanAndUndo) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    const auto press = [&](auto set) {
        ViewActions actions;
        set(actions);
        frame(View::timeline, plan, run, {900, 500}, actions);
    };
    press([](ViewActions&) {});
    EXPECT_EQ(clock_.view_end_ns - clock_.view_begin_ns, run->trace.wall_ns);
    press([](ViewActions& a) { a.zoom = 2; });
    const int64_t near_length = clock_.view_end_ns - clock_.view_begin_ns;
    EXPECT_NEAR(static_cast<double>(near_length), 0.49 * static_cast<double>(run->trace.wall_ns), 2);
    const int64_t begin = clock_.view_begin_ns;
    press([](ViewActions& a) { a.pan = 1; });
    EXPECT_GT(clock_.view_begin_ns, begin);
    press([](ViewActions& a) { a.undo_zoom = true; });
    EXPECT_EQ(clock_.view_end_ns - clock_.view_begin_ns, run->trace.wall_ns);
    selection_.selected.step = 1;
    press([](ViewActions& a) { a.frame_selection = true; });
    EXPECT_LT(clock_.view_end_ns - clock_.view_begin_ns, run->trace.wall_ns);
}

TEST_F(Views, ADragMeasuresARange) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    const ImVec2 size{900, 500};
    frame(View::timeline, plan, run, size);
    const ImVec2 from = centre_of("timeline/rank 0/compute step 0");
    feed_mouse_position(from);
    frame(View::timeline, plan, run, size);
    feed_mouse_button(0, true);
    frame(View::timeline, plan, run, size);
    feed_mouse_position({from.x + 150, from.y});
    frame(View::timeline, plan, run, size);
    feed_mouse_button(0, false);
    frame(View::timeline, plan, run, size);
    ASSERT_TRUE(timeline_.measured.has_value());
    EXPECT_GT(timeline_.measured->end_ns, timeline_.measured->begin_ns);
    EXPECT_NE(items_.find("timeline/range"), nullptr);
}

TEST_F(Views, AnEdgeOfTheMeasuredRangeIsDragged) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    const int64_t wall = run->trace.wall_ns;
    timeline_.measured = TimelineView::Range{wall / 4, wall / 2};
    frame(View::timeline, plan, run, kSize);  // forgets the ranges of other runs
    timeline_.measured = TimelineView::Range{wall / 4, wall / 2};
    frame(View::timeline, plan, run, kSize);
    const Item* range = items_.find("timeline/range");
    ASSERT_NE(range, nullptr);
    const ImVec2 edge{range->max.x, range->centre().y};
    feed_mouse_position(edge);
    frame(View::timeline, plan, run, kSize);
    feed_mouse_button(0, true);
    frame(View::timeline, plan, run, kSize);
    feed_mouse_position({edge.x + 100, edge.y});
    frame(View::timeline, plan, run, kSize);
    feed_mouse_button(0, false);
    frame(View::timeline, plan, run, kSize);
    ASSERT_TRUE(timeline_.measured.has_value());
    EXPECT_EQ(timeline_.measured->begin_ns, wall / 4) << "the other edge stays";
    EXPECT_GT(timeline_.measured->end_ns, wall / 2 + wall / 20);
    frame(View::timeline, plan, run, kSize);
    const Item* statistics = items_.find("timeline/statistics");
    ASSERT_NE(statistics, nullptr);
    EXPECT_NE(statistics->text.find("compute"), std::string::npos) << statistics->text;
}

TEST_F(Views, FindingGoesThroughTheMatchesInOrderOfTime) {
    testing::FixtureOptions options;
    options.slowness = 3;
    const auto run = testing::make_fixture_run(default_experiment(), options);
    const auto plan = run->schedule;
    ViewActions find;
    find.find = true;
    frame(View::timeline, plan, run, {1400, 500}, find);
    ASSERT_TRUE(timeline_.finder.open);
    timeline_.finder.text = "wait rank 1";
    frame(View::timeline, plan, run, {1400, 500});
    ASSERT_NE(timeline_.finder.matches(), nullptr);
    const int64_t count = timeline_.finder.matches()->count();
    ASSERT_GE(count, 2);
    ASSERT_NE(items_.find("timeline/find status"), nullptr);
    EXPECT_EQ(items_.find("timeline/find status")->text, std::to_string(count) + " matches");
    int64_t before = -1;
    for (int64_t i = 0; i < count; ++i) {
        click(View::timeline, plan, run, {1400, 500}, centre_of("timeline/find next"));
        const Span& span = run->trace.spans.at(static_cast<size_t>(selection_.selected.span));
        EXPECT_EQ(span.kind, SpanKind::wait);
        EXPECT_EQ(span.rank, 1);
        EXPECT_GT(span.begin_ns, before);
        before = span.begin_ns;
        EXPECT_GE(span.begin_ns, clock_.view_begin_ns) << "what is gone to is in sight";
        EXPECT_LE(span.begin_ns, clock_.view_end_ns);
    }
    frame(View::timeline, plan, run, {1400, 500});
    EXPECT_EQ(items_.find("timeline/find status")->text,
              std::to_string(count) + " of " + std::to_string(count));
    timeline_.finder.text = "wait whither";
    frame(View::timeline, plan, run, {1400, 500});
    EXPECT_EQ(items_.find("timeline/find status")->text, "not understood");
}

TEST_F(Views, TheLongestChainIsToldInWordsAndTables) {
    testing::FixtureOptions options;
    options.slowness = 5;  // of the last rank
    const auto run = testing::make_fixture_run(default_experiment(), options);
    timeline_.show_chain = true;
    for (const ImVec2 size : {kSize, ImVec2{60, 40}, ImVec2{1, 1}})
        frame(View::timeline, run->schedule, run, size);
    frame(View::timeline, run->schedule, run, kSize);
    const Item* sentence = items_.find("timeline/chain sentence");
    ASSERT_NE(sentence, nullptr);
    EXPECT_NE(sentence->text.find("compute"), std::string::npos) << sentence->text;
    EXPECT_NE(sentence->text.find("rank 3"), std::string::npos) << sentence->text;
    timeline_.show_table = true;
    frame(View::timeline, run->schedule, run, kSize);
}

}  // namespace
}  // namespace ringscope

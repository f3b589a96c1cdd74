// All saved runs at once, in the Compare tab: parallel coordinates and scatter, with one brush.
#include <gtest/gtest.h>

#include "engine/base/number_text.h"
#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/tabs/compare/run_axes.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;
using testing::NullWindow;

std::shared_ptr<Run> hybrid() { return make_fixture_run(find_scenario("Hybrid")->experiment); }

std::shared_ptr<const std::vector<RunSummary>> many_runs(int count) {
    auto runs = std::make_shared<std::vector<RunSummary>>();
    for (int i = 0; i < count; ++i) {
        RunSummary run = summarize(*hybrid(), "run " + std::to_string(i + 1));
        run.id = i + 1;
        run.ranks = 1 << i % 4;
        run.figures["seconds"] = 0.001 * (i + 10);
        run.figures["peak_bytes"] = static_cast<double>(int64_t{1} << (10 + i % 12));
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

    const Item axis = *window.item("compare/parallel/axis seconds");
    const float top = axis.min.y, height = axis.max.y - axis.min.y, x = axis.centre().x;
    window.move_to({x, top + height * 0.81f});
    feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({x, top + height * 1.5f});  // beyond the axis: its end
    window.frames(2);
    feed_mouse_button(0, false);
    window.frames(2);
    // What was picked out is what stands in the lowest fifth.
    const RunPlot plot = make_run_plot(window.in.saved);
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
    (*runs)[3].figures["seconds"] = NAN;
    const RunPlot plot = make_run_plot(runs);
    ASSERT_EQ(plot.runs.size(), 2u);
    EXPECT_EQ(plot.unfinished, 2u);
    for (const auto& shares : plot.shares)
        for (const float share : shares) EXPECT_TRUE(share >= 0 && share <= 1);
    EXPECT_EQ(make_run_plot(many_runs(2100)).left_out, 100u);
    EXPECT_TRUE(make_run_plot(nullptr).runs.empty());
    EXPECT_NE(run_text((*runs)[0]).find("answer verified"), std::string::npos);
    (*runs)[0].verify_passed = false;
    EXPECT_NE(run_text((*runs)[0]).find("WRONG ANSWER"), std::string::npos);
}

TEST(CompareAllRuns, ARunWithoutAFigureStandsAtTheEndOfItsAxis) {
    auto runs = std::make_shared<std::vector<RunSummary>>(*many_runs(4));
    (*runs)[2].figures["peak_bytes"] = NAN;
    const RunPlot plot = make_run_plot(runs);
    ASSERT_EQ(plot.runs.size(), 4u);
    const auto peak = static_cast<size_t>(run_axis("peak_bytes"));
    EXPECT_EQ(plot.shares[2][peak], 0);
    EXPECT_EQ(plot.scales[peak].least, 1 << 10) << "of the runs that have it";
}

TEST(CompareAllRuns, ScalesGoThereAndBack) {
    for (const FigureScale& scale : {make_scale({2, 1000, 7}), make_scale({-3, 5}), make_scale({1, 4})})
        for (const float share : {0.0f, 0.3f, 1.0f})
            EXPECT_NEAR(scale.share_of(scale.value_at(share)), share, 1e-5);
    EXPECT_TRUE(make_scale({2, 1000, 7}).logarithmic);
    EXPECT_FALSE(make_scale({1, 4}).logarithmic);
    EXPECT_FALSE(make_scale({0, 1e9}).logarithmic);
    EXPECT_EQ(make_scale({5, 5}).share_of(5), 0.5f);
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
            if (const Item* canvas = window.item("compare/scatter")) window.move_to(canvas->centre());
            EXPECT_EQ(window.drawing_fault(), "");
        }
}

TEST(CompareAllRuns, KeptTracesAreNoPointsInAPlot) {
    auto runs = std::make_shared<std::vector<RunSummary>>(*many_runs(3));
    runs->push_back({});
    runs->back().is_trace = true;
    const RunPlot plot = make_run_plot(runs);
    EXPECT_EQ(plot.runs.size(), 3u);
    EXPECT_EQ(plot.unfinished, 0u);
}

}  // namespace
}  // namespace ringscope

#include "ui/tabs/runs/run_columns.h"

#include <cmath>

#include <gtest/gtest.h>

#include "null_window.h"
#include "window_fixtures.h"

namespace ringscope {
namespace {

using testing::NullWindow;
using Widths = std::vector<float>;

constexpr int64_t kNow = 1795300000000;  // 2026-11-22

std::vector<ColumnNeed> needs(float each) {
    return std::vector<ColumnNeed>(run_columns().size(), {each, each / 2, false});
}

float sum(const Widths& widths, float gap) {
    float total = 0;
    for (const float width : widths) total += width > 0 ? width + gap : 0;
    return total;
}

TEST(RunColumns, ADateOfThisYearHasNoYear) {
    EXPECT_EQ(short_utc_text(1795219200000, kNow), "Nov 21 00:00");
    EXPECT_EQ(short_utc_text(1700000000000, kNow), "2023-11-14 22:13");
    EXPECT_EQ(short_utc_text(1767225599999, kNow), "2025-12-31 23:59");
    EXPECT_EQ(short_utc_text(1767225600000, kNow), "Jan 01 00:00");
}

TEST(RunColumns, NothingIsWiderThanTheListUnlessThePersonAskedForIt) {
    const auto wanted = needs(80);
    for (float width = 100; width < 2500; width += 37) {
        const Widths widths = fit_columns(wanted, {}, {width, 7, 1});
        const float forced = 80 + 7 + 80 + 7;  // the name, and what the list is sorted by
        EXPECT_LE(sum(widths, 7), std::max(width, forced)) << width;
        for (size_t i = 1; i < run_columns().size(); ++i)
            EXPECT_TRUE(widths[i] == 0 || widths[i] >= 80) << "cut: " << run_columns()[i].title;
    }
    ColumnChoices choices;
    for (ColumnChoice& choice : choices) choice.show = ColumnChoice::Show::yes;
    for (const float width : fit_columns(wanted, choices, {300, 7, 1})) EXPECT_GE(width, 80);
}

TEST(RunColumns, ColumnsGoByImportanceAndThoseThatTellNothingFirst) {
    auto wanted = needs(80);
    wanted[kTagsColumn].silent = true;
    Widths widths = fit_columns(wanted, {}, {5000, 7, 1});
    EXPECT_EQ(widths[kTagsColumn], 0);
    EXPECT_GT(widths[static_cast<size_t>(settings_column())], 0);
    size_t shown_before = run_columns().size();
    for (float width = 1400; width > 200; width -= 20) {
        widths = fit_columns(wanted, {}, {width, 7, 1});
        size_t shown = 0;
        for (const float one : widths) shown += one > 0;
        EXPECT_LE(shown, shown_before);
        shown_before = shown;
    }
    EXPECT_EQ(shown_before, 2u);
    EXPECT_GT(widths[kStartedColumn], 0) << "the list is sorted by it";
    ColumnChoices choices;
    choices[kTagsColumn].show = ColumnChoice::Show::yes;
    choices[kStartedColumn].show = ColumnChoice::Show::no;
    choices[kNameColumn].points = 111;
    widths = fit_columns(wanted, choices, {2000, 7, 2});
    EXPECT_GT(widths[kTagsColumn], 0);
    EXPECT_EQ(widths[kStartedColumn], 0);
    EXPECT_EQ(widths[kNameColumn], 222);
}

TEST(RunColumns, ALongNameTakesRoomThatNoFigureNeeds) {
    auto wanted = needs(60);
    wanted[kNameColumn].width = 4000;
    const Widths narrow = fit_columns(wanted, {}, {1280, 7, 1});
    EXPECT_GE(narrow[kNameColumn], 330);
    EXPECT_GT(narrow[static_cast<size_t>(reference_column())], 0) << "figures are not driven out by a name";
    const Widths wide = fit_columns(wanted, {}, {3000, 7, 1});
    EXPECT_NEAR(sum(wide, 7), 3000, 1);
}

TEST(RunColumns, ChoicesAreReadAsTheyWereWritten) {
    ColumnChoices choices;
    choices[kTagsColumn].show = ColumnChoice::Show::yes;
    choices[kStateColumn].show = ColumnChoice::Show::no;
    choices[kNameColumn].points = 300;
    EXPECT_EQ(column_choices_text(choices), "name:300 +tags -state");
    EXPECT_EQ(read_column_choices("name:300 +tags -state"), choices);
    EXPECT_EQ(column_choices_text({}), "");
    EXPECT_EQ(read_column_choices("+nothing *tags tags -name name:0 name:-3 name:9e9 name: :7 + - tags:x"),
              ColumnChoices{});
}

std::shared_ptr<std::vector<RunSummary>> preset_runs() {
    auto runs = std::make_shared<std::vector<RunSummary>>(*testing::saved_runs(4));
    const char* names[] = {"All-gather (V2 Collective) 4 ranks, n 8192", "Ring (V3) 4 ranks, n 8192",
                           "Hybrid 4 ranks, n 8192", "training.json"};
    for (size_t i = 0; i < runs->size(); ++i) {
        RunSummary& run = (*runs)[i];
        run.name = names[i];
        run.started_utc_ms = kNow;
        run.seq_len = 8192;
        run.ranks = 4;
        run.strategy = "all_gather";
        run.figures["seconds"] = 0.636;
        run.figures["overlap_efficiency"] = 1;
        run.figures["compute_imbalance"] = 1;
        run.figures["gflops_per_second"] = 66.1;
        run.figures["bytes_on_wire"] = 144 << 20;
        run.figures["peak_bytes"] = 52 << 20;
        run.settings = "n 8192, 12 heads, w 2048/4096/8192, r 1/2/4, 4 ranks, all_gather";
        run.is_trace = i == 3;
    }
    return runs;
}

/// Of the run's cells that are on the screen.
void expect_whole_cells(const NullWindow& window, int64_t run, float scale) {
    const std::string row = "runs/row " + std::to_string(run) + "/";
    for (const auto& [name, item] : window.ui->items().all()) {
        if (name.rfind(row, 0) != 0 || name == row + "choose" || name == row + "settings") continue;
        EXPECT_GE(item.max.x - item.min.x + 0.5f, ImGui::CalcTextSize(item.text.c_str()).x)
            << name << " is cut at " << scale;
        EXPECT_LE(item.max.x, ImGui::GetIO().DisplaySize.x) << name << " at " << scale;
    }
}

TEST(RunColumns, NoFigureIsCutAtAnyScale) {
    for (const float scale : {0.75f, 1.0f, 1.5f, 2.0f, 3.0f})
        for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1920, 1080}, ImVec2{3840, 2160}}) {
            NullWindow window(size, scale);
            window.in.utc_ms = kNow;
            window.in.saved = preset_runs();
            window.ui->show_view("runs");
            window.frames(4);
            for (int64_t run = 1; run <= 4; ++run) expect_whole_cells(window, run, scale);
            EXPECT_EQ(window.text("runs/row 4/time"), "636 ms");
            for (const char* button : {"runs/open", "runs/compare", "runs/columns", "runs/count"})
                EXPECT_LE(window.item(button)->max.x, size.x) << button << " at " << scale;
        }
}

TEST(RunColumns, TheUsualColumnsFitIntoTheSmallestWindow) {
    NullWindow window;
    window.in.utc_ms = kNow;
    window.in.saved = preset_runs();
    window.ui->show_view("runs");
    window.frames(4);
    for (const char* title : {"started (UTC)", "state", "tokens", "ranks", "strategy", "time", "speed",
                              "overlap", "imbalance", "sent", "peak", "reference"})
        EXPECT_TRUE(window.item(std::string("runs/row 4/") + title)) << title;
    EXPECT_FALSE(window.item("runs/header/tags")) << "no run has one";
    const Item& name = *window.item("runs/row 4");
    EXPECT_EQ(name.text, "All-gather (V2 Collective) 4 ranks, n 8192");
    EXPECT_GE(window.item("runs/header/name")->max.x, name.min.x + ImGui::CalcTextSize(name.text.c_str()).x);

    auto tagged = preset_runs();
    (*tagged)[0].tags = {"tuned"};
    window.in.saved = tagged;
    window.frames(3);
    EXPECT_EQ(window.text("runs/row 4/tags"), "tuned");
}

TEST(RunColumns, EveryFigureHasOneAndRunsWithoutItComeLast) {
    std::vector<std::string> keys;
    for (const RunColumn& column : run_columns()) keys.push_back(column.key);
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
    for (const char* key : {"time", "speed", "overlap", "imbalance", "sent", "peak", "reference", "settings"})
        EXPECT_TRUE(std::binary_search(keys.begin(), keys.end(), key)) << key << " is in saved window states";
    RunSummary with, without;
    with.figures["wait_seconds_max"] = 3;
    for (const Figure& figure : figures()) {
        const auto column = std::find_if(run_columns().begin(), run_columns().end(),
                                         [&](const RunColumn& c) { return c.figure == &figure; });
        ASSERT_NE(column, run_columns().end()) << figure.key;
        EXPECT_EQ(column->on_request, !figure.headline) << figure.key;
        if (std::string(figure.key) != "wait_seconds_max") continue;
        EXPECT_EQ(column->shown(with, kNow), "3.00 s");
        EXPECT_EQ(column->shown(without, kNow), "-");
        EXPECT_TRUE(column->before(with, without));
        EXPECT_FALSE(column->before(without, with));
    }
}

TEST(RunColumns, TheirChoiceIsRememberedAndForgotten) {
    NullWindow window;
    window.in.saved = preset_runs();
    window.ui->show_view("runs");
    window.frames(4);
    ASSERT_TRUE(window.click("runs/columns"));
    ASSERT_TRUE(window.click("runs/columns/overlap"));
    ASSERT_TRUE(window.click("runs/columns/tags"));
    EXPECT_FALSE(window.item("runs/row 4/overlap"));
    EXPECT_TRUE(window.item("runs/header/tags"));
    const std::string state = window.ui->window_state().text;
    EXPECT_NE(state.find("runs_columns=+tags -overlap\n"), std::string::npos) << state;

    ASSERT_TRUE(window.click("runs/columns/automatic"));
    window.frames(2);
    EXPECT_TRUE(window.item("runs/row 4/overlap"));
    window.ui->restore({state});
    window.frames(3);
    EXPECT_FALSE(window.item("runs/row 4/overlap"));
}

TEST(RunColumns, TheMenuOfTheirTitlesChoosesToo) {
    NullWindow window;
    window.in.saved = preset_runs();
    window.ui->show_view("runs");
    window.frames(4);
    ASSERT_FALSE(window.item("runs/header/settings"));
    window.move_to(window.item("runs/header/speed")->centre());
    feed_mouse_button(1, true);
    window.frames(2);
    feed_mouse_button(1, false);
    window.frames(3);
    ASSERT_EQ(ImGui::GetCurrentContext()->OpenPopupStack.Size, 1);
    const ImRect menu = ImGui::GetCurrentContext()->OpenPopupStack.back().Window->Rect();
    const float last_line = menu.Max.y - ImGui::GetStyle().WindowPadding.y - ImGui::GetTextLineHeight() / 2;
    window.move_to({menu.GetCenter().x, last_line});
    window.press_here();
    window.frames(2);
    EXPECT_TRUE(window.item("runs/header/settings"));
    EXPECT_NE(window.ui->window_state().text.find("runs_columns=+settings\n"), std::string::npos)
        << window.ui->window_state().text;
}

TEST(RunColumns, ADraggedWidthIsTheColumns) {
    NullWindow window;
    window.in.saved = preset_runs();
    window.ui->show_view("runs");
    window.frames(4);
    const Item header = *window.item("runs/header/name");
    window.move_to({header.max.x, header.centre().y});
    feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({header.max.x - 100, header.centre().y});
    window.frames(2);
    feed_mouse_button(0, false);
    window.frames(3);
    const std::string state = window.ui->window_state().text;
    EXPECT_NE(state.find("runs_columns=name:"), std::string::npos) << state;
    EXPECT_NEAR(window.item("runs/header/name")->max.x, header.max.x - 100, 2);
    window.ui->set_scale(1.5f);
    ImGui::GetIO().FontGlobalScale = 1.5f;
    window.frames(3);
    EXPECT_EQ(window.ui->window_state().text.substr(window.ui->window_state().text.find("runs_columns")),
              state.substr(state.find("runs_columns")))
        << "another scale is no choice";
}

}  // namespace
}  // namespace ringscope

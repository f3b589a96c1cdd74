// The whole window over made-up inputs: what is shown, that nothing is cut, and what it remembers.
#include <random>

#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "tests/ui/window_fixtures.h"
#include "ui/keys.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::inventory;
using testing::make_fixture_run;
using testing::NullWindow;
using testing::saved_runs;

struct Case {
    const char* name;
    void (*set)(NullWindow&);
};

const Case kCases[] = {
    {"empty", [](NullWindow&) {}},
    {"done", [](NullWindow& w) { w.in.run = make_fixture_run(w.ui->experiment()); }},
    {"earlier settings",
     [](NullWindow& w) {
         w.in.run = make_fixture_run(w.ui->experiment());
         w.ui->set_field_text("ring.ranks", "7");
     }},
    {"failed",
     [](NullWindow& w) {
         FixtureOptions options;
         options.state = RunState::failed;
         w.in.run = make_fixture_run(w.ui->experiment(), options);
         w.in.notices = {{Notice::Level::error, std::string(300, 'x')}};
     }},
    {"cancelled",
     [](NullWindow& w) {
         FixtureOptions options;
         options.state = RunState::cancelled;
         w.in.run = make_fixture_run(w.ui->experiment(), options);
     }},
    {"busy",
     [](NullWindow& w) {
         w.in.busy = true;
         w.in.phase = "running";
         w.in.work_done = 4e9;
         w.in.work_total = 1e10;
         w.in.running_seconds = 2;
     }},
    {"invalid",
     [](NullWindow& w) {
         w.ui->set_field_text("problem.kv_heads", "5");
         w.ui->set_field_text("problem.head_dim", "100000");
     }},
    {"many ranks and groups",
     [](NullWindow& w) {
         Experiment e = default_experiment();
         e.problem.seq_len = 1 << 20;
         e.problem.heads = 64;
         e.problem.head_groups.assign(64, HeadGroup{4096, 2, {}, {}});
         e.ring.ranks = 512;
         w.ui->set_experiment(e);
     }},
    {"many spans",
     [](NullWindow& w) {
         FixtureOptions options;
         options.spans_per_work = 2000;
         w.in.run = make_fixture_run(w.ui->experiment(), options);
     }},
    {"runs",
     [](NullWindow& w) {
         w.in.saved = saved_runs(10000);
         w.ui->show_view("runs");
     }},
};

TEST(Window, DrawsEveryStateAtEverySize) {
    for (const Case& one : kCases)
        for (const ImVec2 size : {ImVec2(1, 1), ImVec2(200, 120), ImVec2(1280, 720), ImVec2(7680, 4320)})
            for (const float scale : {0.75f, 3.0f}) {
                SCOPED_TRACE(std::string(one.name) + " " + std::to_string(size.x) + " x" +
                             std::to_string(scale));
                NullWindow window(size, scale);
                one.set(window);
                window.frames(3);
                EXPECT_EQ(window.drawing_fault(), "");
                EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 0);
            }
}

TEST(Window, HasEveryFieldOfTheExperiment) {
    NullWindow window;
    window.frame();
    visit_fields(default_experiment(), [&](const Field& field, const auto&) {
        const std::string path = field.path;
        const std::string name = path == "problem.head_groups" ? path + "[2].segment_length" : path;
        EXPECT_TRUE(window.item("experiment/" + name)) << name;
    });
}

/// Items of the lines that are always in sight, by prefix.
std::vector<std::pair<std::string, Item>> items_under(const NullWindow& window,
                                                      std::initializer_list<const char*> prefixes) {
    std::vector<std::pair<std::string, Item>> found;
    for (const auto& [name, item] : window.ui->items().all())
        for (const char* prefix : prefixes)
            if (name.rfind(prefix, 0) == 0) found.push_back({name, item});
    return found;
}

/// What a person reads lies in the window, is not cut, and covers nothing else.
void expect_nothing_cut(const NullWindow& window, ImVec2 size, float font) {
    const auto items =
        items_under(window, {"toolbar/", "run/", "status/", "tab/", "transport/begin", "transport/play",
                             "transport/speed", "transport/scrubber", "menu/", "pattern/title",
                             "pattern/maximise", "ring/title", "ring/maximise", "timeline/title",
                             "timeline/maximise", "experiment/problem.head_groups/column"});
    ASSERT_GT(items.size(), 10u);
    for (const auto& [name, item] : items) {
        EXPECT_GE(item.min.x, 0) << name;
        EXPECT_GE(item.min.y, 0) << name;
        EXPECT_LE(item.max.x, size.x) << name;
        EXPECT_LE(item.max.y, size.y) << name;
        const bool is_text =
            name.rfind("transport/", 0) != 0 && name != "run/auto" && name != "status/progress";
        const float width = ImGui::GetFont()->CalcTextSizeA(font, 1e6f, 0, item.text.c_str()).x;
        const bool combo = name == "toolbar/preset";  // registers its whole name, shows what fits
        EXPECT_TRUE(!is_text || combo || width <= item.max.x - item.min.x + 1) << name << ": " << item.text;
        for (const auto& [other_name, other] : items) {
            const bool apart = item.max.x <= other.min.x + 1 || other.max.x <= item.min.x + 1 ||
                               item.max.y <= other.min.y + 1 || other.max.y <= item.min.y + 1;
            EXPECT_TRUE(apart || name == other_name) << name << " over " << other_name;
        }
    }
}

TEST(Window, CutsAndOverlapsNothingAt1280x720) {
    for (const Case& one : kCases)
        for (const float scale : {0.75f, 1.0f, 1.5f, 2.0f, 3.0f}) {
            SCOPED_TRACE(one.name + (" x" + std::to_string(scale)));
            NullWindow window({1280, 720}, scale);
            one.set(window);
            window.frames(3);
            expect_nothing_cut(window, {1280, 720}, std::floor(13 * scale));
        }
}

TEST(Window, ReadsAlikeInEveryThemeAndPreset) {
    for (const Scenario& scenario : scenarios())
        for (const auto theme : {ThemeName::dark, ThemeName::light, ThemeName::contrast}) {
            SCOPED_TRACE(scenario.name);
            NullWindow window;
            window.ui->set_theme(theme);
            window.ui->set_experiment(scenario.experiment);
            window.in.run = make_fixture_run(scenario.experiment);
            window.frames(3);
            expect_nothing_cut(window, {1280, 720}, 13);
        }
}

TEST(Window, RemembersItsStateAndIgnoresBadValues) {
    NullWindow window;
    window.ui->set_theme(ThemeName::contrast);
    window.ui->set_auto_run(false);
    window.ui->show_view("timeline");
    const std::string text = window.ui->window_state().text;
    Ui other;
    other.restore({text});
    EXPECT_EQ(other.window_state().text, text);
    other.restore(
        {"scale=nan\nleft_points=1e99\npattern_share=x\ntab=nowhere\ntheme=pink\n=\nno "
         "equals\nmaximised=\n"});
    EXPECT_GE(other.scale(), 0.75f);
    EXPECT_EQ(other.theme(), ThemeName::contrast);
    EXPECT_FALSE(other.show_view("nowhere"));
}

TEST(Window, LaysItselfOutForTuningTeachingAndComparing) {
    NullWindow window;
    const auto choose = [&](const std::string& words) {
        window.key(pressed_key(kKeyP, kModControl | kModShift));
        window.type(words.c_str());
        window.key(kKeyEnter);
        window.frames(2);
    };
    window.frames(2);
    const Item tuned = *window.item("pattern/view");
    choose("layout teach");
    const Item taught = *window.item("pattern/view");
    EXPECT_GT((taught.max.x - taught.min.x) * (taught.max.y - taught.min.y),
              1.2f * (tuned.max.x - tuned.min.x) * (tuned.max.y - tuned.min.y));
    choose("layout compare");
    EXPECT_FALSE(window.item("pattern/view"));
    EXPECT_TRUE(window.item("compare/view"));
    choose("layout tune");
    ASSERT_TRUE(window.item("pattern/view"));
    EXPECT_EQ(window.item("pattern/view")->max.x, tuned.max.x);
    EXPECT_EQ(window.item("pattern/view")->max.y, tuned.max.y);
}

TEST(Window, TakesTheViewInFrontAsPicture) {
    NullWindow window;
    window.ui->show_view("ring");
    window.frames(2);
    window.key(pressed_key(kKeyE, kModControl | kModShift));
    EXPECT_EQ(window.text("dialog/text"), "ring.svg");
    window.key(kKeyEnter);
    window.frames(2);
    ASSERT_TRUE(window.last<TakePicture>());
    EXPECT_EQ(window.last<TakePicture>()->area, "ring/view");
    ASSERT_TRUE(window.item("ring/view"));
}

TEST(Window, MultipliesThePersonsScaleByTheMonitors) {
    NullWindow window;
    window.ui->set_scale(1.5f);
    window.ui->set_display_scale(2);
    EXPECT_FLOAT_EQ(window.ui->scale(), 3);
    const std::string remembered = window.ui->window_state().text;
    EXPECT_NE(remembered.find("scale=1.5\n"), std::string::npos) << "another monitor has its own";
    window.ui->set_display_scale(1);
    EXPECT_FLOAT_EQ(window.ui->scale(), 1.5f);
}

TEST(Window, SurvivesRandomInput) {
    std::mt19937 random(7);
    NullWindow window;
    window.in.run = make_fixture_run(default_experiment());
    window.in.saved = saved_runs(30);
    window.in.inventory = inventory(int64_t{1} << 34);
    const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
    for (int i = 0; i < 1500; ++i) {
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        feed_mouse_position({static_cast<float>(below(static_cast<int>(size.x) + 1)),
                             static_cast<float>(below(static_cast<int>(size.y) + 1))});
        if (below(2) == 0) feed_mouse_button(below(2), below(2) == 0);
        if (below(5) == 0) feed_mouse_wheel(0, static_cast<float>(below(3) - 1));
        if (below(6) == 0) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>('0' + below(10)));
        if (below(3) == 0) window.in.keys.push_back(pressed_key(below(340), below(8)));
        if (below(60) == 0)
            ImGui::GetIO().DisplaySize = {static_cast<float>(1 + below(2000)),
                                          static_cast<float>(1 + below(1500))};
        window.frame();
        ASSERT_EQ(window.drawing_fault(), "") << "frame " << i;
    }
}

}  // namespace
}  // namespace ringscope

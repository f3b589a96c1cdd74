// The whole window over made-up inputs: what is shown, what a person can do with it, and that nothing is cut.
#include <random>

#include <gtest/gtest.h>

#include "engine/experiment_fields.h"
#include "engine/scenarios.h"
#include "tests/fixtures.h"
#include "tests/null_window.h"
#include "ui/keys.h"
#include "ui/toolbar.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::make_fixture_run;
using testing::NullWindow;

std::shared_ptr<const EngineInventory> inventory(int64_t memory_bytes) {
    auto made = std::make_shared<EngineInventory>();
    made->machine.memory_bytes = memory_bytes;
    made->devices = {{"cpu", "threads", true, ""}, {"cuda", "GPU", false, "there is none"}};
    made->transports = {{"shared", "", true, ""}};
    made->cpu_kernels = {{"reference", "", true, ""}, {"avx512", "", false, "this CPU has none"}};
    return made;
}

std::shared_ptr<const std::vector<RunSummary>> saved_runs(int count) {
    auto runs = std::make_shared<std::vector<RunSummary>>();
    for (int i = 0; i < count; ++i) {
        RunSummary run;
        run.id = count - i;
        run.name = "run " + std::to_string(run.id);
        run.started_utc_ms = 1700000000000 + run.id * 60000;
        run.seconds = 1.0 / static_cast<double>(run.id);
        run.strategy = run.id % 2 ? "ring" : "all_gather";
        runs->push_back(run);
    }
    return runs;
}

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
         w.in.notice = {ui::Notice::Level::error, std::string(300, 'x'), 1};
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
std::vector<std::pair<std::string, ui::Item>> items_under(const NullWindow& window,
                                                          std::initializer_list<const char*> prefixes) {
    std::vector<std::pair<std::string, ui::Item>> found;
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
        for (const auto theme : {ui::ThemeName::dark, ui::ThemeName::light, ui::ThemeName::contrast}) {
            SCOPED_TRACE(scenario.name);
            NullWindow window;
            window.ui->set_theme(theme);
            window.ui->set_experiment(scenario.experiment);
            window.in.run = make_fixture_run(scenario.experiment);
            window.frames(3);
            expect_nothing_cut(window, {1280, 720}, 13);
        }
}

TEST(Window, PlansAChangedFieldInTheSameFrame) {
    NullWindow window;
    window.frame();
    const std::string before = window.text("prediction/bytes_on_wire");
    EXPECT_EQ(window.ui->set_field_text("ring.dilate_before_send", "false"), "");
    window.frame();
    EXPECT_NE(window.text("prediction/bytes_on_wire"), before);
    const std::string groups = R"([{"segment_length": 8192, "dilation_rate": 8}])";
    EXPECT_EQ(window.ui->set_field_text("problem.head_groups", groups), "");
    EXPECT_EQ(window.ui->experiment().problem.head_groups.size(), 1u);
    EXPECT_NE(window.ui->set_field_text("ring.ranks", "three"), "");
    EXPECT_NE(window.ui->set_field_text("ring.rank", "3"), "");
    EXPECT_EQ(window.ui->experiment().ring.ranks, 4);
}

TEST(Window, SaysAtTheFieldWhatIsWrongAndMendsIt) {
    NullWindow window;
    window.ui->set_field_text("problem.kv_heads", "5");
    window.frames(2);
    EXPECT_EQ(window.text("experiment/problem.kv_heads/error"), "5 is not allowed: a divisor of heads = 12");
    EXPECT_NE(window.text("prediction/invalid").find("problem.kv_heads"), std::string::npos);
    EXPECT_FALSE(window.item("run/start")->enabled);
    ASSERT_TRUE(window.click("experiment/problem.kv_heads/mend"));
    EXPECT_EQ(window.ui->experiment().problem.kv_heads, 4);
    EXPECT_FALSE(window.item("experiment/problem.kv_heads/error"));
    EXPECT_TRUE(window.item("run/start")->enabled);
}

TEST(Window, DimsWhatHasNoEffect) {
    NullWindow window;
    window.frame();
    EXPECT_FALSE(window.item("experiment/ring.stripe_block/label")->enabled);
    EXPECT_TRUE(window.item("experiment/ring.overlap/label")->enabled);
    window.ui->set_field_text("ring.layout", "striped");
    window.ui->set_field_text("ring.strategy", "all_gather");
    window.frame();
    EXPECT_TRUE(window.item("experiment/ring.stripe_block/label")->enabled);
    EXPECT_FALSE(window.item("experiment/ring.overlap/label")->enabled);
}

TEST(Window, EditsHeadGroupsAndUndoes) {
    NullWindow window({1280, 2400});
    window.frames(2);
    ASSERT_TRUE(window.click("experiment/problem.head_groups/add"));
    EXPECT_EQ(window.ui->experiment().problem.head_groups.size(), 4u);
    ASSERT_TRUE(window.click("experiment/problem.head_groups[0]/menu"));
    ASSERT_TRUE(window.click("experiment/problem.head_groups[0]/menu/remove"));
    ASSERT_EQ(window.ui->experiment().problem.head_groups.size(), 3u);
    EXPECT_EQ(window.ui->experiment().problem.head_groups[0].segment_length, 4096);
    window.key(ui::pressed_key(ui::kKeyZ, ui::kModControl));
    window.key(ui::pressed_key(ui::kKeyZ, ui::kModControl));
    EXPECT_EQ(window.ui->experiment(), default_experiment());
    window.key(ui::pressed_key(ui::kKeyY, ui::kModControl));
    EXPECT_EQ(window.ui->experiment().problem.head_groups.size(), 4u);
}

TEST(Window, DragsANumberAndDoublesItWithShift) {
    NullWindow window({1280, 2400});
    window.frames(2);
    const ImVec2 at = window.item("experiment/problem.head_dim")->centre();
    window.move_to(at);
    ui::feed_modifiers(false, true, false);
    ui::feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({at.x + 8, at.y});
    window.move_to({at.x + 18, at.y});
    EXPECT_EQ(window.ui->experiment().problem.head_dim, 128);
    window.move_to({at.x - 36, at.y});
    EXPECT_EQ(window.ui->experiment().problem.head_dim, 16);
    ui::feed_mouse_button(0, false);
    ui::feed_modifiers(false, false, false);
    window.frames(2);
    window.key(ui::pressed_key(ui::kKeyZ, ui::kModControl));
    EXPECT_EQ(window.ui->experiment().problem.head_dim, 64) << "a drag is one change";
}

TEST(Window, RunsOnF5AndOnceForEachChangeWhenAutomatic) {
    NullWindow window;
    window.frame();
    window.key(ui::kKeyF5);
    ASSERT_EQ(window.count<ui::StartRun>(), 1);
    EXPECT_EQ(window.last<ui::StartRun>()->experiment, default_experiment());
    window.ui->set_auto_run(true);
    window.frames(20);
    EXPECT_EQ(window.count<ui::StartRun>(), 1);
    window.ui->set_field_text("ring.ranks", "2");
    window.frames(2);
    EXPECT_EQ(window.count<ui::StartRun>(), 1) << "waits until the settings stand still";
    EXPECT_TRUE(window.ui->wants_frames());
    window.frames(20);
    ASSERT_EQ(window.count<ui::StartRun>(), 2);
    EXPECT_EQ(window.last<ui::StartRun>()->experiment.ring.ranks, 2);
    window.ui->set_field_text("ring.ranks", "0");
    window.frames(20);
    EXPECT_EQ(window.count<ui::StartRun>(), 2) << "an invalid experiment never runs";
    EXPECT_FALSE(window.ui->wants_frames());
}

TEST(Window, RunsAgainWhenSettingsReturnWhileOthersRun) {
    NullWindow window;
    window.in.run = make_fixture_run(window.ui->experiment());
    window.frames(20);
    window.ui->set_auto_run(true);
    window.ui->set_field_text("ring.ranks", "5");
    window.frames(20);
    ASSERT_EQ(window.count<ui::StartRun>(), 1);
    window.in.busy = true;
    window.ui->set_experiment(default_experiment());
    window.frames(20);
    ASSERT_EQ(window.count<ui::StartRun>(), 2) << "else the run of 5 ranks would stay";
    EXPECT_EQ(window.last<ui::StartRun>()->experiment, default_experiment());
}

TEST(Window, RefusesAPlanTooLargeForTheMachine) {
    NullWindow window;
    window.in.inventory = inventory(1 << 20);
    window.ui->set_auto_run(true);
    window.frames(20);
    window.key(ui::kKeyF5);
    EXPECT_EQ(window.count<ui::StartRun>(), 0);
    EXPECT_NE(window.text("experiment/problem.seq_len/obstacle").find("1.00 MiB"), std::string::npos);
    window.in.inventory = inventory(int64_t{1} << 40);
    window.ui->set_field_text("ring.ranks", "65");
    window.frames(20);
    EXPECT_EQ(window.count<ui::StartRun>(), 0);
    EXPECT_TRUE(window.item("experiment/ring.ranks/obstacle"));
    window.ui->set_field_text("ring.ranks", "64");
    window.frames(20);
    EXPECT_EQ(window.count<ui::StartRun>(), 1);
}

TEST(Window, ShowsWhetherTheAnswerIsRight) {
    NullWindow window;
    window.frame();
    EXPECT_EQ(window.text("toolbar/reference"), "not run yet");
    FixtureOptions options;
    window.in.run = make_fixture_run(default_experiment(), options);
    window.frame();
    EXPECT_EQ(window.text("toolbar/reference").rfind("= reference, max ", 0), 0u);
    options.verify_passed = false;
    window.in.run = make_fixture_run(default_experiment(), options);
    window.frame();
    EXPECT_EQ(window.text("toolbar/reference").rfind("WRONG", 0), 0u);
    options.verified = false;
    window.in.run = make_fixture_run(default_experiment(), options);
    window.ui->set_field_text("ring.ranks", "2");
    window.frame();
    EXPECT_EQ(window.text("toolbar/reference"), "not verified (earlier settings)");
}

TEST(Window, SaysWhichDeviceAutoTookAndWhy) {
    NullWindow window;
    window.in.inventory = inventory(int64_t{1} << 40);
    auto run = std::make_shared<ringscope::Run>(*make_fixture_run(default_experiment()));
    run->experiment.backend.device = Device::automatic;
    run->machine = window.in.inventory->machine;
    window.in.run = run;
    window.frame();
    EXPECT_EQ(window.text("toolbar/device").rfind("auto: cpu ", 0), 0u) << window.text("toolbar/device");
    EXPECT_EQ(ui::chosen_device_help(*run, window.in.inventory.get()),
              "backend.device is auto and took cpu, for want of a GPU: there is none.");
    run->machine.host = "elsewhere";
    EXPECT_EQ(ui::chosen_device_help(*run, window.in.inventory.get()),
              "backend.device is auto and took cpu.");
    run->experiment.backend.device = Device::cpu;
    EXPECT_EQ(ui::chosen_device_help(*run, window.in.inventory.get()), "");
    window.frame();
    EXPECT_EQ(window.text("toolbar/device").rfind("cpu ", 0), 0u) << window.text("toolbar/device");
}

TEST(Window, FindsCommandsByName) {
    NullWindow window;
    window.frame();
    window.key(ui::pressed_key(ui::kKeyP, ui::kModControl | ui::kModShift));
    ASSERT_TRUE(window.item("palette/find"));
    window.type("ring fills");
    ASSERT_TRUE(window.item("palette/view/ring"));
    EXPECT_FALSE(window.item("palette/view/pattern"));
    window.key(ui::kKeyEnter);
    window.frames(2);
    EXPECT_FALSE(window.item("palette/find"));
    EXPECT_EQ(window.text("ring/maximise"), "all views");
    window.key(ui::pressed_key(ui::kKeySlash, ui::kModShift));
    EXPECT_EQ(window.text("help/run/start"), "Run");
}

TEST(Window, StepsAndPlaysTheClock) {
    NullWindow window;
    window.in.run = make_fixture_run(default_experiment());
    window.frames(2);
    const std::string begin = window.text("transport/scrubber");
    window.key(ui::kKeyPeriod);
    EXPECT_NE(window.text("transport/scrubber"), begin);
    window.key(ui::kKeyComma);
    EXPECT_EQ(window.text("transport/scrubber"), begin);
    window.key(ui::kKeySpace);
    EXPECT_EQ(window.ui->seconds_to_next_frame(), 0);
    window.frames(400);
    EXPECT_FALSE(window.ui->wants_frames()) << "playing ends with the run";
}

TEST(Window, ListsFiltersOpensAndDeletesSavedRuns) {
    NullWindow window;
    window.ui->show_view("runs");
    window.frames(2);
    EXPECT_NE(window.text("runs/empty").find("run file"), std::string::npos);
    window.in.saved = saved_runs(40);
    window.frames(2);
    EXPECT_EQ(window.text("runs/count"), "40 of 40 runs");
    ASSERT_TRUE(window.click("runs/filter"));
    window.type("RUN strategy=al");
    EXPECT_NE(window.text("runs/filter/error").find("strategy is one of"), std::string::npos);
    EXPECT_EQ(window.text("runs/count"), "40 of 40 runs") << "what cannot be read changes nothing";
    window.type("l_gather");
    EXPECT_FALSE(window.item("runs/filter/error"));
    EXPECT_EQ(window.text("runs/count"), "20 of 40 runs");
    EXPECT_FALSE(window.item("runs/row 39"));
    EXPECT_FALSE(window.item("runs/open")->enabled);
    ASSERT_TRUE(window.click("runs/row 38"));
    ASSERT_TRUE(window.click("runs/open"));
    ASSERT_TRUE(window.last<ui::OpenRun>());
    EXPECT_EQ(window.last<ui::OpenRun>()->id, 38);
    ASSERT_TRUE(window.click("runs/delete"));
    EXPECT_EQ(window.count<ui::DeleteRun>(), 0) << "asks first";
    ASSERT_TRUE(window.click("dialog/cancel"));
    EXPECT_EQ(window.count<ui::DeleteRun>(), 0);
    ASSERT_TRUE(window.click("runs/delete"));
    ASSERT_TRUE(window.click("dialog/accept"));
    ASSERT_EQ(window.count<ui::DeleteRun>(), 1);
    EXPECT_EQ(window.last<ui::DeleteRun>()->id, 38);
}

TEST(Window, RemembersItsStateAndIgnoresBadValues) {
    NullWindow window;
    window.ui->set_theme(ui::ThemeName::contrast);
    window.ui->set_auto_run(false);
    window.ui->show_view("timeline");
    const std::string text = window.ui->window_state().text;
    ui::Ui other;
    other.restore({text});
    EXPECT_EQ(other.window_state().text, text);
    other.restore(
        {"scale=nan\nleft_points=1e99\npattern_share=x\ntab=nowhere\ntheme=pink\n=\nno "
         "equals\nmaximised=\n"});
    EXPECT_GE(other.scale(), 0.75f);
    EXPECT_EQ(other.theme(), ui::ThemeName::contrast);
    EXPECT_FALSE(other.show_view("nowhere"));
}

TEST(Window, LaysItselfOutForTuningTeachingAndComparing) {
    NullWindow window;
    const auto choose = [&](const std::string& words) {
        window.key(ui::pressed_key(ui::kKeyP, ui::kModControl | ui::kModShift));
        window.type(words.c_str());
        window.key(ui::kKeyEnter);
        window.frames(2);
    };
    window.frames(2);
    const ui::Item tuned = *window.item("pattern/view");
    choose("layout teach");
    const ui::Item taught = *window.item("pattern/view");
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
    window.key(ui::pressed_key(ui::kKeyE, ui::kModControl | ui::kModShift));
    EXPECT_EQ(window.text("dialog/text"), "ring.svg");
    window.key(ui::kKeyEnter);
    window.frames(2);
    ASSERT_TRUE(window.last<ui::TakePicture>());
    EXPECT_EQ(window.last<ui::TakePicture>()->area, "ring/view");
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
        ui::feed_mouse_position({static_cast<float>(below(static_cast<int>(size.x) + 1)),
                                 static_cast<float>(below(static_cast<int>(size.y) + 1))});
        if (below(2) == 0) ui::feed_mouse_button(below(2), below(2) == 0);
        if (below(5) == 0) ui::feed_mouse_wheel(0, static_cast<float>(below(3) - 1));
        if (below(6) == 0) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>('0' + below(10)));
        if (below(3) == 0) window.in.keys.push_back(ui::pressed_key(below(340), below(8)));
        if (below(60) == 0)
            ImGui::GetIO().DisplaySize = {static_cast<float>(1 + below(2000)),
                                          static_cast<float>(1 + below(1500))};
        window.frame();
        ASSERT_EQ(window.drawing_fault(), "") << "frame " << i;
    }
}

}  // namespace
}  // namespace ringscope

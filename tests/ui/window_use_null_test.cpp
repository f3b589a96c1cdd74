// The whole window over made-up inputs: what a person does in it, and what comes of that.
#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "tests/ui/window_fixtures.h"
#include "ui/keys.h"
#include "ui/window/toolbar.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::inventory;
using testing::make_fixture_run;
using testing::NullWindow;
using testing::saved_runs;

TEST(WindowUse, PlansAChangedFieldInTheSameFrame) {
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

TEST(WindowUse, SaysAtTheFieldWhatIsWrongAndMendsIt) {
    NullWindow window;
    window.ui->set_field_text("problem.kv_heads", "5");
    window.frames(2);
    EXPECT_EQ(window.text("experiment/problem.kv_heads/error"), "5 is not allowed: a divisor of heads = 12");
    EXPECT_NE(window.text("prediction/invalid").find("problem.kv_heads"), std::string::npos);
    EXPECT_FALSE(window.item("run/start")->enabled);
    ASSERT_TRUE(window.click("experiment/problem.kv_heads/fix"));
    EXPECT_EQ(window.ui->experiment().problem.kv_heads, 4);
    EXPECT_FALSE(window.item("experiment/problem.kv_heads/error"));
    EXPECT_TRUE(window.item("run/start")->enabled);
}

TEST(WindowUse, DimsWhatHasNoEffect) {
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

TEST(WindowUse, EditsHeadGroupsAndUndoes) {
    NullWindow window({1280, 2400});
    window.frames(2);
    ASSERT_TRUE(window.click("experiment/problem.head_groups/add"));
    EXPECT_EQ(window.ui->experiment().problem.head_groups.size(), 4u);
    ASSERT_TRUE(window.click("experiment/problem.head_groups[0]/menu"));
    ASSERT_TRUE(window.click("experiment/problem.head_groups[0]/menu/remove"));
    ASSERT_EQ(window.ui->experiment().problem.head_groups.size(), 3u);
    EXPECT_EQ(window.ui->experiment().problem.head_groups[0].segment_length, 4096);
    window.key(pressed_key(kKeyZ, kModControl));
    window.key(pressed_key(kKeyZ, kModControl));
    EXPECT_EQ(window.ui->experiment(), default_experiment());
    window.key(pressed_key(kKeyY, kModControl));
    EXPECT_EQ(window.ui->experiment().problem.head_groups.size(), 4u);
}

TEST(WindowUse, DragsANumberAndDoublesItWithShift) {
    NullWindow window({1280, 2400});
    window.frames(2);
    const ImVec2 at = window.item("experiment/problem.head_dim")->centre();
    window.move_to(at);
    feed_modifiers(false, true, false);
    feed_mouse_button(0, true);
    window.frames(2);
    window.move_to({at.x + 8, at.y});
    window.move_to({at.x + 18, at.y});
    EXPECT_EQ(window.ui->experiment().problem.head_dim, 128);
    window.move_to({at.x - 36, at.y});
    EXPECT_EQ(window.ui->experiment().problem.head_dim, 16);
    feed_mouse_button(0, false);
    feed_modifiers(false, false, false);
    window.frames(2);
    window.key(pressed_key(kKeyZ, kModControl));
    EXPECT_EQ(window.ui->experiment().problem.head_dim, 64) << "a drag is one change";
}

TEST(WindowUse, RunsOnF5AndOnceForEachChangeWhenAutomatic) {
    NullWindow window;
    window.frame();
    window.key(kKeyF5);
    ASSERT_EQ(window.count<StartRun>(), 1);
    EXPECT_EQ(window.last<StartRun>()->experiment, default_experiment());
    window.ui->set_auto_run(true);
    window.frames(20);
    EXPECT_EQ(window.count<StartRun>(), 1);
    window.ui->set_field_text("ring.ranks", "2");
    window.frames(2);
    EXPECT_EQ(window.count<StartRun>(), 1) << "waits until the settings stand still";
    EXPECT_TRUE(window.ui->wants_frames());
    window.frames(20);
    ASSERT_EQ(window.count<StartRun>(), 2);
    EXPECT_EQ(window.last<StartRun>()->experiment.ring.ranks, 2);
    window.ui->set_field_text("ring.ranks", "0");
    window.frames(20);
    EXPECT_EQ(window.count<StartRun>(), 2) << "an invalid experiment never runs";
    EXPECT_FALSE(window.ui->wants_frames());
}

TEST(WindowUse, RunsAgainWhenSettingsReturnWhileOthersRun) {
    NullWindow window;
    window.in.run = make_fixture_run(window.ui->experiment());
    window.frames(20);
    window.ui->set_auto_run(true);
    window.ui->set_field_text("ring.ranks", "5");
    window.frames(20);
    ASSERT_EQ(window.count<StartRun>(), 1);
    window.in.busy = true;
    window.ui->set_experiment(default_experiment());
    window.frames(20);
    ASSERT_EQ(window.count<StartRun>(), 2) << "else the run of 5 ranks would stay";
    EXPECT_EQ(window.last<StartRun>()->experiment, default_experiment());
}

TEST(WindowUse, RefusesAPlanTooLargeForTheMachine) {
    NullWindow window;
    window.in.inventory = inventory(1 << 20);
    window.ui->set_auto_run(true);
    window.frames(20);
    window.key(kKeyF5);
    EXPECT_EQ(window.count<StartRun>(), 0);
    EXPECT_NE(window.text("experiment/problem.seq_len/obstacle").find("1.00 MiB"), std::string::npos);
    window.in.inventory = inventory(int64_t{1} << 40);
    window.ui->set_field_text("ring.ranks", "65");
    window.frames(20);
    EXPECT_EQ(window.count<StartRun>(), 0);
    EXPECT_TRUE(window.item("experiment/ring.ranks/obstacle"));
    window.ui->set_field_text("ring.ranks", "64");
    window.frames(20);
    EXPECT_EQ(window.count<StartRun>(), 1);
}

TEST(WindowUse, SaysWhyADeviceOrTransportCannotBeUsed) {
    NullWindow window;
    window.in.inventory = inventory(int64_t{1} << 40);
    window.ui->set_auto_run(true);
    window.ui->set_field_text("backend.device", "cuda");
    window.frames(20);
    EXPECT_EQ(window.count<StartRun>(), 0);
    EXPECT_EQ(window.text("experiment/backend.device/obstacle"), "cuda cannot be used here: there is none");
    window.ui->set_field_text("backend.device", "abacus");
    window.frames(2);
    EXPECT_EQ(window.text("experiment/backend.device/obstacle"),
              "\"abacus\" is not allowed: one of auto, cpu, cuda");
    window.ui->set_field_text("backend.device", "cpu");
    window.ui->set_field_text("backend.transport", "mpi");
    window.frames(2);
    EXPECT_FALSE(window.item("experiment/backend.device/obstacle"));
    EXPECT_EQ(window.text("experiment/backend.transport/obstacle"),
              "\"mpi\" is not allowed: one of auto, shared");
    window.ui->set_field_text("backend.transport", "shared");
    window.frames(20);
    EXPECT_FALSE(window.item("experiment/backend.transport/obstacle"));
    EXPECT_EQ(window.count<StartRun>(), 1);
}

TEST(WindowUse, ShowsWhereTheTimesComeFrom) {
    NullWindow window;
    window.frame();
    EXPECT_FALSE(window.item("toolbar/origin"));
    const auto run = make_fixture_run(default_experiment());
    window.in.run = run;
    window.frame();
    EXPECT_EQ(window.text("toolbar/origin"), "measured");
    run->origin = Origin::simulated;
    window.frame();
    EXPECT_EQ(window.text("toolbar/origin"), "simulated");
}

TEST(WindowUse, ShowsWhetherTheAnswerIsRight) {
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

TEST(WindowUse, SaysWhichDeviceAutoTookAndWhy) {
    NullWindow window;
    window.in.inventory = inventory(int64_t{1} << 40);
    auto run = std::make_shared<ringscope::Run>(*make_fixture_run(default_experiment()));
    run->experiment.backend.device = "auto";
    run->machine = window.in.inventory->machine;
    window.in.run = run;
    window.frame();
    EXPECT_EQ(window.text("toolbar/device").rfind("auto: cpu ", 0), 0u) << window.text("toolbar/device");
    EXPECT_EQ(chosen_device_help(*run, window.in.inventory.get()),
              "backend.device is auto and took cpu, because there is no GPU: there is none.");
    run->machine.host = "elsewhere";
    EXPECT_EQ(chosen_device_help(*run, window.in.inventory.get()), "backend.device is auto and took cpu.");
    run->experiment.backend.device = "cpu";
    EXPECT_EQ(chosen_device_help(*run, window.in.inventory.get()), "");
    window.frame();
    EXPECT_EQ(window.text("toolbar/device").rfind("cpu ", 0), 0u) << window.text("toolbar/device");
}

TEST(WindowUse, FindsCommandsByName) {
    NullWindow window;
    window.frame();
    window.key(pressed_key(kKeyP, kModControl | kModShift));
    ASSERT_TRUE(window.item("palette/find"));
    window.type("ring fills");
    ASSERT_TRUE(window.item("palette/view/ring"));
    EXPECT_FALSE(window.item("palette/view/pattern"));
    window.key(kKeyEnter);
    window.frames(2);
    EXPECT_FALSE(window.item("palette/find"));
    EXPECT_EQ(window.text("ring/maximise"), "all views");
    window.key(pressed_key(kKeySlash, kModShift));
    EXPECT_EQ(window.text("help/run/start"), "Run");
}

TEST(WindowUse, StepsAndPlaysTheClock) {
    NullWindow window;
    window.in.run = make_fixture_run(default_experiment());
    window.frames(2);
    const std::string begin = window.text("transport/scrubber");
    window.key(kKeyPeriod);
    EXPECT_NE(window.text("transport/scrubber"), begin);
    window.key(kKeyComma);
    EXPECT_EQ(window.text("transport/scrubber"), begin);
    window.key(kKeySpace);
    EXPECT_EQ(window.ui->seconds_to_next_frame(), 0);
    window.frames(400);
    EXPECT_FALSE(window.ui->wants_frames()) << "playing ends with the run";
}

TEST(WindowUse, ListsFiltersOpensAndDeletesSavedRuns) {
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
    ASSERT_TRUE(window.last<OpenRun>());
    EXPECT_EQ(window.last<OpenRun>()->id, 38);
    ASSERT_TRUE(window.click("runs/delete"));
    EXPECT_EQ(window.count<DeleteRun>(), 0) << "asks first";
    ASSERT_TRUE(window.click("dialog/cancel"));
    EXPECT_EQ(window.count<DeleteRun>(), 0);
    ASSERT_TRUE(window.click("runs/delete"));
    ASSERT_TRUE(window.click("dialog/accept"));
    ASSERT_EQ(window.count<DeleteRun>(), 1);
    EXPECT_EQ(window.last<DeleteRun>()->id, 38);
}

TEST(WindowUse, NotesTagsArchivesAndPinsSavedRuns) {
    NullWindow window;
    window.ui->show_view("runs");
    auto runs = std::make_shared<std::vector<RunSummary>>(*saved_runs(3));
    (*runs)[1].tags = {"cpu", "tuned"};
    window.in.saved = runs;
    window.frames(2);
    EXPECT_FALSE(window.item("runs/more")->enabled) << "no run is selected";
    EXPECT_EQ(window.text("runs/row 2/tags"), "cpu tuned");
    ASSERT_TRUE(window.click("runs/row 2"));
    ASSERT_TRUE(window.click("runs/more"));
    ASSERT_TRUE(window.click("runs/menu/tags"));
    EXPECT_EQ(window.text("dialog/text"), "cpu tuned");
    window.type(" old");
    ASSERT_TRUE(window.click("dialog/accept"));
    ASSERT_TRUE(window.last<TagRun>());
    EXPECT_EQ(window.last<TagRun>()->id, 2);

    ASSERT_TRUE(window.click("runs/more"));
    ASSERT_TRUE(window.click("runs/menu/note"));
    window.type("twice as fast");
    ASSERT_TRUE(window.click("dialog/accept"));
    ASSERT_TRUE(window.last<NoteRun>());
    EXPECT_EQ(window.last<NoteRun>()->note, "twice as fast");

    ASSERT_TRUE(window.click("runs/more"));
    ASSERT_TRUE(window.click("runs/menu/baseline"));
    ASSERT_TRUE(window.last<SetBaseline>());
    EXPECT_EQ(window.last<SetBaseline>()->id, 2);

    feed_mouse_position(window.item("runs/row 1")->centre());
    window.frame();
    feed_mouse_button(1, true);
    window.frames(2);
    feed_mouse_button(1, false);
    window.frames(2);
    ASSERT_TRUE(window.click("runs/menu/archive")) << "a right-click opens the menu";
    ASSERT_TRUE(window.last<ArchiveRun>());
    EXPECT_EQ(window.last<ArchiveRun>()->id, 1);
    EXPECT_TRUE(window.last<ArchiveRun>()->archived);

    (*runs)[0].baseline = true;
    (*runs)[1].archived = true;
    window.in.saved = std::make_shared<std::vector<RunSummary>>(*runs);
    window.frames(2);
    EXPECT_FALSE(window.item("runs/row 2")) << "archived runs are not listed";
    EXPECT_NE(window.text("runs/row 3").find("(baseline)"), std::string::npos);
}

TEST(WindowUse, ARunFileThatIsNotMadeYetIsNoWarning) {
    NullWindow window;
    window.in.run_file = "/somewhere/runs.ringscope";
    window.in.run_file_unmade = true;
    window.in.run_file_message = "No runs are saved yet";
    window.frames(2);
    EXPECT_EQ(window.text("status/file"), "nothing saved yet");
    window.in.run_file_unmade = false;
    window.in.run_file_message = "read-only";
    window.frames(2);
    EXPECT_EQ(window.text("status/file"), "runs.ringscope (!)");
}

TEST(WindowUse, CShowsTheCriticalPathInTheTimeline) {
    NullWindow window;
    window.in.run = testing::make_fixture_run(window.ui->experiment());
    window.frames(2);
    EXPECT_EQ(window.item("timeline/chain sentence"), nullptr);
    window.key(kKeyC);
    EXPECT_NE(window.text("timeline/chain sentence").find("The critical path is "), std::string::npos);
    window.key(kKeyC);
    EXPECT_EQ(window.item("timeline/chain sentence"), nullptr);
    window.key(pressed_key(kKeyC, kModControl));
    ASSERT_NE(window.last<CopyText>(), nullptr);
    EXPECT_NE(window.last<CopyText>()->text.find("compute\t"), std::string::npos);
}

TEST(WindowUse, EveryNoticeReachesTheLog) {
    NullWindow window;
    window.key(pressed_key(kKeyP, kModControl | kModShift));
    ImGui::SetClipboardText("no experiment");
    window.type("paste experiment");
    window.in.keys.push_back(kKeyEnter);
    window.frame();  // the window has a message of its own
    window.in.notices = {{Notice::Level::info, "first of the controller"}};
    window.frame();
    window.in.notices = {{Notice::Level::warning, "second"}, {Notice::Level::error, "third"}};
    window.frames(2);
    EXPECT_EQ(window.text("status/notice"), "error: third");
    ASSERT_TRUE(window.click("status/notice"));
    window.frames(2);
    EXPECT_NE(window.text("log/0").find("clipboard"), std::string::npos) << window.text("log/0");
    EXPECT_EQ(window.text("log/1"), "first of the controller");
    EXPECT_EQ(window.text("log/2"), "warning: second");
    EXPECT_EQ(window.text("log/3"), "error: third");
    EXPECT_FALSE(window.item("log/4")) << "a notice is logged once";
}

TEST(WindowUse, EqualTimesStandAboveEachOtherInTimelineAndMemory) {
    for (const float scale : {1.0f, 1.5f}) {
        NullWindow window({1920, 1080}, scale);
        window.in.run = make_fixture_run(window.ui->experiment());
        window.frames(2);
        const Item* above = window.item("timeline/minimap");
        const Item* below = window.item("memory/rank 0");
        ASSERT_NE(above, nullptr);
        ASSERT_NE(below, nullptr);
        EXPECT_FLOAT_EQ(above->min.x, below->min.x);
        EXPECT_FLOAT_EQ(above->max.x, below->max.x);
    }
}

}  // namespace
}  // namespace ringscope

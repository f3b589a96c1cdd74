// The Simulate tab without a window: choosing, turning, reading, and every empty state at every size.
#include <gtest/gtest.h>

#include "engine/base/number_text.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "tests/ui/simulate_fixture.h"
#include "ui/keys.h"
#include "ui/tabs/simulate/simulated_picture.h"

namespace ringscope {
namespace {

using testing::large_problem;
using testing::make_fixture_run;
using testing::model_machine;
using testing::NullWindow;

std::shared_ptr<const std::vector<MachineEntry>> machines() {
    auto list = std::make_shared<std::vector<MachineEntry>>();
    for (const int devices : {4, 8, 64})
        list->push_back({model_machine("gpus-" + std::to_string(devices), devices), "", false});
    return list;
}

void settle(NullWindow& window) {
    do window.frame();
    while (window.ui->planning());
    window.frame();
}

struct Simulating : NullWindow {
    explicit Simulating(ImVec2 size = {1280, 720}) : NullWindow(size) {
        in.machines = machines();
        ui->set_experiment(large_problem(4));
        ui->show_view("simulate");
        settle(*this);
    }
};

TEST(SimulateTab, SaysTheTimeOnTheChosenMachine) {
    Simulating window;
    const auto says = [&](const char* name, int devices) {
        const SimulatedPicture picture = simulate_picture(
            simulation_asked(large_problem(4), model_machine(name, devices), {}), nullptr, {});
        EXPECT_EQ(window.text("simulate/seconds"), seconds_text(picture.metrics.seconds)) << name;
        EXPECT_EQ(window.text("simulate/loss"), picture.largest_loss);
        EXPECT_EQ(window.text("simulate/memory"), memory_sentence(picture));
    };
    says("gpus-4", 4);
    ASSERT_TRUE(window.click("simulate/machine/gpus-8"));
    settle(window);
    EXPECT_EQ(window.text("simulate/machine/title"), "Made up: 8 devices");
    says("gpus-8", 8);
    EXPECT_TRUE(window.item("simulate/rank 3"));
    EXPECT_FALSE(window.item("simulate/rank 4"));
    EXPECT_NE(window.text("simulate/sentence").find("4 of 8 devices"), std::string::npos);
}

TEST(SimulateTab, ASliderChangesTheTimeAndIsSetBack) {
    Simulating window;
    const std::string before = window.text("simulate/seconds");
    EXPECT_FALSE(window.item("simulate/rate/reset")->enabled);
    const Item* slider = window.item("simulate/rate");
    ASSERT_TRUE(slider);
    window.move_to({slider->max.x - 4, slider->centre().y});
    window.press_here();
    settle(window);
    EXPECT_EQ(window.text("simulate/rate"), "10");
    EXPECT_NE(window.text("simulate/seconds"), before);
    ASSERT_TRUE(window.click("simulate/rate/reset"));
    settle(window);
    EXPECT_EQ(window.text("simulate/rate"), "1");
    EXPECT_EQ(window.text("simulate/seconds"), before);
}

TEST(SimulateTab, ASlowRankIsChosenAndResetWithTheRest) {
    Simulating window;
    const std::string before = window.text("simulate/seconds");
    const Item* slider = window.item("simulate/slow rank");
    window.move_to({slider->max.x - 4, slider->centre().y});
    window.press_here();
    settle(window);
    EXPECT_EQ(window.text("simulate/slow rank"), "3");
    EXPECT_NE(window.text("simulate/seconds"), before);
    ASSERT_TRUE(window.click("simulate/reset"));
    settle(window);
    EXPECT_EQ(window.text("simulate/slow rank"), "-1");
    EXPECT_EQ(window.text("simulate/seconds"), before);
}

TEST(SimulateTab, CurvesAreCalculatedToTheirEnd) {
    Simulating window({1920, 1080});
    EXPECT_TRUE(window.item("simulate/curve/point 25"));
    EXPECT_EQ(window.text("simulate/curve/now"), window.text("simulate/seconds"));
    ASSERT_TRUE(window.click("simulate/curve/strong scaling"));
    settle(window);
    EXPECT_TRUE(window.item("simulate/curve/point 3")) << "1, 2 and 4 ranks";
    EXPECT_FALSE(window.item("simulate/curve/point 4"));
    EXPECT_NE(window.text("simulate/curve/point 1").find("efficiency 100%"), std::string::npos);
    ASSERT_TRUE(window.click("simulate/curve/table"));
    ASSERT_TRUE(window.click("simulate/curve/table/copy"));
    ASSERT_TRUE(window.last<CopyText>());
    EXPECT_EQ(window.last<CopyText>()->text.find("ranks\ttime\tfits\tefficiency\n1\t"), 0u);
}

TEST(SimulateTab, LargeRingsAreSimulatedBesideTheFrame) {
    Simulating window;
    ASSERT_TRUE(window.click("simulate/machine/gpus-64"));
    settle(window);
    const std::string small = window.text("simulate/seconds");
    const Item* slider = window.item("simulate/ranks");
    window.move_to({slider->max.x - 4, slider->centre().y});
    window.press_here();
    settle(window);
    EXPECT_EQ(window.text("simulate/ranks"), "64");
    EXPECT_NE(window.text("simulate/seconds"), small);
    EXPECT_TRUE(window.item("simulate/rank 63"));
    EXPECT_EQ(window.drawing_fault(), "");
}

TEST(SimulateTab, NothingMovesWhereNothingChanges) {
    Simulating window;
    EXPECT_FALSE(window.ui->wants_frames());
    window.frames(3);
    EXPECT_FALSE(window.ui->wants_frames());
}

TEST(SimulateTab, TheSimulationIsShownInTheWorkbenchAsItStands) {
    Simulating window;
    ASSERT_TRUE(window.click("simulate/show"));
    ASSERT_EQ(window.count<ShowSimulation>(), 1);
    const ShowSimulation* asked = window.last<ShowSimulation>();
    EXPECT_TRUE(asked->experiment == large_problem(4));
    EXPECT_EQ(asked->simulation.machine->name, "gpus-4");
    window.frames(2);
    EXPECT_FALSE(window.item("simulate/seconds")) << "the Workbench is in front";
}

TEST(SimulateTab, AShownRunGivesItsSettingsAndItsTime) {
    Simulating window;
    EXPECT_FALSE(window.item("simulate/beside"));
    const auto run = make_fixture_run(large_problem(2));
    window.in.run = run;
    settle(window);
    ASSERT_TRUE(window.click("simulate/of run"));
    settle(window);
    EXPECT_FALSE(window.item("simulate/rank 2"));
    EXPECT_NE(window.text("simulate/beside").find(seconds_text(run->metrics.seconds) + " (measured"),
              std::string::npos)
        << window.text("simulate/beside");
    window.in.run.reset();
    settle(window);
    EXPECT_TRUE(window.item("simulate/rank 3")) << "back to the panel's";
}

TEST(SimulateTab, TooManyRanksAreRefusedWithAWayOut) {
    Simulating window;
    window.ui->set_experiment(large_problem(16));
    settle(window);
    EXPECT_FALSE(window.item("simulate/seconds"));
    EXPECT_NE(window.text("simulate/problem").find("16"), std::string::npos);
    ASSERT_TRUE(window.click("simulate/most ranks"));
    settle(window);
    EXPECT_TRUE(window.item("simulate/seconds"));
    EXPECT_EQ(window.text("simulate/ranks"), "4");
}

TEST(SimulateTab, ThePaletteSimulatesOnAnyMachine) {
    Simulating window;
    window.ui->show_view("all");
    window.frames(2);
    window.key(pressed_key(kKeyP, kModControl | kModShift));
    window.type("simulate gpus-8");
    window.key(kKeyEnter);
    settle(window);
    EXPECT_EQ(window.text("simulate/machine/title"), "Made up: 8 devices");
    const WindowState state = window.ui->window_state();
    EXPECT_NE(state.text.find("simulate_machine=gpus-8\n"), std::string::npos);
}

TEST(SimulateTab, DrawsEveryStateAtEverySize) {
    Experiment invalid = large_problem(4);
    invalid.problem.head_dim = 0;
    Experiment huge = large_problem(4);
    huge.problem.seq_len = int64_t{1} << 24;
    huge.problem.head_groups[0].segment_length = huge.problem.seq_len;
    for (const ImVec2 size : {ImVec2(1, 1), ImVec2(200, 120), ImVec2(1280, 720), ImVec2(3840, 2160)})
        for (const Experiment& experiment :
             {large_problem(4), large_problem(1), large_problem(16), invalid, huge}) {
            SCOPED_TRACE(std::to_string(size.x) + " x " + std::to_string(size.y));
            NullWindow window(size);
            window.ui->show_view("simulate");
            window.ui->set_experiment(experiment);
            window.frames(2);
            EXPECT_EQ(window.drawing_fault(), "");
            window.in.machines = std::make_shared<const std::vector<MachineEntry>>();
            window.frames(2);
            EXPECT_EQ(window.drawing_fault(), "");
            window.in.machines = machines();
            settle(window);
            EXPECT_EQ(window.drawing_fault(), "");
        }
}

TEST(SimulateTab, SaysWhatIsMissing) {
    NullWindow window;
    window.ui->show_view("simulate");
    window.frames(2);
    EXPECT_NE(window.text("simulate/empty").find("Reading"), std::string::npos);
    window.in.machines = std::make_shared<const std::vector<MachineEntry>>();
    window.frames(2);
    EXPECT_NE(window.text("simulate/empty").find("ringscope calibrate"), std::string::npos);
}

}  // namespace
}  // namespace ringscope

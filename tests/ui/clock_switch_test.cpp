// A run whose ranks shared cores has two clocks: the replayed one is shown first, and one switch shows the measured one.
#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "engine/run/execute.h"
#include "engine/simulate/predicted_run.h"
#include "engine/simulate/replay.h"
#include "tests/fixtures.h"
#include "tests/model_machine.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"

namespace ringscope::testing {
namespace {

std::shared_ptr<const PredictedRun> predicted(const Run& run) {
    const auto machine = std::make_shared<const MachineModel>(model_machine());
    const auto made = predict_run(run, machine);
    return std::make_shared<const PredictedRun>(
        PredictedRun{made, TraceIndex(*made), prediction_error(run, *made)});
}

/// Four ranks on one worker thread, in a window that was handed both clocks.
class ClockSwitch : public ::testing::Test {
  protected:
    void SetUp() override {
        Experiment e = default_experiment();
        e.problem.seq_len = 512;
        e.problem.head_groups = {{512, 1, {}, {}}};
        e.ring.ranks = 4;
        e.backend.device = "cpu";
        e.backend.threads = 1;
        run_ = execute(e, {}, {});
        ASSERT_EQ(run_->state, RunState::done) << run_->error;
        ASSERT_TRUE(shares_cores(*run_));
        window_.ui->set_experiment(e);
        window_.in.run = run_;
        window_.in.run_index = std::make_shared<const RunIndex>(*run_);
        window_.in.predicted = predicted(*run_);
        const auto replayed = replay(*run_);
        window_.in.replayed = {replayed, std::make_shared<const RunIndex>(*replayed), predicted(*replayed)};
        window_.frames(3);
    }
    NullWindow window_{{1920, 1080}};
    std::shared_ptr<const ringscope::Run> run_;
};

TEST_F(ClockSwitch, TheReplayedClockIsShownFirstAndBothAreNamed) {
    EXPECT_EQ(window_.text("toolbar/origin"), "replayed");
    EXPECT_EQ(window_.text("timeline/clock words"), "clock: every rank its own device (replayed)");
    EXPECT_EQ(window_.text("memory/clock words"), "clock: every rank its own device (replayed)");
    ASSERT_TRUE(window_.click("toolbar/origin"));
    EXPECT_EQ(window_.text("toolbar/origin"), "measured");
    EXPECT_EQ(window_.text("timeline/clock words"), "clock: this machine (measured); 4 ranks shared 1 core");
    window_.key(kKeyK);
    EXPECT_EQ(window_.text("toolbar/origin"), "replayed");
    ASSERT_TRUE(window_.click("timeline/clock words"));
    EXPECT_EQ(window_.text("toolbar/origin"), "measured");
    EXPECT_EQ(window_.drawing_fault(), "");
}

TEST_F(ClockSwitch, FiguresAreOfTheShownClock) {
    const std::string replayed = window_.text("metrics/time");
    window_.key(kKeyK);
    EXPECT_NE(window_.text("metrics/time"), replayed);
    EXPECT_EQ(window_.text("metrics/time"), seconds_text(run_->metrics.seconds));
    EXPECT_EQ(replayed, seconds_text(window_.in.replayed.run->metrics.seconds));
}

TEST_F(ClockSwitch, TheClockStaysInItsStepAndTheSelectionOnItsRank) {
    window_.key(kKeyPeriod);
    window_.key(kKeyPeriod);
    ASSERT_TRUE(window_.click("timeline/rank 2/compute step 1"));
    const std::string step = window_.text("ring/words");
    window_.key(kKeyK);
    EXPECT_EQ(window_.text("toolbar/origin"), "measured");
    EXPECT_EQ(window_.text("ring/words").substr(0, 11), step.substr(0, 11)) << "step 3 of 4";
    window_.key(kKeyF);  // frames what is selected: it still is a span
    EXPECT_NE(window_.item("timeline/undo zoom"), nullptr);
    window_.key(kKeyK);
    EXPECT_NE(window_.item("timeline/undo zoom"), nullptr) << "zooms can still be undone";
    ASSERT_TRUE(window_.click("timeline/undo zoom"));
    EXPECT_EQ(window_.item("timeline/undo zoom"), nullptr);
}

TEST_F(ClockSwitch, AnotherRunIsShownReplayedOrAsItIs) {
    window_.in.replayed = {};
    window_.in.predicted = nullptr;
    Experiment e = default_experiment();
    e.ring.ranks = 1;
    window_.in.run = make_fixture_run(e);
    window_.in.run_index = nullptr;
    window_.frames(3);
    EXPECT_EQ(window_.text("toolbar/origin"), "measured");
    EXPECT_EQ(window_.item("timeline/clock words"), nullptr) << "cores enough: one clock";
    window_.key(kKeyK);
    EXPECT_EQ(window_.text("toolbar/origin"), "measured");
}

TEST_F(ClockSwitch, PredictedSpansCanBeHidden) {
    ASSERT_NE(window_.item("timeline/predicted"), nullptr);
    EXPECT_NE(window_.item("timeline/legend/predicted"), nullptr);
    const std::string off = off_text(window_.in.replayed.predicted->error);
    if (!off.empty()) {
        EXPECT_EQ(window_.text("timeline/prediction off"), off);
    }
    const int vertices = ImGui::GetDrawData()->TotalVtxCount;
    window_.key(kKeyP);
    EXPECT_EQ(window_.item("timeline/legend/predicted"), nullptr);
    EXPECT_EQ(window_.item("timeline/prediction off"), nullptr);
    EXPECT_LT(ImGui::GetDrawData()->TotalVtxCount, vertices);
    ASSERT_TRUE(window_.click("timeline/predicted"));
    EXPECT_NE(window_.item("timeline/legend/predicted"), nullptr);
    ASSERT_TRUE(window_.click("timeline/table"));
    EXPECT_EQ(window_.drawing_fault(), "");
}

TEST_F(ClockSwitch, ThePanelTellsTimesOfTheModelOrAsksForOne) {
    EXPECT_EQ(window_.text("prediction/no time"), "no time predicted: calibrate this machine first");
    ASSERT_TRUE(window_.click("prediction/calibrate"));
    EXPECT_EQ(window_.count<CalibrateMachine>(), 1);
    window_.in.calibrated = 0.25;
    window_.frames(2);
    EXPECT_EQ(window_.text("prediction/calibrating"), "calibrating: 25%");
    ASSERT_TRUE(window_.click("prediction/cancel calibration"));
    EXPECT_EQ(window_.count<CancelCalibration>(), 1);
    EXPECT_FALSE(window_.item("run/start")->enabled) << "both would take the cores from each other";
    window_.in.calibrated.reset();
    window_.in.machine = std::make_shared<const MachineModel>(model_machine());
    window_.frames(2);
    EXPECT_EQ(window_.item("prediction/no time"), nullptr);
    EXPECT_EQ(window_.item("prediction/calibrate"), nullptr);
    EXPECT_EQ(window_.text("prediction/time"), seconds_text(window_.in.predicted->error.predicted_seconds))
        << "the plan is that of the run";
    EXPECT_NE(window_.item("prediction/step 0"), nullptr);
}

}  // namespace
}  // namespace ringscope::testing

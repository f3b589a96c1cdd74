// The controller without a window: commands in, inputs out.
#include "app/window/controller.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "engine/experiment/scenarios.h"
#include "sessions/experiment_file.h"
#include "sessions/machines/machine_file.h"
#include "tests/model_machine.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::ScratchFolder;

class ControllerTest : public ::testing::Test {
  protected:
    ControllerTest() : file_(folder_.file("runs.ringscope")) { start_controller(); }

    void start_controller(std::optional<int64_t> open_run = {}) {
        controller_.reset();
        controller_ =
            std::make_unique<Controller>(ControllerOptions{.run_file = file_, .open_run = open_run}, [] {});
    }
    struct Settled : Inputs {
        Notice notice;  // the last; an empty one when there was none
    };
    /// What the window would see, frame by frame, until nothing is under way; `load` is kept from whichever
    /// frame had it, and the notices of all frames.
    Settled settle() {
        std::optional<Experiment> load;
        std::vector<Notice> notices;
        for (;;) {
            Settled inputs{controller_->inputs(0), {}};
            if (inputs.load) load = inputs.load;
            notices.insert(notices.end(), inputs.notices.begin(), inputs.notices.end());
            if (!controller_->busy()) {
                inputs.load = load;
                inputs.notices = notices;
                if (!notices.empty()) inputs.notice = notices.back();
                return inputs;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    Settled do_and_settle(Command command) {
        controller_->carry_out({std::move(command)});
        return settle();
    }

    static const Experiment& tiny() { return find_scenario("Tiny 16")->experiment; }

    ScratchFolder folder_;
    std::string file_;
    std::unique_ptr<Controller> controller_;
};

TEST_F(ControllerTest, RunsAndShowsTheResult) {
    const Settled inputs = do_and_settle(StartRun{tiny(), true});
    ASSERT_TRUE(inputs.run);
    EXPECT_EQ(inputs.run->state, RunState::done);
    EXPECT_TRUE(inputs.run->verification && inputs.run->verification->passed);
    EXPECT_EQ(inputs.run_id, 0);
    EXPECT_FALSE(inputs.run_name.empty());
    EXPECT_TRUE(inputs.inventory);
    EXPECT_FALSE(inputs.busy);
}

TEST_F(ControllerTest, EveryShownRunComesWithItsIndex) {
    Settled inputs = do_and_settle(StartRun{tiny(), true});
    const auto expect_index = [&] {
        ASSERT_TRUE(inputs.run && inputs.run_index);
        int64_t spans = 0;
        for (int rank = 0; rank < inputs.run_index->trace.ranks(); ++rank)
            for (const int64_t count :
                 inputs.run_index->trace.statistics(rank, 0, inputs.run->trace.wall_ns + 1).spans)
                spans += count;
        EXPECT_EQ(spans, static_cast<int64_t>(inputs.run->trace.spans.size()));
    };
    expect_index();
    do_and_settle(SaveRun{"first"});
    start_controller(1);
    inputs = settle();
    expect_index();
}

TEST_F(ControllerTest, StartsWithoutARunFileAndMakesNone) {
    const Settled inputs = settle();
    EXPECT_FALSE(inputs.saved);
    EXPECT_EQ(inputs.run_file, file_);
    EXPECT_NE(inputs.run_file_message, "");
    EXPECT_EQ(folder_.files(), 0u);
}

TEST_F(ControllerTest, SavesRenamesOpensAndDeletes) {
    do_and_settle(StartRun{tiny(), true});
    Settled inputs = do_and_settle(SaveRun{"first"});
    EXPECT_EQ(inputs.run_id, 1);
    EXPECT_EQ(inputs.run_file_message, "");
    ASSERT_TRUE(inputs.saved);
    ASSERT_EQ(inputs.saved->size(), 1u);
    EXPECT_EQ(inputs.saved->front().name, "first");

    inputs = do_and_settle(SaveRun{});
    EXPECT_EQ(inputs.saved->size(), 1u) << "saving twice made two runs";
    EXPECT_NE(inputs.notice.text.find("Already saved"), std::string::npos);

    inputs = do_and_settle(RenameRun{1, "other"});
    EXPECT_EQ(inputs.run_name, "other");
    EXPECT_EQ(inputs.saved->front().name, "other");

    do_and_settle(NoteRun{1, "before the holidays"});
    do_and_settle(TagRun{1, {"tuned", "cpu"}});
    do_and_settle(SetBaseline{1});
    inputs = do_and_settle(ArchiveRun{1, true});
    EXPECT_EQ(inputs.saved->front().note, "before the holidays");
    EXPECT_EQ(marked_name(inputs.saved->front()), "other (baseline) (archived) #cpu #tuned");
    inputs = do_and_settle(SetBaseline{0});
    EXPECT_FALSE(inputs.saved->front().baseline);

    start_controller();  // as a second start of the program
    inputs = settle();
    ASSERT_TRUE(inputs.saved);
    inputs = do_and_settle(OpenRun{1});
    ASSERT_TRUE(inputs.run);
    EXPECT_EQ(inputs.run_id, 1);
    EXPECT_EQ(inputs.run_name, "other");
    ASSERT_TRUE(inputs.load);
    EXPECT_EQ(*inputs.load, tiny());

    inputs = do_and_settle(DeleteRun{1});
    EXPECT_EQ(inputs.run_id, 0);
    EXPECT_TRUE(inputs.run) << "a deleted run stays on the screen until another comes";
    EXPECT_TRUE(inputs.saved->empty());
}

TEST_F(ControllerTest, ARunThatIsBeingSavedIsNotSavedAgain) {
    do_and_settle(StartRun{tiny(), true});
    controller_->carry_out({SaveRun{"first"}, SaveRun{"second"}});
    Settled inputs = settle();
    EXPECT_EQ(inputs.saved->size(), 1u);
    EXPECT_EQ(inputs.run_name, "first");
    ASSERT_EQ(inputs.notices.size(), 2u);
    EXPECT_EQ(inputs.notices[0].text, "The run is being saved");
    EXPECT_NE(inputs.notices[1].text.find("Saved as run 1"), std::string::npos);
}

TEST_F(ControllerTest, ASaveThatFailedCanBeTriedAgain) {
    testing::write_file(folder_.file("text"), "no database");
    do_and_settle(OpenRunFile{folder_.file("text")});
    do_and_settle(StartRun{tiny(), false});
    EXPECT_EQ(do_and_settle(SaveRun{"x"}).notice.level, Notice::Level::error);
    std::filesystem::remove(folder_.file("text"));
    const Settled inputs = do_and_settle(SaveRun{"x"});
    EXPECT_EQ(inputs.run_id, 1) << inputs.notice.text;
}

TEST_F(ControllerTest, EveryNoticeIsHandedOverOnce) {
    settle();
    controller_->notify(Notice::Level::info, "one");
    controller_->notify(Notice::Level::warning, "two");
    const Inputs inputs = controller_->inputs(0);
    ASSERT_EQ(inputs.notices.size(), 2u);
    EXPECT_EQ(inputs.notices[0].text, "one");
    EXPECT_EQ(inputs.notices[1].text, "two");
    EXPECT_TRUE(controller_->inputs(0).notices.empty());
    EXPECT_EQ(controller_->last_notice().text, "two");
}

TEST_F(ControllerTest, ShowsARunOfTheFileFirst) {
    do_and_settle(StartRun{tiny(), false});
    do_and_settle(SaveRun{"kept"});
    start_controller(1);
    EXPECT_EQ(settle().run_name, "kept");
}

TEST_F(ControllerTest, TellsWhatWentWrongAndGoesOn) {
    EXPECT_EQ(do_and_settle(OpenRun{7}).notice.level, Notice::Level::error);
    EXPECT_EQ(do_and_settle(SaveRun{}).notice.level, Notice::Level::warning);
    EXPECT_EQ(do_and_settle(OpenExperiment{folder_.file("none")}).notice.level, Notice::Level::error);
    Experiment wrong = tiny();
    wrong.ring.ranks = 0;
    EXPECT_EQ(do_and_settle(StartRun{wrong, true}).notice.level, Notice::Level::error);
    const Settled inputs = do_and_settle(StartRun{tiny(), true});
    ASSERT_TRUE(inputs.run);
    EXPECT_EQ(inputs.run->state, RunState::done);
    EXPECT_EQ(do_and_settle(ExportRun{"pdf", folder_.file("x")}).notice.level, Notice::Level::error);
    EXPECT_EQ(folder_.files(), 0u);
}

TEST_F(ControllerTest, LeavesAFileThatIsNoRunFileAlone) {
    testing::write_file(folder_.file("text"), "no database");
    Settled inputs = do_and_settle(OpenRunFile{folder_.file("text")});
    EXPECT_EQ(inputs.notice.level, Notice::Level::error);
    EXPECT_NE(inputs.run_file_message, "");
    do_and_settle(StartRun{tiny(), false});
    inputs = do_and_settle(SaveRun{"x"});
    EXPECT_EQ(inputs.notice.level, Notice::Level::error);
    EXPECT_EQ(inputs.run_id, 0);
    EXPECT_EQ(testing::read_file(folder_.file("text")), "no database");
}

TEST_F(ControllerTest, ACancelledRunDoesNotReplaceAFinishedOne) {
    const auto finished = do_and_settle(StartRun{tiny(), true}).run;
    Experiment slow = default_experiment();
    slow.problem.seq_len = 65536;
    slow.problem.head_groups = {{65536, 1, {}, {}}};
    controller_->carry_out({StartRun{slow, false}});
    while (controller_->inputs(0).work_total == 0) std::this_thread::yield();
    const Settled inputs = do_and_settle(CancelRun{});
    EXPECT_EQ(inputs.run, finished);
    EXPECT_EQ(controller_->latest_run()->state, RunState::cancelled);
    EXPECT_NE(inputs.notice.text.find("cancelled"), std::string::npos);
}

TEST_F(ControllerTest, ExportsAndKeepsExperiments) {
    do_and_settle(StartRun{tiny(), true});
    for (const char* format : {"perfetto", "csv", "json", "experiment"}) {
        const std::string path = folder_.file(format);
        EXPECT_EQ(do_and_settle(ExportRun{format, path}).notice.text, "Wrote " + path);
        EXPECT_FALSE(testing::read_file(path).empty());
    }
    do_and_settle(SaveExperiment{tiny(), folder_.file("saved.json")});
    const Settled inputs = do_and_settle(OpenExperiment{folder_.file("saved.json")});
    ASSERT_TRUE(inputs.load);
    EXPECT_EQ(*inputs.load, tiny());
}

TEST_F(ControllerTest, ExportsSavedRunsThatAreNotShownAndKeptTraces) {
    do_and_settle(StartRun{tiny(), true});
    do_and_settle(SaveRun{"first"});
    do_and_settle(ExportRun{"perfetto", folder_.file("trace.json")});
    do_and_settle(OpenTrace{folder_.file("trace.json")});
    ASSERT_EQ(do_and_settle(KeepTrace{0}).trace_ids, std::vector<int64_t>{2});
    Experiment other = tiny();
    other.input.seed = 5;
    do_and_settle(StartRun{other, true});

    do_and_settle(ExportRun{"trace", folder_.file("again.json"), 2});
    EXPECT_EQ(testing::read_file(folder_.file("again.json")), testing::read_file(folder_.file("trace.json")));
    do_and_settle(ExportRun{"experiment", folder_.file("first.json"), 1});
    EXPECT_EQ(*do_and_settle(OpenExperiment{folder_.file("first.json")}).load, tiny());
    do_and_settle(ExportRun{"run", folder_.file("single.ringscope"), 2});
    EXPECT_TRUE(RunStore::open(folder_.file("single.ringscope"))->list().at(0).is_trace);

    const Settled inputs = do_and_settle(ExportRun{"output", folder_.file("no.safetensors"), 2});
    EXPECT_EQ(inputs.notice.level, Notice::Level::error);
    EXPECT_NE(inputs.notice.text.find("is a kept trace"), std::string::npos) << inputs.notice.text;
    EXPECT_FALSE(std::filesystem::exists(folder_.file("no.safetensors")));
}

TEST_F(ControllerTest, NoOutputReplacesAFileThatIsOpen) {
    namespace fs = std::filesystem;
    do_and_settle(StartRun{tiny(), true});
    const auto expect_refused = [&](const std::string& path, const std::string& why) {
        for (const char* format : {"json", "csv", "perfetto", "run"}) {
            const Notice notice = do_and_settle(ExportRun{format, path}).notice;
            EXPECT_EQ(notice.level, Notice::Level::error) << format << " " << notice.text;
            EXPECT_NE(notice.text.find(why), std::string::npos) << format << " " << notice.text;
        }
        const Notice notice = do_and_settle(SaveExperiment{tiny(), path}).notice;
        EXPECT_NE(notice.text.find(why), std::string::npos) << notice.text;
    };
    expect_refused(folder_.path() + "/./runs.ringscope", "it is the run file");
    EXPECT_FALSE(fs::exists(file_)) << "also when it is not there yet";
    do_and_settle(SaveRun{"kept"});
    const std::string before = testing::read_file(file_);
    fs::create_symlink(file_, folder_.file("link"));
    fs::create_hard_link(file_, folder_.file("hard"));
    for (const std::string& path : {file_, folder_.file("link"), folder_.file("hard")})
        expect_refused(path, "it is the run file");
    EXPECT_EQ(testing::read_file(file_), before);

    do_and_settle(ExportRun{"perfetto", folder_.file("trace.json")});
    do_and_settle(OpenTrace{folder_.file("trace.json")});
    const std::string trace = testing::read_file(folder_.file("trace.json"));
    expect_refused(folder_.file("trace.json"), "it is a trace");
    EXPECT_EQ(testing::read_file(folder_.file("trace.json")), trace);

    fs::copy(file_, folder_.file("closed"));
    const Notice notice = do_and_settle(ExportRun{"json", folder_.file("closed")}).notice;
    EXPECT_NE(notice.text.find("is a run file, and its runs would be lost"), std::string::npos)
        << notice.text;
    EXPECT_EQ(testing::read_file(folder_.file("closed")), before);
}

TEST_F(ControllerTest, OpensDroppedFilesByTheirContent) {
    do_and_settle(StartRun{tiny(), true});
    do_and_settle(ExportRun{"perfetto", folder_.file("a")});
    do_and_settle(SaveExperiment{tiny(), folder_.file("b")});
    do_and_settle(SaveRun{"kept"});
    const auto drop = [&](const std::string& name) {
        controller_->open_any_file(folder_.file(name));
        return settle();
    };
    ASSERT_EQ(drop("a").traces.size(), 1u);
    EXPECT_EQ(drop("b").load, tiny());
    EXPECT_EQ(drop("a").traces.size(), 2u);
    EXPECT_EQ(do_and_settle(CloseTrace{0}).traces.size(), 1u);
    EXPECT_EQ(do_and_settle(CloseTrace{7}).traces.size(), 1u);
    testing::write_file(folder_.file("broken"), "\x28\xb5\x2f\xfd packed");
    const Settled inputs = drop("broken");
    EXPECT_EQ(inputs.notice.level, Notice::Level::error);
    EXPECT_NE(inputs.notice.text.find("zstd"), std::string::npos) << inputs.notice.text;
    EXPECT_EQ(inputs.traces.size(), 1u);
    EXPECT_EQ(drop(std::filesystem::path(file_).filename().string()).saved->size(), 1u);
}

TEST_F(ControllerTest, ATraceIsKeptInTheRunFileAndOpenedBesideRuns) {
    do_and_settle(StartRun{tiny(), true});
    do_and_settle(SaveRun{"a run"});
    do_and_settle(ExportRun{"perfetto", folder_.file("trace.json")});
    EXPECT_EQ(do_and_settle(OpenTrace{folder_.file("trace.json")}).trace_ids, std::vector<int64_t>{0});
    Settled inputs = do_and_settle(KeepTrace{0});
    ASSERT_EQ(inputs.saved->size(), 2u);
    EXPECT_TRUE(inputs.saved->front().is_trace);
    EXPECT_EQ(inputs.trace_ids, std::vector<int64_t>{2});
    EXPECT_NE(inputs.notice.text.find("Kept as run 2"), std::string::npos) << inputs.notice.text;
    EXPECT_NE(do_and_settle(KeepTrace{0}).notice.text.find("Already kept as run 2"), std::string::npos);
    EXPECT_EQ(do_and_settle(KeepTrace{9}).saved->size(), 2u);

    EXPECT_EQ(do_and_settle(OpenRun{2}).traces.size(), 1u) << "it is shown already";
    do_and_settle(CloseTrace{0});
    inputs = do_and_settle(OpenRun{2});
    ASSERT_EQ(inputs.traces.size(), 1u);
    EXPECT_EQ(inputs.traces[0]->name, "trace.json");
    EXPECT_EQ(inputs.run_id, 1) << "the shown run stays";
    do_and_settle(CloseTrace{0});
    inputs = do_and_settle(CompareRuns{{2, 1}});
    ASSERT_TRUE(inputs.compared);
    EXPECT_EQ(inputs.compared->ids, std::vector<int64_t>{1});
    EXPECT_EQ(inputs.traces.size(), 1u);
    EXPECT_EQ(do_and_settle(SetBaseline{2}).notice.level, Notice::Level::error);
    inputs = do_and_settle(DeleteRun{2});
    EXPECT_EQ(inputs.trace_ids, std::vector<int64_t>{kNotHere}) << "its file was not opened here";
    EXPECT_EQ(inputs.saved->size(), 1u);
}

TEST_F(ControllerTest, RanksThatShareCoresComeWithTheirReplay) {
    Experiment shared = tiny();
    shared.ring.ranks = 4;
    shared.backend.device = "cpu";
    shared.backend.threads = 1;
    Settled inputs = do_and_settle(StartRun{shared, true});
    const auto expect_replay = [&] {
        ASSERT_TRUE(inputs.run && inputs.replayed.run && inputs.replayed.index);
        EXPECT_EQ(inputs.run->origin, Origin::measured) << "what is saved and exported";
        EXPECT_EQ(inputs.replayed.run->origin, Origin::replayed);
        EXPECT_EQ(inputs.replayed.index->trace.wall_ns(), inputs.replayed.run->trace.wall_ns);
    };
    expect_replay();
    EXPECT_FALSE(inputs.predicted) << "no model of this machine";
    do_and_settle(SaveRun{"shared"});
    shared.ring.layout = Layout::zigzag;
    do_and_settle(StartRun{shared, true});
    do_and_settle(SaveRun{"zigzag"});
    inputs = do_and_settle(OpenRun{1});
    expect_replay();
    inputs = do_and_settle(CompareRuns{{1, 2}});
    ASSERT_TRUE(inputs.compared && inputs.compared->measured);
    for (size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(inputs.compared->runs[i].run->origin, Origin::replayed);
        EXPECT_EQ(inputs.compared->measured->runs[i].run->origin, Origin::measured);
    }
    shared.ring.ranks = 1;
    inputs = do_and_settle(StartRun{shared, true});
    EXPECT_FALSE(inputs.replayed.run) << "a worker for the only rank";
}

TEST_F(ControllerTest, PredictsWithTheModelInThePersonsFolder) {
    MachineModel machine = testing::model_machine();
    save_machine(machine, folder_.file("this-machine.json"));
    controller_ = std::make_unique<Controller>(
        ControllerOptions{.run_file = file_, .machine_folder = folder_.path()}, [] {});
    Experiment shared = tiny();
    shared.ring.ranks = 4;
    shared.backend.device = "cpu";
    shared.backend.threads = 1;
    const Settled inputs = do_and_settle(StartRun{shared, true});
    ASSERT_TRUE(inputs.machine);
    EXPECT_EQ(inputs.machine->title, machine.title);
    ASSERT_TRUE(inputs.predicted && inputs.replayed.predicted);
    EXPECT_EQ(inputs.predicted->run->schedule, inputs.run->schedule);
    EXPECT_EQ(inputs.predicted->error.taken_seconds, inputs.run->metrics.seconds);
    EXPECT_EQ(inputs.replayed.predicted->error.taken_seconds, inputs.replayed.run->metrics.seconds);
}

TEST_F(ControllerTest, AModelThatCannotBeReadIsTold) {
    testing::write_file(folder_.file("this-machine.json"), "{");
    controller_ = std::make_unique<Controller>(
        ControllerOptions{.run_file = file_, .machine_folder = folder_.path()}, [] {});
    const Settled inputs = settle();
    EXPECT_FALSE(inputs.machine);
    ASSERT_FALSE(inputs.notices.empty());
    EXPECT_NE(inputs.notices.front().text.find("this-machine.json"), std::string::npos);
}

TEST_F(ControllerTest, ACalibrationCanBeCancelledAndKeepsNoRunBeside) {
    controller_ = std::make_unique<Controller>(
        ControllerOptions{.run_file = file_, .machine_folder = folder_.file("machines")}, [] {});
    settle();
    controller_->carry_out({CalibrateMachine{}, StartRun{tiny(), true}});
    EXPECT_TRUE(controller_->inputs(0).calibrated.has_value());
    const Settled inputs = do_and_settle(CancelCalibration{});
    EXPECT_FALSE(inputs.run) << "it would have taken cores from the calibration";
    EXPECT_FALSE(inputs.calibrated.has_value());
    EXPECT_FALSE(inputs.machine);
    EXPECT_EQ(inputs.notice.text, "Calibration cancelled");
    EXPECT_FALSE(std::filesystem::exists(folder_.file("machines") + "/this-machine.json"));
}

/// As a person who drags a slider: each change replaces the run before it.
TEST_F(ControllerTest, AHundredChangesEndWithTheLast) {
    Experiment experiment = default_experiment();
    for (int i = 0; i < 100; ++i) {
        experiment.input.seed = static_cast<uint64_t>(i);
        controller_->carry_out({StartRun{experiment, false}});
        if (i % 10 == 9) controller_->carry_out({CancelRun{}});
        controller_->inputs(0);
    }
    const Settled inputs = do_and_settle(StartRun{tiny(), true});
    ASSERT_TRUE(inputs.run);
    EXPECT_EQ(inputs.run->experiment, tiny());
    EXPECT_EQ(inputs.run->state, RunState::done);
}

}  // namespace
}  // namespace ringscope

// Runs that nobody saved when their window went: on disk at once, and back in the next window.
#include "app/window/run_recovery.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "app/window/controller.h"
#include "sessions/store/database.h"
#include "tests/child_process.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using testing::Child;
using testing::Signal;

class RunRecoveryTest : public ::testing::Test {
  protected:
    RunRecoveryTest() : unsaved_(folder_.file("unsaved")), file_(folder_.file("runs.ringscope")) {}

    std::unique_ptr<Controller> window() const {
        ControllerOptions options;
        options.run_file = file_;
        options.unsaved_folder = unsaved_;
        return std::make_unique<Controller>(options, [] {});
    }
    /// The frames of a window until nothing is under way; the last has the notices of all.
    static Inputs settle(Controller& window) {
        std::vector<Notice> notices;
        for (;;) {
            Inputs inputs = window.inputs(0);
            notices.insert(notices.end(), inputs.notices.begin(), inputs.notices.end());
            if (!window.busy()) {
                inputs = window.inputs(0);
                inputs.notices.insert(inputs.notices.begin(), notices.begin(), notices.end());
                return inputs;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    static Inputs settle_after(Controller& window, Command command) {
        window.carry_out({std::move(command)});
        return settle(window);
    }
    size_t left_over() const { return UnsavedRuns(unsaved_).earlier().size(); }

    ScratchFolder folder_;
    std::string unsaved_;
    std::string file_;
    std::shared_ptr<const ringscope::Run> run_ = make_fixture_run(tiny());
};

TEST_F(RunRecoveryTest, ARunOfAClosedWindowIsOfferedByTheNextAndAddedOnce) {
    std::shared_ptr<const ringscope::Run> run;
    {
        const auto first = window();
        run = settle_after(*first, StartRun{tiny(), false}).run;
    }
    const auto next = window();
    Inputs inputs = settle(*next);
    ASSERT_TRUE(inputs.earlier);
    ASSERT_EQ(inputs.earlier->size(), 1u);
    ASSERT_EQ(inputs.notices.size(), 1u);
    EXPECT_TRUE(contains(inputs.notices[0].text, "1 run of an earlier window was not saved"))
        << inputs.notices[0].text;
    inputs = settle_after(*next, AddEarlierRuns{});
    EXPECT_TRUE(contains(inputs.notices.back().text, "Added 1 run to " + file_))
        << inputs.notices.back().text;
    EXPECT_TRUE(inputs.earlier->empty());
    ASSERT_TRUE(inputs.saved);
    ASSERT_EQ(inputs.saved->size(), 1u);
    expect_same_trace(RunStore::open(file_)->load(1)->trace, run->trace);
    EXPECT_EQ(left_over(), 0u);
    inputs = settle_after(*next, AddEarlierRuns{});
    EXPECT_EQ(inputs.saved->size(), 1u);
}

TEST_F(RunRecoveryTest, ASavedRunIsNotOffered) {
    {
        const auto first = window();
        settle_after(*first, StartRun{tiny(), false});
        EXPECT_EQ(settle_after(*first, SaveRun{"mine"}).run_id, 1);
    }
    EXPECT_EQ(left_over(), 0u);
    EXPECT_EQ(settle(*window()).notices.size(), 0u);
    for (const auto& entry : std::filesystem::directory_iterator(unsaved_))
        EXPECT_EQ(entry.path().filename(), "lock") << "a window with nothing to leave leaves nothing";
}

TEST_F(RunRecoveryTest, AKilledWindowLeavesItsRun) {
    const Signal kept;
    const Child child([&] {
        const auto first = window();
        settle_after(*first, StartRun{tiny(), false});
        kept.give();
        pause();
    });
    kept.await();
    EXPECT_EQ(left_over(), 0u) << "its window is still there";
    child.kill();
    child.wait();
    EXPECT_EQ(left_over(), 1u);
    EXPECT_EQ(settle_after(*window(), DropEarlierRuns{}).earlier->size(), 0u);
    EXPECT_EQ(left_over(), 0u);
}

TEST_F(RunRecoveryTest, AWindowThatCannotGoOnEndsItsRunFirst) {
    const auto first = window();
    first->carry_out({StartRun{tiny(), false}});
    first->finish({});
    EXPECT_TRUE(first->all_kept());
    const auto list = [&] {
        for (const auto& entry : std::filesystem::directory_iterator(unsaved_))
            if (entry.path().extension() == ".ringscope") return RunStore::open(entry.path())->list();
        return std::vector<RunSummary>{};
    };
    EXPECT_EQ(list().size(), 1u);
}

TEST_F(RunRecoveryTest, OfManyRunsTheNewestOfEachSecondIsKept) {
    constexpr int kRuns = 500;
    std::string newest;
    {
        RunRecovery recovery(unsaved_, {});
        for (int i = 0; i < kRuns; ++i) recovery.keep(newest = new_uuid(), run_, "run " + std::to_string(i));
        recovery.finish();
        EXPECT_FALSE(recovery.busy());
    }
    const auto kept = UnsavedRuns(unsaved_).earlier();
    ASSERT_FALSE(kept.empty());
    EXPECT_EQ(kept.front().uuid, newest);
    EXPECT_LT(kept.size(), 10u);
}

TEST_F(RunRecoveryTest, AtMostTwentyAreKeptTheNewest) {
    UnsavedRuns(unsaved_).keep(new_uuid(), *run_, "oldest");
    {
        UnsavedRuns session(unsaved_);
        for (size_t i = 0; i < UnsavedRuns::kMost + 5; ++i)
            session.keep(new_uuid(), *run_, "run " + std::to_string(i));
    }
    const auto kept = UnsavedRuns(unsaved_).earlier();
    ASSERT_EQ(kept.size(), UnsavedRuns::kMost);
    for (const RunSummary& run : kept) EXPECT_NE(run.name, "run 4");
}

TEST_F(RunRecoveryTest, AFolderThatCannotBeMadeIsToldOnce) {
    unsaved_ = "/proc/nowhere/unsaved";
    const auto first = window();
    Inputs inputs = settle_after(*first, StartRun{tiny(), false});
    ASSERT_EQ(inputs.notices.size(), 1u);
    EXPECT_TRUE(contains(inputs.notices[0].text, "Runs that are not saved go with this window"));
    EXPECT_EQ(settle_after(*first, StartRun{tiny(), false}).notices.size(), 0u);
}

TEST_F(RunRecoveryTest, ASaveThatMeetsALockKeepsTheRunBesideTheFile) {
    RunStore::open_or_create(file_);
    const auto first = window();
    settle_after(*first, StartRun{tiny(), false});
    Db other(file_, DbMode::read_write, 0);
    other.run("BEGIN EXCLUSIVE");
    Inputs inputs = settle_after(*first, SaveRun{"late"});
    EXPECT_EQ(inputs.run_id, 0);
    ASSERT_FALSE(inputs.notices.empty());
    EXPECT_TRUE(contains(inputs.notices.back().text, "the run is kept in " + file_ + ".unsaved-"))
        << inputs.notices.back().text;
    other.run("COMMIT");
    inputs = settle_after(*first, SaveRun{"late"});
    EXPECT_EQ(inputs.run_id, 1) << "it is in the file already, once";
    EXPECT_EQ(inputs.saved->size(), 1u);
}

}  // namespace
}  // namespace ringscope

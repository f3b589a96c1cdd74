// Finished runs when their file is locked or full: waited for, kept beside it, never lost.
#include "app/cli/run_keeper.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include <sys/resource.h>

#include "sessions/store/database.h"
#include "tests/child_process.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class RunKeeperTest : public ::testing::Test {
  protected:
    RunKeeperTest() : path_(folder_.file("runs.ringscope")) {
        setenv("XDG_DATA_HOME", folder_.path().c_str(), 1);
        auto store = RunStore::open_or_create(path_);
        store->save(*run_, "first");
        store->wait_for_others(0);
        store_ = std::move(store);
    }
    ~RunKeeperTest() override { unsetenv("XDG_DATA_HOME"); }

    ScratchFolder folder_;
    std::string path_;
    std::shared_ptr<const ringscope::Run> run_ = make_fixture_run(tiny());
    std::unique_ptr<RunStore> store_;
    std::stop_source stop_;
};

TEST_F(RunKeeperTest, ALockIsWaitedFor) {
    Db other(path_, DbMode::read_write, 0);
    other.run("BEGIN EXCLUSIVE");
    RunKeeper keeper(std::move(store_), stop_.get_token(), hours(1));
    const std::jthread ender([&] {
        std::this_thread::sleep_for(milliseconds(500));
        other.run("COMMIT");
    });
    EXPECT_TRUE(keeper.keep(*run_, "second"));
    EXPECT_EQ(keeper.problem(), "");
    EXPECT_EQ(keeper.store()->list().size(), 2u);
    EXPECT_EQ(folder_.files(), 1u);
}

TEST_F(RunKeeperTest, AnInterruptEndsTheWaitAndTheRunIsKeptBesideTheFile) {
    Db other(path_, DbMode::read_write, 0);
    other.run("BEGIN EXCLUSIVE");
    RunKeeper keeper(std::move(store_), stop_.get_token(), hours(1));
    const std::jthread interrupter([&] {
        std::this_thread::sleep_for(milliseconds(500));
        stop_.request_stop();
    });
    EXPECT_FALSE(keeper.keep(*run_, "second"));
    EXPECT_TRUE(contains(keeper.problem(), "another program keeps the file locked")) << keeper.problem();
    EXPECT_TRUE(contains(keeper.problem(), "the run is kept in " + path_ + ".unsaved-")) << keeper.problem();
    EXPECT_EQ(folder_.files(), 2u);
    other.run("COMMIT");
    EXPECT_EQ(RunStore::open(path_)->list().size(), 2u);
    EXPECT_EQ(folder_.files(), 1u);
}

TEST_F(RunKeeperTest, PatienceEnds) {
    Db other(path_, DbMode::read_write, 0);
    other.run("BEGIN EXCLUSIVE");
    RunKeeper keeper(std::move(store_), stop_.get_token(), milliseconds(300));
    EXPECT_FALSE(keeper.keep(*run_, "second"));
    EXPECT_EQ(folder_.files(), 2u);
}

TEST_F(RunKeeperTest, WhereTheFileCannotGrowTheRunIsKeptBesideIt) {
    while (read_file(path_).size() < 400'000) store_->save(*run_, "filler");
    const size_t saved = store_->list().size();
    store_.reset();
    const auto limit = static_cast<rlim_t>(read_file(path_).size());
    const testing::Child child([&] {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limits{limit, limit};
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limits), 0);
        RunKeeper keeper(RunStore::open(path_), {}, hours(1));
        int kept = 0;
        for (; keeper.problem().empty() && kept < 1000; ++kept) keeper.keep(*run_, "second");
        EXPECT_TRUE(contains(keeper.problem(), "the run is kept in " + path_ + ".unsaved-"))
            << keeper.problem();
        ASSERT_EQ(RunStore::open(path_)->list().size(), saved + static_cast<size_t>(kept) - 1);
    });
    EXPECT_EQ(child.wait(), 0);
    ASSERT_EQ(folder_.files(), 2u);
    EXPECT_EQ(RunStore::open(path_)->list().size() > saved, true);
    EXPECT_EQ(folder_.files(), 1u);
}

TEST_F(RunKeeperTest, WithoutAFileNothingIsKept) {
    RunKeeper keeper(nullptr, {});
    EXPECT_FALSE(keeper.keep(*run_, "none"));
    EXPECT_EQ(keeper.problem(), "");
}

}  // namespace
}  // namespace ringscope

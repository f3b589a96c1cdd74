// Runs that could not be saved: kept beside the file or in the data folder, and back in the file at its next opening.
#include "sessions/store/spool.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "sessions/store/database.h"
#include "sessions/store/spool_files.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

class SpoolTest : public ::testing::Test {
  protected:
    SpoolTest() : path_(folder_.file("runs.ringscope")) {
        setenv("XDG_DATA_HOME", data_.path().c_str(), 1);
        RunStore::open_or_create(path_)->save(*run_, "first");
    }
    ~SpoolTest() override { unsetenv("XDG_DATA_HOME"); }

    ScratchFolder folder_;
    ScratchFolder data_;
    std::string path_;
    std::shared_ptr<const ringscope::Run> run_ = make_fixture_run(tiny());
};

TEST_F(SpoolTest, ARunComesInOnceWithAllItHas) {
    const std::string uuid = new_uuid();
    const std::string spool = spool_run(path_, uuid, *run_, "late");
    EXPECT_TRUE(spool.starts_with(path_ + ".unsaved-")) << spool;
    EXPECT_EQ(spool_run(path_, uuid, *run_, "late"), spool) << "tried twice, kept once";
    EXPECT_EQ(folder_.files(), 2u);
    EXPECT_EQ(RunStore::open(spool)->list().size(), 1u) << "it is a run file by itself";
    const auto store = RunStore::open(path_);
    EXPECT_TRUE(contains(store->message(), "1 run that was kept elsewhere")) << store->message();
    const auto list = store->list();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].name, "late");
    EXPECT_EQ(list[0].uuid, uuid);
    expect_same_trace(store->load(list[0].id)->trace, run_->trace);
    EXPECT_EQ(folder_.files(), 1u);
    EXPECT_EQ(RunStore::open(path_)->message(), "");
}

TEST_F(SpoolTest, ThroughALinkARunIsKeptBesideTheFileItself) {
    ScratchFolder elsewhere;
    const std::string link = elsewhere.file("link.ringscope");
    std::filesystem::create_symlink(path_, link);
    spool_run(link, new_uuid(), *run_, "late");
    EXPECT_EQ(RunStore::open(path_)->list().size(), 2u);
    spool_run(path_, new_uuid(), *run_, "later");
    EXPECT_EQ(RunStore::open(link)->list().size(), 3u);
}

TEST_F(SpoolTest, ARunThatGotIntoTheFileAllTheSameComesInOnce) {
    const std::string uuid = new_uuid();
    RunStore::open(path_)->save_as(uuid, *run_, "saved");
    spool_run(path_, uuid, *run_, "saved");
    EXPECT_EQ(RunStore::open(path_)->list().size(), 2u);
    EXPECT_EQ(spooled_for(path_), std::vector<std::string>{});
    const auto store = RunStore::open(path_);
    const int64_t id = store->save_as(uuid, *run_, "again");
    EXPECT_EQ(store->summary(id).name, "saved");
    EXPECT_EQ(store->list().size(), 2u);
}

TEST_F(SpoolTest, WhereTheFolderCannotBeWrittenTheDataFolderIsUsed) {
    const std::string path = folder_.file("gone/runs.ringscope");
    const std::string spool = spool_run(path, new_uuid(), *run_, "late");
    EXPECT_TRUE(spool.starts_with(data_.path() + "/ringscope/unsaved/")) << spool;
    EXPECT_EQ(RunStore::open(path_)->list().size(), 1u) << "of another file";
    std::filesystem::create_directory(folder_.file("gone"));
    const auto store = RunStore::open_or_create(path);
    ASSERT_EQ(store->list().size(), 1u);
    EXPECT_EQ(store->list()[0].name, "late");
    EXPECT_FALSE(std::filesystem::exists(spool));
}

TEST_F(SpoolTest, WhereNothingCanBeWrittenTheErrorNamesBothPlaces) {
    setenv("XDG_DATA_HOME", "/proc/nowhere", 1);
    const std::string message =
        error_of(ErrorKind::io, [&] { spool_run("/proc/nothing/runs.ringscope", new_uuid(), *run_, "x"); });
    EXPECT_TRUE(contains(message, "/proc/nothing")) << message;
    EXPECT_TRUE(contains(message, "/proc/nowhere")) << message;
}

TEST_F(SpoolTest, OnlyWholeFilesOfOurNamesAreTaken) {
    const std::string spool = spool_run(path_, new_uuid(), *run_, "late");
    const std::string whole = read_file(spool);
    write_file(spool, whole.substr(0, whole.size() / 2));
    write_file(path_ + ".unsaved-mine", whole);
    const std::string digits = "0123456789abcdef";
    std::filesystem::create_symlink(path_ + ".unsaved-mine", path_ + ".unsaved-" + digits);
    const auto store = RunStore::open(path_);
    EXPECT_EQ(store->list().size(), 1u);
    EXPECT_TRUE(contains(store->message(), "cannot come in: " + spool)) << store->message();
    EXPECT_TRUE(store->writable());
    EXPECT_EQ(folder_.files(), 4u) << "nothing is removed that did not come in";
    write_file(spool, whole);
    EXPECT_EQ(RunStore::open(path_)->list().size(), 2u);
}

TEST_F(SpoolTest, WhileTheFileIsLockedOrReadOnlyTheRunsGoOnWaiting) {
    spool_run(path_, new_uuid(), *run_, "late");
    {
        Db other(path_, DbMode::read_write, 0);
        other.run("BEGIN IMMEDIATE");
        const auto store = RunStore::open(path_);
        EXPECT_EQ(store->list().size(), 1u);
        EXPECT_TRUE(contains(store->message(), "keeps the file locked")) << store->message();
    }
    EXPECT_EQ(RunStore::open(path_)->list().size(), 2u);
}

}  // namespace
}  // namespace ringscope

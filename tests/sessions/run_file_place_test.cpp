// Where a run file lies: any name is a path, and a file with a write-ahead log is read where none can be made.
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions/store/database.h"
#include "sessions/store/run_store.h"
#include "sessions/store/spool.h"
#include "tests/child_process.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

namespace fs = std::filesystem;
using testing::Child;

constexpr uid_t kSomebody = 54321;

/// Every name by itself, as a shell gives it: in a process of its own, which is in the folder.
TEST(RunFileName, IsAPathWhateverItLooksLike) {
    const ScratchFolder folder;
    for (const std::string name :
         {"file:x", ":memory:", "file::memory:?cache=shared", "file:y?mode=ro", "file:///z", "a?b", "a#b",
          "50%25", "%41", "n\xff", "-x", "default file"}) {
        const Child child([&] {
            fs::current_path(folder.path());
            if (name == "file:///z") fs::create_directory("file:");
            const auto made = RunStore::open_or_create(name);
            const auto id = made->save(*make_fixture_run(tiny()), "a run");
            made->export_run(id, name + ".one");
            made->compact();
            made->remove(id);
            const auto again = RunStore::open(name);
            EXPECT_EQ(again->import_runs(name + ".one"), std::vector<int64_t>{2});
            spool_run(name, new_uuid(), *make_fixture_run(tiny()), "waits");
            EXPECT_EQ(RunStore::open(name)->list().size(), 2u);
            EXPECT_TRUE(fs::is_regular_file(name)) << name;
            EXPECT_FALSE(fs::exists(name + "-journal"));
        });
        EXPECT_EQ(child.wait(), 0) << name;
        EXPECT_TRUE(fs::is_regular_file(folder.file(name))) << name;
        EXPECT_TRUE(fs::is_regular_file(folder.file(name + ".one"))) << name;
    }
    EXPECT_FALSE(fs::exists(folder.file("x"))) << "of file:x";
    EXPECT_FALSE(fs::exists("/z"));
}

TEST(RunFileName, AnEmptyOneIsNoFile) {
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [] { RunStore::open(""); }), "no such run file"));
}

class WriteAheadLog : public ::testing::Test {
  protected:
    WriteAheadLog() : path_(folder_.file("runs %?#.ringscope")) {
        RunStore::open_or_create(path_)->save(*make_fixture_run(tiny()), "a run");
        Db(path_, DbMode::read_write, 0).run("PRAGMA journal_mode = WAL");
    }
    ScratchFolder folder_;
    std::string path_;
};

/// A link in the place of the log's index stands in the way for everybody, also for an administrator.
TEST_F(WriteAheadLog, IsReadWhereItsLogCannotBeMade) {
    fs::create_symlink(folder_.file("nowhere"), path_ + "-shm");
    const auto store = RunStore::open(path_);
    EXPECT_EQ(store->state(), StoreState::read_only);
    EXPECT_TRUE(contains(store->message(), "write-ahead log cannot be written")) << store->message();
    ASSERT_EQ(store->list().size(), 1u);
    EXPECT_EQ(store->load(1)->experiment, tiny());
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { store->rename(1, "x"); }), "write-ahead log"));
    store->export_run(1, folder_.file("one"));
    const auto other = RunStore::open_or_create(folder_.file("other"));
    EXPECT_EQ(other->import_runs(path_).size(), 1u);
    EXPECT_TRUE(other->check().empty());
    EXPECT_EQ(RunStore::open(folder_.file("one"))->list().front().name, "a run");
}

TEST_F(WriteAheadLog, IsNotReadWithoutTheChangesThatWaitInIt) {
    {
        // A copy of the pair as it is while the other program has it open: its changes are in the log alone.
        Db other(path_, DbMode::read_write, 0);
        other.run("UPDATE run SET name = 'changed'");
        fs::copy_file(path_, folder_.file("copy"));
        fs::copy_file(path_ + "-wal", folder_.file("copy-wal"));
    }
    const std::string copy = folder_.file("copy");
    fs::create_symlink(folder_.file("nowhere"), copy + "-shm");
    const std::string problem = error_of(ErrorKind::io, [&] { RunStore::open(copy); });
    EXPECT_TRUE(contains(problem, "copy-wal")) << problem;
    EXPECT_TRUE(contains(problem, "copy both files")) << problem;
    fs::remove(copy + "-shm");
    EXPECT_EQ(RunStore::open(copy)->list().front().name, "changed")
        << "where it can be made, with the changes";
}

TEST_F(WriteAheadLog, IsReadWhereItsIndexIsNotOursToWrite) {
    fs::create_directory(path_ + "-shm");
    const auto store = RunStore::open(path_);
    EXPECT_EQ(store->state(), StoreState::read_only);
    EXPECT_TRUE(contains(store->message(), "write-ahead log")) << store->message();
    EXPECT_EQ(store->list().size(), 1u);
}

TEST_F(WriteAheadLog, IsReadInAFolderThatCannotBeWritten) {
    chmod(path_.c_str(), 0444);
    chmod(folder_.path().c_str(), 0555);
    const Child child([&] {
        if (geteuid() == 0 && setuid(kSomebody) != 0) return;
        const auto store = RunStore::open(path_);
        EXPECT_EQ(store->state(), StoreState::read_only) << store->message();
        EXPECT_EQ(store->list().size(), 1u);
    });
    EXPECT_EQ(child.wait(), 0);
    chmod(folder_.path().c_str(), 0755);
}

TEST_F(WriteAheadLog, WhereTheFileIsOursButNotItsFolder) {
    chmod(path_.c_str(), 0666);
    chmod(folder_.path().c_str(), 0555);
    const Child child([&] {
        if (geteuid() == 0 && setuid(kSomebody) != 0) return;
        EXPECT_EQ(RunStore::open(path_)->list().size(), 1u);
    });
    EXPECT_EQ(child.wait(), 0);
    chmod(folder_.path().c_str(), 0755);
}

}  // namespace
}  // namespace ringscope

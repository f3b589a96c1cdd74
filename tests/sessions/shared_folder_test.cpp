// Files are made safely in folders that others write too, and replaced ones keep who may read them.
#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions/atomic_file.h"
#include "sessions/file_identity.h"
#include "sessions/store/migrations.h"
#include "sessions/store/run_store.h"
#include "sessions/temporary_file.h"
#include "tests/child_process.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSomebody = 54321;

void write_atomically(const std::string& path, const std::string& text) {
    AtomicFile file(path, {});
    file.write(text);
    file.commit();
}

unsigned mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

std::set<std::string> names_in(const ScratchFolder& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path())) names.insert(entry.path().filename());
    return names;
}

TEST(TemporaryFileName, CannotBeGuessed) {
    const ScratchFolder folder;
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        const TemporaryFile file(folder.file("a"), 0666);
        ASSERT_EQ(folder.files(), 1u);
        const std::string name = *names_in(folder).begin();
        ASSERT_TRUE(name.starts_with("a.part-")) << name;
        const std::string digits = name.substr(7);
        EXPECT_EQ(digits.size(), 32u);
        EXPECT_EQ(digits.find_first_not_of("0123456789abcdef"), std::string::npos) << name;
        EXPECT_TRUE(seen.insert(digits).second);
    }
    EXPECT_EQ(folder.files(), 0u);
}

TEST(TemporaryFileName, FitsWhereTheTargetDoes) {
    const ScratchFolder folder;
    const std::string longest(255, 'n');
    write_atomically(folder.file(longest), "text");
    EXPECT_EQ(read_file(folder.file(longest)), "text");
    EXPECT_EQ(folder.files(), 1u);
}

TEST(ReplacedFile, KeepsItsPermissionsFromTheFirstByteOn) {
    const ScratchFolder folder;
    const std::string path = folder.file("private");
    for (const unsigned mode : {0600u, 0640u, 0664u, 0200u}) {
        write_file(path, "before");
        ASSERT_EQ(chmod(path.c_str(), mode), 0);
        AtomicFile file(path, {});
        file.write("after");
        for (const std::string& name : names_in(folder))
            EXPECT_EQ(mode_of(folder.file(name)) & 0177 & ~mode, 0u) << name << " is open to others";
        file.commit();
        EXPECT_EQ(mode_of(path), mode);
        chmod(path.c_str(), 0600);
        EXPECT_EQ(read_file(path), "after");
    }
    const mode_t before = umask(027);
    write_atomically(folder.file("new"), "");
    umask(before);
    EXPECT_EQ(mode_of(folder.file("new")), 0640u);
}

TEST(ReplacedFile, KeepsItsOwnerAndGroup) {
    if (geteuid() != 0) GTEST_SKIP() << "only the administrator can give files away";
    const ScratchFolder folder;
    const std::string path = folder.file("given");
    write_file(path, "before");
    ASSERT_EQ(chown(path.c_str(), kSomebody, kSomebody + 1), 0);
    ASSERT_EQ(chmod(path.c_str(), 0660), 0);
    write_atomically(path, "after");
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, kSomebody);
    EXPECT_EQ(status.st_gid, kSomebody + 1);
    EXPECT_EQ(status.st_mode & 07777u, 0660u);

    ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
    ASSERT_EQ(chmod(path.c_str(), 0662), 0);
    const testing::Child other([&] {
        ASSERT_EQ(setgid(kSomebody + 2), 0);
        ASSERT_EQ(setuid(kSomebody + 2), 0);
        write_atomically(path, "by another");
    });
    EXPECT_EQ(other.wait(), 0);
    EXPECT_EQ(mode_of(path), 0622u) << "a group that is not the old one gets what everybody has";
}

TEST(ReplacedFile, IsRefusedWhenItIsWriteProtected) {
    const ScratchFolder folder;
    const std::string path = folder.file("kept");
    write_file(path, "as it was");
    ASSERT_EQ(chmod(path.c_str(), 0444), 0);
    EXPECT_EQ(error_of(ErrorKind::io, [&] { write_atomically(path, "x"); }),
              "cannot write " + path +
                  ": it is write-protected (mode 0444); chmod u+w allows its owner to write it");
    EXPECT_EQ(read_file(path), "as it was");
    EXPECT_EQ(folder.files(), 1u);
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { write_atomically(folder.path(), "x"); }),
              "cannot write " + folder.path() + ": it is a folder");
}

TEST(LinkedTarget, IsWrittenAndTheLinkStays) {
    const ScratchFolder folder;
    fs::create_directory(folder.file("far"));
    write_file(folder.file("far/file"), "before");
    fs::create_symlink("far/file", folder.file("near"));
    fs::create_symlink(folder.file("near"), folder.file("nearer"));
    fs::create_symlink("far/new", folder.file("dangling"));
    write_atomically(folder.file("nearer"), "after");
    write_atomically(folder.file("dangling"), "made");
    EXPECT_EQ(read_file(folder.file("far/file")), "after");
    EXPECT_EQ(read_file(folder.file("far/new")), "made");
    for (const char* link : {"near", "nearer", "dangling"}) EXPECT_TRUE(fs::is_symlink(folder.file(link)));
    EXPECT_EQ(folder.files(), 4u);

    fs::create_symlink("b", folder.file("a"));
    fs::create_symlink("a", folder.file("b"));
    const std::string circle =
        error_of(ErrorKind::bad_input, [&] { write_atomically(folder.file("a"), "x"); });
    EXPECT_NE(circle.find("Too many levels of symbolic links"), std::string::npos) << circle;
}

TEST(LinkedTarget, IsRefusedWhenSomebodyElsePutTheLinkIntoASharedFolder) {
    if (geteuid() != 0) GTEST_SKIP() << "only the administrator can make other people's links";
    const ScratchFolder folder;
    fs::create_directory(folder.file("shared"));
    write_file(folder.file("mine"), "as it was");
    fs::create_symlink("../mine", folder.file("shared/trap"));
    ASSERT_EQ(lchown(folder.file("shared/trap").c_str(), kSomebody, kSomebody), 0);
    ASSERT_EQ(chmod(folder.file("shared").c_str(), 01777), 0);
    const std::string why =
        error_of(ErrorKind::io, [&] { write_atomically(folder.file("shared/trap"), "x"); });
    EXPECT_NE(why.find("is somebody else's link in a folder that everybody can write"), std::string::npos)
        << why;
    EXPECT_EQ(read_file(folder.file("mine")), "as it was");
    ASSERT_EQ(lchown(folder.file("shared/trap").c_str(), 0, 0), 0);
    write_atomically(folder.file("shared/trap"), "own links are fine");
    EXPECT_EQ(read_file(folder.file("mine")), "own links are fine");
}

TEST(SameFile, HoweverItIsSpelled) {
    const ScratchFolder folder;
    write_file(folder.file("a"), "");
    write_file(folder.file("b"), "");
    fs::create_symlink("a", folder.file("link"));
    fs::create_hard_link(folder.file("a"), folder.file("hard"));
    fs::create_symlink(".", folder.file("here"));
    fs::create_symlink("new", folder.file("to new"));
    for (const char* name : {"a", "link", "hard", "./a", "here/a", "here/here/link"})
        EXPECT_TRUE(same_file(folder.file("a"), folder.file(name))) << name;
    for (const char* name : {"new", "to new", "here/new", "here/to new"})
        EXPECT_TRUE(same_file(folder.file("new"), folder.file(name))) << name;
    EXPECT_TRUE(same_file(folder.file("none/new"), folder.file("none/./new")));
    for (const char* name : {"b", "new", "none/a", ""})
        EXPECT_FALSE(same_file(folder.file("a"), folder.file(name))) << name;
    EXPECT_FALSE(same_file(folder.file("new"), folder.file("newer")));
    EXPECT_FALSE(same_file("", ""));
}

TEST(Sweep, RemovesWhatADeadProcessLeft) {
    const ScratchFolder folder;
    const std::string target = folder.file("runs");
    const testing::Child child([&] {
        const TemporaryFile file(target, 0600);
        const TemporaryFolder workplace(target);
        write_file(workplace.file("copy"), "half");
        write_file(workplace.file("copy-journal"), "half");
        _exit(0);
    });
    ASSERT_EQ(child.wait(), 0);
    ASSERT_EQ(folder.files(), 2u);
    write_atomically(target, "whole");
    EXPECT_EQ(names_in(folder), std::set<std::string>{"runs"});
}

TEST(Sweep, LeavesWhatIsInUseAndWhatIsNotOurs) {
    const ScratchFolder folder;
    const std::string digits = "0123456789abcdef0123456789abcdef";
    const std::string target = folder.file("runs");
    const std::vector<std::string> others{"runs.part-17",
                                          "runs.part-17-3",
                                          "runs.part-" + digits.substr(1),
                                          "runs.part-" + digits + "0",
                                          "runs.part-0123456789ABCDEF0123456789ABCDEF",
                                          "other.part-" + digits,
                                          "runs.bak-v1"};
    for (const std::string& name : others) write_file(folder.file(name), "not ours");
    write_file(folder.file("far"), "not ours");
    fs::create_symlink("far", folder.file("runs.part-" + digits));
    const TemporaryFile in_use(target, 0600);
    const TemporaryFolder in_use_too(target);
    const std::set<std::string> before = names_in(folder);
    sweep_temporaries(target);
    EXPECT_EQ(names_in(folder), before);
    sweep_temporaries(folder.file("none/here"));
}

TEST(RunFileInASharedFolder, LeavesItsBackupAsPrivateAsItWas) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    Db(path, DbMode::create, 0)
        .run(read_file(std::string(RINGSCOPE_TEST_DATA) + "/run_file_schema_1.sql").c_str());
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    write_file(path + ".bak-v1", "an earlier one");
    EXPECT_EQ(RunStore::open(path)->list().size(), 2u);
    EXPECT_EQ(mode_of(path), 0600u);
    EXPECT_EQ(mode_of(path + ".bak-v1.2"), 0600u);
    EXPECT_EQ(read_file(path + ".bak-v1"), "an earlier one");
    RunStore::open_or_create(folder.file("new.ringscope"));
    EXPECT_EQ(names_in(folder), (std::set<std::string>{"new.ringscope", "old.ringscope",
                                                       "old.ringscope.bak-v1", "old.ringscope.bak-v1.2"}));
}

}  // namespace
}  // namespace ringscope

#include "sessions/input_files.h"

#include <gtest/gtest.h>

#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::error_of;
using testing::ScratchFolder;
using testing::write_file;
namespace fs = std::filesystem;

TEST(InputFiles, AFolderStandsForItsFilesInOrder) {
    const ScratchFolder folder;
    fs::create_directories(folder.file("b/deeper"));
    fs::create_directories(folder.file(".hidden"));
    for (const char* name : {"c", "b/z", "b/deeper/y", "a", ".hidden/x", ".dot"})
        write_file(folder.file(name), "");
    fs::create_directory_symlink(folder.path(), folder.file("b/loop"));
    std::vector<std::string> found;
    for (const FoundFile& file : find_input_files({folder.path()})) {
        EXPECT_TRUE(file.in_folder);
        found.push_back(fs::path(file.path).lexically_relative(folder.path()).string());
    }
    EXPECT_EQ(found, (std::vector<std::string>{"a", "b/deeper/y", "b/z", "c"}));
}

TEST(InputFiles, WhatIsNamedTwiceStandsOnce) {
    const ScratchFolder folder;
    write_file(folder.file("a"), "");
    const auto found = find_input_files({folder.file("a"), folder.path(), folder.path() + "/./a", "none"});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_FALSE(found[0].in_folder);
    EXPECT_EQ(found[1].path, "none") << "whether it is there is seen by whoever reads it";
}

TEST(InputFiles, ManyFilesCanBeLeft) {
    const ScratchFolder folder;
    write_file(folder.file("a"), "");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_NE(error_of(ErrorKind::cancelled, [&] { find_input_files({folder.path()}, stop.get_token()); }),
              "no error");
}

}  // namespace
}  // namespace ringscope

// Limits on memory, read from made-up /proc and control group trees.
#include "engine/host/memory_limits.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

class Tree {
  public:
    Tree() {
        write("/proc/meminfo", "MemTotal:       33554432 kB\nMemAvailable:   16777216 kB\n");  // 16 GiB
        write("/proc/self/status", "Name:\tringscope\nVmSize:\t  1048576 kB\nVmData:\t  524288 kB\n");
    }
    void write(const std::string& file, const std::string& text) {
        const std::filesystem::path path = folder_.path() + file;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    void group(const std::string& folder, const std::string& most, int64_t used, int64_t cache) {
        write(folder + "/memory.max", most + "\n");
        write(folder + "/memory.current", std::to_string(used) + "\n");
        write(folder + "/memory.stat", "anon 5\ninactive_file " + std::to_string(cache) + "\nfile 7\n");
    }
    MemoryLeft left(const ProcessLimits& limits = {}) { return memory_left(folder_.path(), limits); }

  private:
    testing::ScratchFolder folder_;
};

constexpr const char* kMount2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";

TEST(MemoryLimits, WithoutLimitsItIsWhatTheKernelHasFree) {
    Tree tree;
    EXPECT_EQ(tree.left().bytes, 16 * kGiB);
    EXPECT_EQ(tree.left().limit, "");
    tree.write("/proc/self/mountinfo", kMount2);
    tree.write("/proc/self/cgroup", "0::/user.slice/run.scope\n");
    tree.group("/sys/fs/cgroup/user.slice/run.scope", "max", kGiB, 0);
    EXPECT_EQ(tree.left().bytes, 16 * kGiB);
}

TEST(MemoryLimits, EveryGroupAboveTheProcessCounts) {
    Tree tree;
    tree.write("/proc/self/mountinfo", std::string("21 1 8:1 / / rw - ext4 /dev/a rw\n") + kMount2);
    tree.write("/proc/self/cgroup", "0::/user.slice/run.scope\n");
    tree.group("/sys/fs/cgroup/user.slice/run.scope", std::to_string(8 * kGiB), kGiB, 0);
    EXPECT_EQ(tree.left().bytes, 7 * kGiB);
    EXPECT_EQ(tree.left().limit, "control group /user.slice/run.scope (memory.max)");
    // Pages of files that can be dropped are free.
    tree.group("/sys/fs/cgroup/user.slice", std::to_string(6 * kGiB), 4 * kGiB, kGiB);
    EXPECT_EQ(tree.left().bytes, 3 * kGiB);
    EXPECT_EQ(tree.left().limit, "control group /user.slice (memory.max)");
    tree.group("/sys/fs/cgroup", std::to_string(2 * kGiB), 3 * kGiB, 0);  // more than it may already
    EXPECT_EQ(tree.left().bytes, 0);
}

TEST(MemoryLimits, AContainerSeesItsOwnGroupAsTheTop) {
    Tree tree;
    tree.write("/proc/self/mountinfo",
               "30 23 0:26 /docker/4711 /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n");
    tree.write("/proc/self/cgroup", "0::/docker/4711/worker\n");
    tree.group("/sys/fs/cgroup", std::to_string(4 * kGiB), kGiB, 0);
    EXPECT_EQ(tree.left().bytes, 3 * kGiB);
    EXPECT_EQ(tree.left().limit, "control group /docker/4711 (memory.max)");
    tree.write("/proc/self/cgroup", "0::/../other\n");  // moved out of what the mount shows
    EXPECT_EQ(tree.left().bytes, 3 * kGiB);
}

TEST(MemoryLimits, Version1Counts) {
    Tree tree;
    tree.write("/proc/self/mountinfo",
               "33 32 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
               "36 32 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    tree.write("/proc/self/cgroup", "7:cpu,cpuacct:/fast\n5:memory:/jobs/17\n0::/\n");
    const std::string jobs = "/sys/fs/cgroup/memory/jobs";
    tree.write(jobs + "/17/memory.limit_in_bytes", "9223372036854771712\n");
    tree.write(jobs + "/memory.limit_in_bytes", std::to_string(2 * kGiB) + "\n");
    tree.write(jobs + "/memory.usage_in_bytes", std::to_string(kGiB) + "\n");
    tree.write(jobs + "/memory.stat",
               "inactive_file 1\ntotal_inactive_file " + std::to_string(kGiB / 2) + "\n");
    EXPECT_EQ(tree.left().bytes, kGiB * 3 / 2);
    EXPECT_EQ(tree.left().limit, "control group /jobs (memory.limit_in_bytes)");
}

TEST(MemoryLimits, TheProcessesOwnLimitsCount) {
    Tree tree;
    const MemoryLeft addresses = tree.left({4 * kGiB, ProcessLimits::kNoLimit});
    EXPECT_EQ(addresses.bytes, 3 * kGiB);
    EXPECT_EQ(addresses.limit, "ulimit -v (RLIMIT_AS)");
    EXPECT_TRUE(addresses.address_space);
    const MemoryLeft data = tree.left({4 * kGiB, kGiB});
    EXPECT_EQ(data.bytes, kGiB / 2);
    EXPECT_EQ(data.limit, "ulimit -d (RLIMIT_DATA)");
}

TEST(MemoryLimits, ThisMachineHasSome) { EXPECT_GT(memory_left().bytes, 0); }

}  // namespace
}  // namespace ringscope

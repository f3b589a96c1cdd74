// The run file on full, limited and read-only media. Mounts a small disk for itself alone where that is
// allowed.
#include "sessions/store/run_store.h"

#include <csignal>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "tests/child_process.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using testing::Child;
using testing::microseconds_of;
using testing::Random;
using testing::Signal;

/// A file system of `bytes` at `folder`, seen by this process alone and gone with it. False where that is not
/// allowed.
bool mount_small_disk(const std::string& folder, int64_t bytes) {
    if (unshare(CLONE_NEWNS) != 0) return false;
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    const std::string size = "size=" + std::to_string(bytes);
    return mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

constexpr int64_t kSmallDisk = int64_t{16} << 20;

/// Whether mount_small_disk would work: told apart from what a test finds.
bool may_mount() {
    const ScratchFolder folder;
    return Child([&] {
               if (!mount_small_disk(folder.path(), kSmallDisk)) _exit(1);
           }).wait() == 0;
}

void expect_one_clear_message(const std::string& message, const std::string& path) {
    EXPECT_EQ(message, path + ": the disk is full");
}

TEST(RunStoreDisk, AFullDiskOf16MiBLosesNothingAndTheRunIsSavedElsewhere) {
    if (!may_mount()) GTEST_SKIP() << "needs to be allowed to mount a small file system";
    const ScratchFolder disk;
    const ScratchFolder elsewhere;
    const auto large = run_of_size(200'000);
    const auto work = [&] {
        ASSERT_TRUE(mount_small_disk(disk.path(), kSmallDisk));
        const std::string path = disk.file("runs.ringscope");
        const auto store = RunStore::open_or_create(path);
        const auto small = run_of_size(4000);
        const int64_t kept = store->save(*small, "kept");
        expect_one_clear_message(error_of(ErrorKind::io, [&] { store->save(*large, "too large"); }), path);
        EXPECT_EQ(store->list().size(), 1u);
        EXPECT_EQ(store->check(), std::vector<std::string>{});
        const auto other = RunStore::open_or_create(elsewhere.file("runs.ringscope"));
        expect_same_trace(other->load(other->save(*large, "elsewhere"))->trace, large->trace);

        size_t saved = 1;
        std::string message;
        for (; message.empty() && saved < 10'000; saved += message.empty()) {
            try {
                store->save(*small, "until it is full");
            } catch (const Error& error) {
                message = error.what();
            }
        }
        expect_one_clear_message(message, path);
        EXPECT_EQ(store->list().size(), saved);
        EXPECT_EQ(store->check(), std::vector<std::string>{});
        std::printf("%zu runs fitted on the disk of 16 MiB\n", saved);
        store->remove(kept);
        expect_same_trace(store->load(store->save(*small, "there is room again"))->trace, small->trace);
        expect_one_clear_message(error_of(ErrorKind::io, [&] { store->compact(); }), path);
        EXPECT_EQ(RunStore::open(path)->list().size(), saved);
        EXPECT_EQ(store->check(), std::vector<std::string>{});
    };
    EXPECT_EQ(Child(work).wait(), 0);
}

TEST(RunStoreDisk, AFileSizeLimitAnywhereInASaveLosesNothing) {
    constexpr int kLimits = 40;
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto small = run_of_size(100);
    const auto large = run_of_size(4000);
    const int64_t kept = RunStore::open_or_create(path)->save(*small, "kept");
    const auto before = static_cast<int64_t>(read_file(path).size());
    const std::string probe = folder.file("probe");
    RunStore::open_or_create(probe)->save(*small, "kept");
    RunStore::open(probe)->save(*large, "probe");
    const int64_t growth = static_cast<int64_t>(read_file(probe).size()) - before;
    ASSERT_GT(growth, before);
    int refused = 0;
    for (int i = 0; i < kLimits; ++i) {
        const auto limit = static_cast<rlim_t>(before + growth * i / kLimits);
        const Child child([&] {
            signal(SIGXFSZ, SIG_IGN);
            const auto store = RunStore::open(path);
            const rlimit limits{limit, limit};
            ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limits), 0);
            const std::string message = error_of(ErrorKind::io, [&] { store->save(*large, "too large"); });
            EXPECT_EQ(message.find(path + ": "), 0u) << message;
            EXPECT_EQ(store->list().size(), 1u);
        });
        refused += child.wait() == 0;
        const auto store = RunStore::open(path);
        ASSERT_EQ(store->check(), std::vector<std::string>{});
        ASSERT_EQ(store->list().size(), 1u);
        expect_same_trace(store->load(kept)->trace, small->trace);
    }
    EXPECT_EQ(refused, kLimits);
    const auto store = RunStore::open(path);
    expect_same_trace(store->load(store->save(*large, "without a limit"))->trace, large->trace);
}

TEST(RunStoreDisk, AReadOnlyMediumIsReadAndLeftAlone) {
    if (!may_mount()) GTEST_SKIP() << "needs to be allowed to mount a small file system";
    const ScratchFolder medium;
    const auto run = run_of_size(100);
    const auto work = [&] {
        ASSERT_TRUE(mount_small_disk(medium.path(), kSmallDisk));
        const std::string path = medium.file("runs.ringscope");
        const int64_t id = RunStore::open_or_create(path)->save(*run, "kept");
        ASSERT_EQ(mount(nullptr, medium.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
        const auto store = RunStore::open(path);
        EXPECT_EQ(store->state(), StoreState::read_only);
        EXPECT_TRUE(contains(store->message(), "opened read-only")) << store->message();
        EXPECT_EQ(store->list().size(), 1u);
        expect_same_trace(store->load(id)->trace, run->trace);
        EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { store->save(*run, "no"); }), "cannot be changed"));
        EXPECT_TRUE(
            contains(error_of(ErrorKind::io, [&] { RunStore::open_or_create(medium.file("new.ringscope")); }),
                     "cannot be made"));
    };
    EXPECT_EQ(Child(work).wait(), 0);
}

TEST(RunStoreDisk, ASaveThatWasCutOffIsToldOnAReadOnlyMediumAndUndoneOnAWritableOne) {
    if (!may_mount()) GTEST_SKIP() << "needs to be allowed to mount a small file system";
    const ScratchFolder medium;
    const auto small = run_of_size(100);
    const auto large = run_of_size(20'000);
    const auto remount = [&](unsigned long flags) {
        ASSERT_EQ(mount(nullptr, medium.path().c_str(), nullptr, MS_REMOUNT | flags, nullptr), 0);
    };
    const auto work = [&] {
        ASSERT_TRUE(mount_small_disk(medium.path(), kSmallDisk));
        const std::string path = medium.file("runs.ringscope");
        const int64_t id = RunStore::open_or_create(path)->save(*small, "kept");
        const int64_t save_us = microseconds_of([&] {
            const auto store = RunStore::open(path);
            store->remove(store->save(*large, "goes again"));
        });
        Random random;
        do {
            const Signal begun;
            const Child writer([&] {
                const auto mine = RunStore::open(path);
                begun.give();
                for (;;) mine->remove(mine->save(*large, "perhaps"));
            });
            begun.await();
            usleep(static_cast<useconds_t>(random.below(static_cast<uint64_t>(2 * save_us))));
            writer.kill();
            writer.wait();
        } while (!was_cut_off(path));
        remount(MS_RDONLY);
        const std::string message = error_of(ErrorKind::io, [&] { RunStore::open(path); });
        EXPECT_TRUE(contains(message, "a change was cut off and cannot be undone")) << message;
        remount(0);
        const auto store = RunStore::open(path);
        EXPECT_EQ(store->check(), std::vector<std::string>{});
        expect_same_trace(store->load(id)->trace, small->trace);
    };
    EXPECT_EQ(Child(work).wait(), 0);
}

}  // namespace
}  // namespace ringscope

// The run file under kills, crowds and damage, at full size. A minute, not seconds: ctest label "slow";
// run_store_safety_test has the short forms.
#include "sessions/store/run_store.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/child_process.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using testing::Child;
using testing::microseconds_of;
using testing::Random;
using testing::Signal;

/// RINGSCOPE_KILLS, or 200.
int kill_count() {
    const char* kills = std::getenv("RINGSCOPE_KILLS");
    return kills ? std::atoi(kills) : 200;
}

TEST(RunStoreTorture, KillsWhileSavingLeaveEveryEarlierRunIntactAndNoHalfOne) {
    const int kills = kill_count();
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto run = run_of_size(4000);
    auto store = RunStore::open_or_create(path);
    const int64_t save_us = microseconds_of([&] { store->save(*run, "kept"); });
    const size_t kept = store->list().size();
    store.reset();
    Random random;
    int cut_off = 0;
    size_t whole_runs = 0;
    for (int round = 0; round < kills; ++round) {
        const Signal begun;
        const Child writer([&] {
            const auto mine = RunStore::open(path);
            begun.give();
            for (;;) mine->save(*run, "perhaps");
        });
        begun.await();
        usleep(static_cast<useconds_t>(random.below(static_cast<uint64_t>(3 * save_us))));
        writer.kill();
        writer.wait();
        cut_off += was_cut_off(path);
        store = RunStore::open(path);
        ASSERT_TRUE(store->writable()) << store->message();
        ASSERT_EQ(store->check(), std::vector<std::string>{});
        const auto list = store->list();
        ASSERT_GE(list.size(), kept);
        EXPECT_EQ(list[list.size() - kept].name, "kept");
        for (const RunSummary& saved : list) expect_same_trace(store->load(saved.id)->trace, run->trace);
        EXPECT_EQ(folder.files(), 1u) << "leftovers";
        ASSERT_FALSE(HasFailure()) << "round " << round;
        whole_runs += list.size() - kept;
        for (size_t i = 0; i + kept < list.size(); ++i) store->remove(list[i].id);
        store.reset();
    }
    std::printf("%d kills, %d of them while the file was written; %zu runs were saved whole\n", kills,
                cut_off, whole_runs);
    EXPECT_GT(cut_off, 0) << "no kill fell into a save, so nothing was shown";
}

/// What is beside the run file, and what it holds: the next opening tidies up.
void expect_alone_and_whole(const ScratchFolder& folder, const std::string& path) {
    const auto store = RunStore::open_or_create(path);
    ASSERT_TRUE(store->writable()) << store->message();
    ASSERT_EQ(store->check(), std::vector<std::string>{});
    EXPECT_EQ(folder.files(), 1u) << "leftovers of dead processes";
}

TEST(RunStoreTorture, KillsWhileMakingANewFileLeaveNothingBehind) {
    const int kills = kill_count();
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto run = run_of_size(100);
    const int64_t make_us = microseconds_of([&] {
        RunStore::open_or_create(path)->save(*run, "first");
        std::filesystem::remove(path);
    });
    Random random;
    int half_made = 0, made = 0;
    for (int round = 0; round < kills; ++round) {
        const Signal begun;
        const Child maker([&] {
            begun.give();
            RunStore::open_or_create(path)->save(*run, "first");
            pause();
        });
        begun.await();
        usleep(static_cast<useconds_t>(random.below(static_cast<uint64_t>(2 * make_us))));
        maker.kill();
        maker.wait();
        made += std::filesystem::exists(path);
        half_made += folder.files() > (std::filesystem::exists(path) ? 1u : 0u);
        expect_alone_and_whole(folder, path);
        ASSERT_FALSE(HasFailure()) << "round " << round;
        for (const RunSummary& saved : RunStore::open(path)->list())
            expect_same_trace(RunStore::open(path)->load(saved.id)->trace, run->trace);
        std::filesystem::remove(path);
    }
    std::printf("%d kills: %d with a file, %d with something beside it\n", kills, made, half_made);
    EXPECT_GT(half_made, 0) << "no kill fell into the making, so nothing was shown";
}

TEST(RunStoreTorture, KillsWhileDeletingAndCompactingLoseNothingElse) {
    constexpr int kKills = 50;
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto run = run_of_size(4000);
    const int64_t kept = RunStore::open_or_create(path)->save(*run, "kept");
    const auto change = [&](RunStore& store) {
        store.remove(store.save(*run, "goes again"));
        store.compact();
    };
    const int64_t change_us = microseconds_of([&] { change(*RunStore::open(path)); });
    Random random;
    for (int round = 0; round < kKills; ++round) {
        const Signal begun;
        const Child writer([&] {
            const auto mine = RunStore::open(path);
            begun.give();
            for (;;) change(*mine);
        });
        begun.await();
        usleep(static_cast<useconds_t>(random.below(static_cast<uint64_t>(2 * change_us))));
        writer.kill();
        writer.wait();
        const auto store = RunStore::open(path);
        ASSERT_EQ(store->check(), std::vector<std::string>{});
        for (const RunSummary& saved : store->list())
            if (saved.id != kept) store->remove(saved.id);
        ASSERT_EQ(store->list().size(), 1u);
        expect_same_trace(store->load(kept)->trace, run->trace);
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
}

TEST(RunStoreTorture, TwoProcessesThatMakeTheFileAndSaveAHundredRunsEachLeaveTwoHundred) {
    constexpr size_t kRuns = 100;
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto run = run_of_size(20);
    const Signal go;
    const auto work = [&](const char* name) {
        go.await();
        for (size_t i = 0; i < kRuns; ++i) RunStore::open_or_create(path)->save(*run, name);
    };
    const Child one([&] { work("one"); });
    const Child other([&] { work("other"); });
    go.give();
    go.give();
    EXPECT_EQ(one.wait(), 0);
    EXPECT_EQ(other.wait(), 0);
    const auto store = RunStore::open(path);
    const auto list = store->list();
    EXPECT_EQ(list.size(), 2 * kRuns);
    EXPECT_EQ(std::count_if(list.begin(), list.end(), [](const RunSummary& r) { return r.name == "one"; }),
              static_cast<std::ptrdiff_t>(kRuns));
    EXPECT_EQ(store->check(), std::vector<std::string>{});
    for (const RunSummary& saved : list) expect_same_trace(store->load(saved.id)->trace, run->trace);
    EXPECT_EQ(folder.files(), 1u);
}

/// Opens, lists, loads and checks a damaged file: an Error of one line at worst. False when the damage was
/// seen on opening.
bool looks_whole(const std::string& path) {
    std::unique_ptr<RunStore> store;
    try {
        store = RunStore::open(path);
        const bool whole = store->writable();
        for (const RunSummary& run : store->list()) store->load(run.id);
        store->check();
        return whole;
    } catch (const Error& error) {
        EXPECT_FALSE(contains(error.what(), "\n")) << error.what();
    }
    return store && store->writable();
}

TEST(RunStoreTorture, DamageAnywhereIsAMessageAtWorstAndADamagedFileIsNotWrittenTo) {
    constexpr int kRounds = 2000;
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    {
        const auto store = RunStore::open_or_create(path);
        for (int i = 0; i < 3; ++i) store->save(*run_of_size(50), "run");
    }
    const std::string whole = read_file(path);
    Random random;
    int seen = 0;
    for (int round = 0; round < kRounds; ++round) {
        std::string bytes = whole;
        for (int i = 0; i < 8; ++i) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        if (round % 4 == 0) bytes.resize(random.below(bytes.size()));
        write_file(path, bytes);
        const bool seems_whole = looks_whole(path);
        seen += !seems_whole;
        if (!seems_whole) {
            ASSERT_EQ(read_file(path), bytes) << "round " << round;
        }
    }
    std::printf("%d of %d damaged files were seen to be so on opening\n", seen, kRounds);
    EXPECT_GT(seen, kRounds / 4) << "every fourth file is cut short";
}

}  // namespace
}  // namespace ringscope

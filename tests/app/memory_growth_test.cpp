// Runs, saves and reopened runs, one after the other in one process: resident memory stays where it is.
//
// RINGSCOPE_SOAK_RUNS sets how many; a few hundred when it is not set, which finds what grows by some KB per run.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include <unistd.h>

#include "app/cli/repeated_run.h"
#include "app/process/free_memory.h"
#include "app/window/controller.h"
#include "sessions/compare/sweep.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

int64_t resident_bytes() {
    int64_t pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

int soak_runs() {
    const char* runs = std::getenv("RINGSCOPE_SOAK_RUNS");
    return runs ? std::atoi(runs) : 300;
}

/// The heap finds its size in the first runs; SQLite's page cache grows with the file, to 2 MiB.
void expect_no_growth(const std::function<void()>& step) {
    constexpr int kWarmUp = 100;
    constexpr int64_t kMostPerRun = 1024, kAlways = 3 << 20;
    for (int i = 0; i < kWarmUp; ++i) step();
    const int64_t before = resident_bytes();
    for (int i = 0; i < soak_runs(); ++i) step();
    const int64_t growth = resident_bytes() - before;
    std::printf("%d runs: %lld KiB before, %lld bytes more per run\n", soak_runs(),
                static_cast<long long>(before >> 10), static_cast<long long>(growth / soak_runs()));
    EXPECT_LT(growth, kAlways + kMostPerRun * soak_runs());
}

Experiment small() {
    Experiment experiment = tiny();
    experiment.ring.ranks = 4;
    return experiment;
}

/// As runs leave it: large blocks between small ones that stay, from a thread that has ended.
TEST(MemoryGrowth, WhatIsFreedBetweenWhatIsKeptGoesBack) {
    constexpr size_t kBlocks = 4000, kFreed = 16 << 10, kKept = 64;
    std::vector<std::unique_ptr<char[]>> kept;
    const int64_t before = resident_bytes();
    std::thread([&] {
        std::vector<std::unique_ptr<char[]>> freed;
        for (size_t i = 0; i < kBlocks; ++i) {
            std::memset(freed.emplace_back(new char[kFreed]).get(), 1, kFreed);
            std::memset(kept.emplace_back(new char[kKept]).get(), 1, kKept);
        }
    }).join();
    EXPECT_GT(resident_bytes() - before, static_cast<int64_t>(kBlocks * kFreed) / 2)
        << "nothing to give back";
    return_free_memory();
    EXPECT_LT(resident_bytes() - before, static_cast<int64_t>(kBlocks * kFreed) / 2);
}

TEST(MemoryGrowth, OfARunThatIsSavedAndReopened) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    expect_no_growth([&] {
        RunOptions options;
        options.verify = true;
        const int64_t id = store->save(*run_once(small(), options, "", {}), "soak");
        store->load(id);
        store->remove(id);
    });
}

/// What is kept of each run lies between what the runs free.
TEST(MemoryGrowth, OfASweep) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    std::vector<SweepRun> kept;
    expect_no_growth([&] {
        const auto run = run_once(small(), {}, "", {});
        RunSummary summary = summarize(*run, "soak");
        summary.id = store->save(*run, "soak");
        kept.emplace_back(summary);
    });
}

TEST(MemoryGrowth, OfAWindow) {
    const ScratchFolder folder;
    ControllerOptions options;
    options.run_file = folder.file("runs.ringscope");
    options.unsaved_folder = folder.file("unsaved");
    Controller window(options, [] {});
    const auto settle = [&] {
        while (window.inputs(0), window.busy()) std::this_thread::sleep_for(std::chrono::microseconds(200));
    };
    int64_t count = 0;
    expect_no_growth([&] {
        Experiment experiment = small();
        experiment.input.seed = static_cast<uint64_t>(++count);
        window.carry_out({StartRun{experiment, true}});
        // Keeping it for the next window takes its time, at most once per second.
        while (window.inputs(0), window.inputs(0).busy)
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        if (count % 50 != 0) return;
        window.carry_out({SaveRun{"soak"}});
        settle();
        window.carry_out({DeleteRun{window.shown_run_id()}});
        settle();
    });
}

}  // namespace
}  // namespace ringscope

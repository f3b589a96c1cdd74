// Simulated and replayed runs in the run file and beside each other.
#include <cmath>

#include <gtest/gtest.h>

#include "engine/run/execute.h"
#include "engine/simulate/replay.h"
#include "engine/simulate/simulate.h"
#include "sessions/compare/compare_load.h"
#include "sessions/compare/repeats.h"
#include "sessions/compare/run_side.h"
#include "sessions/store/run_filter.h"
#include "sessions/store/run_store.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

Experiment small(int ranks) {
    Experiment e;
    e.problem.seq_len = 512;
    e.problem.heads = 4;
    e.problem.head_dim = 32;
    e.problem.head_groups.emplace_back().segment_length = 512;
    e.ring.ranks = ranks;
    e.backend.device = "cpu";
    e.backend.threads = 1;  // so that ranks share, however many cores there are
    return e;
}

std::shared_ptr<const MachineModel> four_gpus() {
    auto machine = std::make_shared<MachineModel>();
    machine->name = "four";
    machine->title = "four devices";
    machine->devices_per_host = 4;
    machine->device.name = "device";
    machine->device.memory_bytes = int64_t{1} << 33;
    machine->device.peaks = {{DType::f32, 1e12}};
    AttentionCurve curve;
    curve.share = 0.5;
    machine->device.curves = {curve, curve};
    machine->device.curves[1].causal = true;
    machine->device.pack_bytes_per_second = machine->device.merge_bytes_per_second = 1e11;
    machine->device.jitter = 0.05;
    machine->links = {{"port", LinkScope::device, 1, 1e-6, 1e9, true, ""}};
    machine->same_host = "port";
    return machine;
}

std::shared_ptr<const Run> simulated() {
    Simulation simulation;
    simulation.machine = four_gpus();
    simulation.options.trials = 9;
    simulation.options.seed = 42;
    simulation.options.what_if.bandwidth = 2;
    simulation.options.slow_ranks = {{.rank = 2, .factor = 1.5}};
    return simulate(small(4), simulation);
}

TEST(SimulatedRun, IsKeptAndReopenedWithItsMachine) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = simulated();
    ASSERT_EQ(run->state, RunState::done) << run->error;
    ASSERT_EQ(run->simulation->trial_seconds.size(), 9u);
    EXPECT_LT(run->simulation->trial_seconds.front(), run->simulation->trial_seconds.back());
    const int64_t id = store->save(*run, "on four");
    const auto reopened = store->load(id);
    EXPECT_EQ(reopened->origin, Origin::simulated);
    ASSERT_TRUE(reopened->simulation.has_value());
    EXPECT_EQ(*reopened->simulation->machine, *run->simulation->machine);
    EXPECT_EQ(reopened->simulation->options, run->simulation->options);
    EXPECT_EQ(reopened->simulation->trial_seconds, run->simulation->trial_seconds);
    EXPECT_EQ(reopened->metrics.seconds, run->metrics.seconds);
    EXPECT_EQ(reopened->schedule->memory_model.keeps_slots, run->schedule->memory_model.keeps_slots);
    EXPECT_EQ(store->summary(id).machine, "four");
    EXPECT_EQ(store->summary(id).origin, Origin::simulated);
}

TEST(SimulatedRun, IsNoRepeatOfAMeasuredOneNorOfAnotherMachines) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto on_four = simulated();
    ringscope::Run on_five = *on_four;
    auto five = std::make_shared<MachineModel>(*four_gpus());
    five->name = "five";
    on_five.simulation->machine = five;
    ringscope::Run faster = *on_four;
    faster.simulation->options.what_if.rate = 2;
    ringscope::Run reseeded = *on_four;
    reseeded.simulation->options.seed = 43;
    const auto first = store->summary(store->save(*on_four, "a"));
    EXPECT_EQ(first.varied, "bandwidth x2, rank 2 x1.5");
    EXPECT_EQ(first.varied, summarize(*on_four, "a").varied);
    EXPECT_NE(unlike(first, store->summary(store->save(faster, "a")), true), "");
    EXPECT_EQ(unlike(first, store->summary(store->save(reseeded, "a")), true), "");
    const auto same = store->summary(store->save(*on_four, "a"));
    const auto other = store->summary(store->save(on_five, "a"));
    const auto measured = store->summary(store->save(*execute(small(4), {}, {}), "a"));
    EXPECT_EQ(unlike(first, same, true), "");
    EXPECT_NE(unlike(first, other, true), "");
    EXPECT_NE(unlike(first, measured, true), "");
}

TEST(ReplayedRun, TakesTheStepsOwnTimesFromTheFile) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = execute(small(4), {}, {});
    const auto reopened = store->load(store->save(*run, "four ranks"));
    EXPECT_EQ(reopened->trace.work_times, run->trace.work_times);
    EXPECT_EQ(replay(*reopened)->metrics.seconds, replay(*run)->metrics.seconds);
}

TEST(ReplayedRun, ItsTimeIsAFigureOfLists) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = execute(small(4), {}, {});
    const auto replayed = replay(*run);
    EXPECT_EQ(run->metrics.replayed_seconds, replayed->metrics.seconds);
    const int64_t id = store->save(*run, "four ranks");
    const int64_t alone = store->save(*execute(small(1), {}, {}), "one rank");
    EXPECT_EQ(store->summary(id).figures["replayed_seconds"], replayed->metrics.seconds);
    EXPECT_EQ(store->load(id)->metrics.replayed_seconds, replayed->metrics.seconds);
    EXPECT_TRUE(std::isnan(store->summary(alone).figures["replayed_seconds"]));
    EXPECT_TRUE(RunFilter("replayed<1000s").matches(store->summary(id)));
    EXPECT_FALSE(RunFilter("replayed<1000s").matches(store->summary(alone)));
}

/// As another program may have left the file.
TEST(Compare, ClaimsNoSpeedWhereWaitsForACoreCannotBeTakenOut) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    std::vector<int64_t> ids;
    for (const int ranks : {1, 4}) {
        ringscope::Run run = *execute(small(ranks), {}, {});
        if (ranks == 4) run.trace.spans.clear();
        for (int i = 0; i < 3; ++i) {
            const int64_t id = store->save(run, std::to_string(ranks));
            if (i == 0) ids.push_back(id);
        }
    }
    const auto runs = load_to_compare(*store, ids);
    for (const ComparedRun& compared : runs) EXPECT_EQ(compared.run->origin, Origin::measured);
    const Comparison comparison = compare_runs(runs);
    EXPECT_NE(comparison.verdict.find("no claim about speed, since ranks waited for cores"),
              std::string::npos)
        << comparison.verdict;
    EXPECT_NE(comparison.warnings.back().find("4 ranks shared 1 core"), std::string::npos)
        << comparison.warnings.back();
}

TEST(Compare, TheMedianOfReplayedTimesStandsForANamedSet) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    for (const int ranks : {2, 4})
        for (int i = 0; i < 5; ++i)
            store->save(*execute(small(ranks), {}, {}), std::to_string(ranks) + " ranks");
    const std::vector<std::string> names{"2 ranks", "4 ranks"};
    for (const ComparedRun& compared : load_to_compare(*store, find_sides(*store, names, true).runs)) {
        EXPECT_EQ(compared.run->metrics.seconds, spread_of(compared.repeat_seconds).median);
        EXPECT_EQ(replay(*store->load(compared.side.shown))->metrics.seconds, compared.run->metrics.seconds);
    }
}

TEST(Compare, NeverLetsWaitsForACoreDecide) {
    const testing::ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    std::vector<int64_t> ids;
    for (const int ranks : {1, 4})
        for (int i = 0; i < 3; ++i) {
            const int64_t id = store->save(*execute(small(ranks), {}, {}), std::to_string(ranks));
            if (i == 0) ids.push_back(id);
        }
    const auto runs = load_to_compare(*store, ids);
    for (const ComparedRun& compared : runs) {
        EXPECT_EQ(compared.run->origin, Origin::replayed);
        ASSERT_EQ(compared.repeat_figures.size(), compared.repeat_seconds.size());
        for (const RankMetrics& rank : compared.run->metrics.ranks) EXPECT_EQ(rank.wait_core_seconds, 0);
        for (size_t i = 0; i < compared.repeat_seconds.size(); ++i)
            EXPECT_EQ(compared.repeat_figures[i]["seconds"], compared.repeat_seconds[i]);
    }
    const Comparison comparison = compare_runs(runs);
    EXPECT_EQ(comparison.clocks[1], "every rank its own device (replayed)");
    const std::string text = comparison_to_text(comparison);
    EXPECT_NE(text.find("clock: every rank its own device (replayed)"), std::string::npos) << text;
    EXPECT_NE(comparison.verdict.find("; replayed, every rank on its own device."), std::string::npos);
    const auto measured = load_to_compare(*store, ids, CompareClock::measured);
    EXPECT_EQ(compare_runs(measured).verdict.find("above all"), std::string::npos)
        << "the system chose which rank had a core";
    for (const ComparedRun& compared : measured) EXPECT_EQ(compared.run->origin, Origin::measured);
}

}  // namespace
}  // namespace ringscope

// What stands behind the settings panel: edits of head groups, reasons, fixes, undo, the plan and when to
// run.
#include <chrono>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "engine/experiment/problem.h"
#include "engine/experiment/scenarios.h"
#include "engine/plan/plan_size.h"
#include "tests/model_machine.h"
#include "ui/settings/field_rules.h"
#include "ui/settings/head_group_edits.h"
#include "ui/settings/plan_cache.h"
#include "ui/window/auto_run.h"
#include "ui/window/history.h"

namespace ringscope {
namespace {

ProblemSpec with_heads(std::vector<std::optional<int>> heads) {
    ProblemSpec spec = default_experiment().problem;
    spec.head_groups.clear();
    for (const auto& count : heads) spec.head_groups.push_back({1024, 1, count, {}});
    return spec;
}

bool valid(const ProblemSpec& spec) {
    Experiment e = default_experiment();
    e.problem = spec;
    return validate(e).empty();
}

TEST(HeadGroupEdits, KeepAValidExperimentValid) {
    for (const auto& heads : std::vector<std::vector<std::optional<int>>>{
             {12}, {{}}, {{}, {}, {}}, {4, {}, 3}, {6, 6}, {2, 10}, {{}, 5}}) {
        const ProblemSpec spec = with_heads(heads);
        ASSERT_TRUE(valid(spec));
        ProblemSpec added = spec;
        add_group(added);
        EXPECT_TRUE(valid(added));
        EXPECT_EQ(added.head_groups.back().segment_length, 2048);
        for (int g = 0; g < static_cast<int>(heads.size()); ++g) {
            EXPECT_EQ(heads_of_group(spec, g), heads_of_groups(spec)[static_cast<size_t>(g)].count);
            ProblemSpec split = spec;
            ASSERT_EQ(split_obstacle(split, g), "");
            split_group(split, g);
            EXPECT_TRUE(valid(split));
            EXPECT_EQ(heads_of_group(split, g) + heads_of_group(split, g + 1), heads_of_group(spec, g));
            if (heads.size() < 2) continue;
            ProblemSpec removed = spec;
            remove_group(removed, g);
            const bool named_to_unset = spec.head_groups[static_cast<size_t>(g)].heads.has_value();
            EXPECT_TRUE(valid(removed) || !named_to_unset || heads.size() == 2);
        }
    }
}

TEST(HeadGroupEdits, MoveAndShare) {
    ProblemSpec spec = with_heads({1, 2, 9});
    move_group(spec, 0, 2);
    EXPECT_EQ(spec.head_groups[2].heads, 1);
    EXPECT_EQ(spec.head_groups[0].heads, 2);
    share_heads_evenly(spec);
    EXPECT_EQ(heads_of_group(spec, 1), 4);
    EXPECT_NE(split_obstacle(with_heads({1, 11}), 0), "");
}

TEST(FieldRules, MendRemovesTheProblem) {
    const auto broken = [](void (*set)(Experiment&)) {
        Experiment e = default_experiment();
        set(e);
        return e;
    };
    const Experiment cases[] = {
        broken([](Experiment& e) { e.problem.kv_heads = 7; }),
        broken([](Experiment& e) { e.problem.kv_heads = -3; }),
        broken([](Experiment& e) { e.problem.head_dim = 100000; }),
        broken([](Experiment& e) { e.problem.batch = 0; }),
        broken([](Experiment& e) { e.ring.ranks = 1 << 20; }),
        broken([](Experiment& e) { e.ring.timeout_seconds = -1; }),
        broken([](Experiment& e) { e.backend.threads = -4; }),
        broken([](Experiment& e) { e.backend.kernel = ""; }),
        broken([](Experiment& e) { e.problem.softmax_scale = INFINITY; }),
        broken([](Experiment& e) { e.problem.head_groups.clear(); }),
        broken([](Experiment& e) { e.problem.head_groups[0].heads = 40; }),
        broken([](Experiment& e) { e.problem.head_groups[1].dilation_rate = 1 << 30; }),
        broken([](Experiment& e) { e.problem.head_groups[1].segment_length = 0; }),
        broken([](Experiment& e) {
            e.problem.head_groups[2].offset = {Offset::Rule::fixed, 9};
        }),
    };
    for (Experiment e : cases) {
        auto problems = validate(e);
        ASSERT_FALSE(problems.empty());
        for (size_t round = 0; round < 4 && !problems.empty(); ++round) {
            const auto fix = obvious_fix(e, problems[0]);
            ASSERT_TRUE(fix) << problems[0].path << ": " << problems[0].message;
            EXPECT_FALSE(fix->label.empty());
            e = fix->experiment;
            const size_t before = problems.size();
            problems = validate(e);
            EXPECT_LT(problems.size(), before);
        }
        EXPECT_TRUE(problems.empty());
    }
}

/// A field that is said to have no effect changes neither the schedule nor its predictions.
TEST(FieldRules, NoEffectMeansNoEffectOnThePlan) {
    Experiment e = default_experiment();
    e.ring.strategy = Strategy::all_gather;
    const auto same_plan = [](const Experiment& a, const Experiment& b) {
        const Schedule x = plan(a), y = plan(b);
        return x.bytes_on_wire == y.bytes_on_wire && x.flops == y.flops && x.steps == y.steps &&
               predicted_bytes_all_ranks(x) == predicted_bytes_all_ranks(y);
    };
    ASSERT_NE(no_effect_reason(e, "ring.prune"), "");
    Experiment other = e;
    other.ring.prune = !e.ring.prune;
    EXPECT_TRUE(same_plan(e, other));
    other = e;
    ASSERT_NE(no_effect_reason(e, "ring.stripe_block"), "");
    other.ring.stripe_block.tokens = 7;
    EXPECT_TRUE(same_plan(e, other));
    other = e;
    ASSERT_EQ(no_effect_reason(e, "ring.dilate_before_send"), "");
    other.ring.dilate_before_send = !e.ring.dilate_before_send;
    EXPECT_FALSE(same_plan(e, other));
    e.ring.strategy = Strategy::single;
    other = e;
    ASSERT_NE(no_effect_reason(e, "ring.layout"), "");
    ASSERT_NE(no_effect_reason(e, "ring.ranks"), "");
    other.ring.layout = Layout::zigzag;
    other.ring.ranks = 16;
    EXPECT_TRUE(same_plan(e, other));
}

TEST(History, UndoesFinishedChangesOnly) {
    Experiment e = default_experiment();
    History history(e);
    EXPECT_FALSE(history.can_undo(e));
    for (const int ranks : {5, 6, 7}) {
        e.ring.ranks = ranks;
        history.track(e, false);
    }
    history.track(e, true);
    e.ring.ranks = 8;
    e = history.undo(e);
    EXPECT_EQ(e.ring.ranks, 7);
    e = history.undo(e);
    EXPECT_EQ(e, default_experiment());
    EXPECT_FALSE(history.can_undo(e));
    ASSERT_TRUE(history.can_redo(e));
    e = history.redo();
    EXPECT_EQ(e.ring.ranks, 7);
    e.ring.ranks = 2;
    history.track(e, true);
    EXPECT_FALSE(history.can_redo(e)) << "a new change ends what was undone";
}

TEST(PlanCache, PlansOnlyWhatChanged) {
    PlanCache cache;
    Experiment e = default_experiment();
    cache.update(e);
    const uint64_t first = cache.serial();
    cache.update(e);
    EXPECT_EQ(cache.serial(), first);
    e.problem.heads = 0;
    cache.update(e);
    EXPECT_FALSE(cache.schedule());
    EXPECT_FALSE(cache.problems().empty());
    e = default_experiment();
    cache.update(e);
    ASSERT_TRUE(cache.schedule());
    EXPECT_TRUE(cache.problems().empty());
}

/// 256 ranks, each of which sends to all: 65,536 pieces.
Experiment large_plan(int64_t seq_len) {
    Experiment e = default_experiment();
    e.problem.seq_len = seq_len;
    e.problem.head_groups = {{seq_len, 1, {}, {}}};
    e.ring.ranks = 256;
    return e;
}

void wait_for_plan(PlanCache& cache, const Experiment& e) {
    const auto begin = std::chrono::steady_clock::now();
    while (cache.planning() && std::chrono::steady_clock::now() - begin < std::chrono::minutes(2)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        cache.update(e);
    }
}

TEST(PlanCache, PlansWhatIsLargeOnAThreadBesideTheFrames) {
    PlanCache cache;
    Experiment e = default_experiment();
    cache.update(e);
    EXPECT_FALSE(cache.planning()) << "small plans are there in the frame that asks for them";
    const auto before = cache.schedule();
    e = large_plan(1 << 20);
    EXPECT_FALSE(fits_in_a_frame(plan_size(e)));
    cache.update(e);
    EXPECT_TRUE(cache.planning());
    EXPECT_EQ(cache.schedule(), before) << "the plan before is shown meanwhile";
    wait_for_plan(cache, e);
    ASSERT_TRUE(cache.schedule());
    EXPECT_TRUE(cache.schedule()->experiment == e);
    EXPECT_EQ(cache.prediction().peak_bytes_max, predicted_peak_bytes_max(*cache.schedule()));
}

TEST(PlanCache, TheLatestRequestWins) {
    PlanCache cache;
    Experiment e;
    for (int64_t seq_len = 1 << 20; seq_len < (1 << 20) + 64; seq_len += 16) {
        e = large_plan(seq_len);
        cache.update(e);
    }
    wait_for_plan(cache, e);
    ASSERT_TRUE(cache.schedule());
    EXPECT_TRUE(cache.schedule()->experiment == e);
    EXPECT_EQ(cache.serial(), 1u) << "those before were dropped";
    cache.update(large_plan(1 << 21));
    EXPECT_TRUE(cache.planning());
    e = default_experiment();
    cache.update(e);
    EXPECT_FALSE(cache.planning());
    EXPECT_TRUE(cache.schedule()->experiment == e) << "a small plan replaces a large one under way";
    e.problem.heads = 0;
    cache.update(large_plan(1 << 21));
    cache.update(e);
    EXPECT_FALSE(cache.planning());
    EXPECT_FALSE(cache.schedule());
}

TEST(PlanCache, TimesASmallPlanInTheFrameThatAsksForIt) {
    PlanCache cache;
    Experiment e = default_experiment();
    cache.update(e);
    EXPECT_EQ(cache.time().why_not, "calibrate this machine first");
    auto machine = std::make_shared<MachineModel>(testing::model_machine());
    cache.update(e, machine);
    EXPECT_FALSE(cache.timing());
    EXPECT_EQ(cache.time().why_not, "");
    EXPECT_EQ(cache.time().steps.size(), static_cast<size_t>(cache.schedule()->steps));
    const double before = cache.time().seconds;
    EXPECT_GT(before, 0);
    EXPECT_EQ(cache.serial(), 1u) << "another machine is no other plan";
    auto slower = std::make_shared<MachineModel>(*machine);
    for (PeakRate& peak : slower->device.peaks) peak.flops_per_second /= 10;
    cache.update(e, slower);
    EXPECT_GT(cache.time().seconds, before * 5);
    e.backend.device = "cuda";
    cache.update(e, machine);
    EXPECT_EQ(cache.time().why_not, "test-machine has no cuda device, which the experiment asks for");
}

TEST(PlanCache, TimesWhatIsLargeOnTheThreadBesideTheFrames) {
    PlanCache cache;
    auto machine = std::make_shared<MachineModel>(testing::model_machine());
    machine->device.most_ranks = 256;
    const Experiment e = large_plan(1 << 20);
    cache.update(e, machine);
    EXPECT_TRUE(cache.planning());
    EXPECT_TRUE(cache.timing());
    const auto begin = std::chrono::steady_clock::now();
    while (cache.timing() && std::chrono::steady_clock::now() - begin < std::chrono::minutes(2)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        cache.update(e, machine);
    }
    ASSERT_FALSE(cache.timing());
    EXPECT_EQ(cache.time().why_not, "");
    EXPECT_GT(cache.time().seconds, 0);
    const Experiment small = default_experiment();
    cache.update(small, machine);
    EXPECT_FALSE(cache.timing());
    EXPECT_EQ(cache.time().steps.size(), static_cast<size_t>(cache.schedule()->steps));
}

TEST(PlanCache, RefusesAPlanWithoutEndAtOnce) {
    PlanCache cache;
    Experiment e = default_experiment();
    e.problem.seq_len = 134217728;
    e.problem.head_groups = {{3, 1, {}, {}}};
    e.ring.ranks = 64;
    e.ring.layout = Layout::striped;
    cache.update(e);
    EXPECT_FALSE(cache.planning());
    ASSERT_EQ(cache.problems().size(), 1u);
    EXPECT_NE(cache.problems()[0].message.find("pieces"), std::string::npos);
}

TEST(AutoRun, WaitsUntilSettingsStandStill) {
    AutoRun run;
    Experiment e = default_experiment();
    EXPECT_FALSE(run.due(e, true, nullptr, 0));
    e.ring.ranks = 5;
    EXPECT_FALSE(run.due(e, true, nullptr, 0.2));
    EXPECT_FALSE(run.due(e, true, nullptr, 0.4));
    EXPECT_TRUE(run.due(e, true, nullptr, 0.5));
    EXPECT_FALSE(run.due(e, true, nullptr, 9));
    e.ring.ranks = 6;
    EXPECT_FALSE(run.due(e, true, nullptr, 10));
    EXPECT_FALSE(run.due(e, true, &e, 11)) << "the shown run has these settings already";
}

}  // namespace
}  // namespace ringscope

// A sweep's combinations, what counts as already run, and when one may be called the best.
#include "sessions/compare/sweep.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

std::vector<SweepAxis> axes(const std::vector<std::string>& settings) {
    std::vector<SweepAxis> all;
    for (const std::string& setting : settings) all.push_back(parse_sweep_axis(setting));
    return all;
}

TEST(Sweep, CommasInsideListsDoNotPartValues) {
    EXPECT_EQ(parse_sweep_axis("ring.ranks=1,2,4").values, (std::vector<std::string>{"1", "2", "4"}));
    const std::string one = R"([{"segment_length":8,"dilation_rate":1},{"segment_length":16}])";
    const std::string other = R"([{"segment_length":4}])";
    const SweepAxis groups = parse_sweep_axis("problem.head_groups=" + one + "," + other);
    EXPECT_EQ(groups.path, "problem.head_groups");
    EXPECT_EQ(groups.values, (std::vector<std::string>{one, other}));
    EXPECT_TRUE(
        contains(error_of(ErrorKind::bad_input, [] { parse_sweep_axis("ring.ranks"); }), "ring.ranks"));
}

TEST(Sweep, TheLastAxisChangesFastestAndEveryCombinationIsThereOnce) {
    const auto settings = axes({"ring.ranks=1,2,4", "ring.overlap=true,false", "problem.causal=false"});
    const SweepPlan plan = plan_sweep(tiny(), settings);
    ASSERT_TRUE(plan.problems.empty()) << plan.problems.front();
    ASSERT_EQ(plan.points.size(), 6u);
    EXPECT_EQ(plan.points[0].label, "ranks=1 overlap=true");
    EXPECT_EQ(plan.points[1].label, "ranks=1 overlap=false");
    EXPECT_EQ(plan.points[5].label, "ranks=4 overlap=false");
    EXPECT_EQ(plan.points[5].experiment.ring.ranks, 4);
    EXPECT_FALSE(plan.points[5].experiment.ring.overlap);
    EXPECT_FALSE(plan.points[5].experiment.problem.causal) << "an axis of one value is set too";
    const SweepPlan whole = plan_sweep(tiny(), {});
    ASSERT_EQ(whole.points.size(), 1u);
    EXPECT_EQ(whole.points[0].experiment, tiny());
    EXPECT_EQ(whole.points[0].hash, experiment_hash(tiny()));
}

TEST(Sweep, RefusesEveryInvalidCombinationInItsOwnLine) {
    const auto unreadable = axes({"ring.ranks=2,two", "ring.overlap=true,maybe,false"});
    const SweepPlan words = plan_sweep(tiny(), unreadable);
    ASSERT_EQ(words.problems.size(), 2u) << "a value, not each combination it stands in";
    EXPECT_TRUE(contains(words.problems[0], "two")) << words.problems[0];
    EXPECT_TRUE(contains(words.problems[1], "maybe")) << words.problems[1];

    const auto unknown = axes({"ring.rank=1,2,4"});
    ASSERT_EQ(plan_sweep(tiny(), unknown).problems.size(), 1u);
    EXPECT_TRUE(contains(plan_sweep(tiny(), unknown).problems[0], "did you mean ring.ranks?"));

    const auto invalid = axes({"ring.ranks=2,0,65", "ring.overlap=true,false"});
    const SweepPlan plan = plan_sweep(tiny(), invalid);
    ASSERT_EQ(plan.problems.size(), 4u);
    EXPECT_TRUE(contains(plan.problems[0], "ranks=0 overlap=true: ")) << plan.problems[0];
    EXPECT_TRUE(contains(plan.problems[3], "a run takes 1 to 64")) << plan.problems[3];

    const auto twice = axes({"ring.ranks=2,4,2"});
    ASSERT_EQ(plan_sweep(tiny(), twice).problems.size(), 1u);
    EXPECT_TRUE(contains(plan_sweep(tiny(), twice).problems[0], "ranks=2 is the same experiment as ranks=2"));
    const auto path_twice = axes({"ring.ranks=2", "ring.ranks=4"});
    ASSERT_EQ(plan_sweep(tiny(), path_twice).problems.size(), 1u);
    EXPECT_TRUE(contains(plan_sweep(tiny(), path_twice).problems[0], "ring.ranks is given twice"));

    const SweepAxis seeds = parse_sweep_axis("input.seed=" + std::string(20'000, ',') + "1");
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input,
                                  [&] {
                                      plan_sweep(tiny(), {&seeds, 1});
                                  }),
                         "more than 10000 combinations"));
    const auto kernel = axes({"backend.kernel=auto,abacus"});
    ASSERT_EQ(plan_sweep(tiny(), kernel).problems.size(), 1u)
        << "what this machine cannot run is invalid here";
}

TEST(Sweep, NoTwoFieldsEndAlikeSoThatLabelsAreClear) {
    std::set<std::string> ends;
    const Experiment experiment = tiny();
    visit_fields(experiment, [&](const Field& field, const auto&) {
        const std::string path = field.path;
        EXPECT_TRUE(ends.insert(path.substr(path.rfind('.') + 1)).second) << path;
    });
}

RunSummary saved_as(const SweepPoint& point, int64_t id, const std::string& revision) {
    RunSummary run;
    run.id = id;
    run.experiment_hash = point.hash;
    run.host = "here";
    run.version = "1.0";
    run.revision = revision;
    run.kernel = "avx2";
    return run;
}

TEST(Sweep, ARepeatIsAFinishedRunOfTheExperimentUnderTheSameConditions) {
    const SweepPoint point = plan_sweep(tiny(), {}).points.front();
    const SweepConditions now{"here", "1.0", "abc", ""};
    const RunSummary run = saved_as(point, 1, "abc");
    EXPECT_EQ(held_as(point, run, now), Held::yes);
    const auto with = [&](auto change) {
        RunSummary other = run;
        change(other);
        return held_as(point, other, now);
    };
    EXPECT_EQ(with([](RunSummary& r) { r.host = "there"; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.cpu = "another"; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.cores = 7; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.device = "cpu", r.threads = 7; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.input_name = "qkv.safetensors"; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.state = RunState::failed; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.experiment_hash += "0"; }), Held::no);
    EXPECT_EQ(with([](RunSummary& r) { r.revision = "def"; }), Held::by_other_build);
    EXPECT_EQ(with([](RunSummary& r) { r.version = "0.9"; }), Held::by_other_build);

    for (const char* unknown : {"", "abc+"}) {
        const SweepConditions unknown_now{"here", "1.0", unknown, ""};
        EXPECT_EQ(held_as(point, saved_as(point, 1, unknown), unknown_now), Held::by_other_build)
            << "'" << unknown << "' does not say what was built";
    }

    SweepConditions verifying = now;
    verifying.verified = true;
    EXPECT_EQ(held_as(point, run, verifying), Held::no);
    RunSummary wrong = run;
    wrong.verified = true;
    EXPECT_EQ(held_as(point, wrong, verifying), Held::yes) << "also when wrong: it would be again";
    SweepConditions any = now;
    any.any_build = true;
    EXPECT_EQ(held_as(point, saved_as(point, 2, "def"), any), Held::yes);
}

TEST(Sweep, HeldRunsAreOfOneDeviceAndKernelAndThoseOfOtherBuildsAreNamed) {
    const SweepPoint point = plan_sweep(tiny(), {}).points.front();
    std::vector<RunSummary> newest_first{saved_as(point, 4, "abc"), saved_as(point, 3, "def"),
                                         saved_as(point, 2, "abc"), saved_as(point, 1, "abc")};
    newest_first[2].kernel = "portable";
    SweepConditions now{"here", "1.0", "abc", ""};
    const auto ids = [](const HeldRuns& held) {
        std::vector<int64_t> all;
        for (const RunSummary& run : held.runs) all.push_back(run.id);
        return all;
    };
    const HeldRuns held = held_runs(point, newest_first, now);
    EXPECT_EQ(ids(held), (std::vector<int64_t>{1, 4})) << "oldest first; run 2 was made by another kernel";
    EXPECT_EQ(held.other_builds, std::vector<std::string>{"1.0 (def)"});
    now.any_build = true;
    EXPECT_EQ(ids(held_runs(point, newest_first, now)), (std::vector<int64_t>{1, 3, 4}));
    EXPECT_TRUE(held_runs(point, newest_first, now).other_builds.empty());
}

std::vector<SweepRow> rows(const std::vector<std::vector<double>>& seconds) {
    std::vector<SweepRow> all;
    for (size_t i = 0; i < seconds.size(); ++i) {
        Experiment experiment = tiny();
        experiment.ring.ranks = static_cast<int>(i) + 1;
        all.push_back({{{}, "row " + std::to_string(i), experiment, ""}});
        for (const double time : seconds[i]) {
            RunSummary run;
            run.figures["seconds"] = time;
            run.verified = run.verify_passed = true;
            all.back().runs.push_back(run);
        }
    }
    return all;
}

TEST(Sweep, TheBestIsVerifiedAndBeyondTheNoise) {
    const auto apart = rows({{5, 6, 7}, {1, 2, 3}, {3.5, 4, 9}});
    EXPECT_EQ(best_of(apart).row, 1);
    EXPECT_EQ(best_of(apart).why_not, "");

    EXPECT_TRUE(contains(best_of(rows({{5, 6, 7}, {1, 2, 5}})).why_not, "within the spread of row 0"));
    EXPECT_EQ(best_of(rows({{5, 6, 7}, {1, 2, 5}})).row, -1);
    EXPECT_TRUE(contains(best_of(rows({{5, 6, 7}, {1, 2}})).why_not, "fewer than 3 repeats"));
    EXPECT_TRUE(contains(best_of(rows({{5, 6, 7}})).why_not, "only one combination"));
    EXPECT_EQ(best_of(rows({{5, 6, 7}, {1, 2, 3}, {}})).row, 1) << "a row that never ran claims nothing";

    auto wrong = apart;
    wrong[1].runs[2].verify_passed = false;
    EXPECT_EQ(best_of(wrong).row, -1) << "rows 0 and 2 overlap";
    wrong[2].runs[2].figures["seconds"] = 4.5;
    EXPECT_EQ(best_of(wrong).row, 2) << "a wrong answer is never best, however fast";
    auto unverified = apart;
    for (SweepRow& row : unverified)
        for (SweepRun& run : row.runs) run.verified = false;
    EXPECT_TRUE(contains(best_of(unverified).why_not, "no combination has a verified correct answer"));

    auto other_problem = apart;
    other_problem[2].point.experiment.problem.causal = !tiny().problem.causal;
    EXPECT_TRUE(contains(best_of(other_problem).why_not, "different problems"));
}

}  // namespace
}  // namespace ringscope

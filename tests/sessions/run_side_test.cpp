// Which runs are one side of a comparison, and which are its repeats.
#include "sessions/compare/run_side.h"

#include <gtest/gtest.h>

#include "sessions/compare/compare_load.h"
#include "sessions/compare/repeats.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

std::shared_ptr<ringscope::Run> run_of_build(const std::string& revision, double seconds) {
    auto run = make_fixture_run(tiny());
    run->revision = revision;
    run->metrics.seconds = seconds;
    return run;
}

class RunSideTest : public ::testing::Test {
  protected:
    /// Runs of one invocation, each with the next number; they take `seconds`, a second more each time.
    void save(const std::string& name, const std::string& invocation, const std::string& revision, int count,
              double seconds = 1) {
        for (int i = 0; i < count; ++i)
            store_->save_as(new_uuid(), *run_of_build(revision, seconds + i), name, RunStore::Output::leave,
                            invocation);
    }
    std::vector<std::vector<int64_t>> repeats(const std::vector<std::string>& words, bool any_build = false) {
        std::vector<std::vector<int64_t>> ids;
        for (const RunSide& side : find_sides(*store_, words, any_build).runs) {
            ids.emplace_back();
            for (const RunSummary& run : side.repeats) ids.back().push_back(run.id);
        }
        return ids;
    }
    std::string refused(const std::vector<std::string>& words) {
        return error_of(ErrorKind::bad_input, [&] { find_sides(*store_, words); });
    }

    ScratchFolder folder_;
    std::unique_ptr<RunStore> store_ = RunStore::open_or_create(folder_.file("runs.ringscope"));
};

using Ids = std::vector<std::vector<int64_t>>;

TEST_F(RunSideTest, ANameOfSeveralRunsIsOneSide) {
    save("base", "one", "", 3);
    save("head", "two", "", 4, 20);
    EXPECT_EQ(repeats({"base", "head"}), (Ids{{1, 2, 3}, {4, 5, 6, 7}}));
    const NamedSides named = find_sides(*store_, std::vector<std::string>{"base", "head"});
    EXPECT_EQ(named.runs[0].shown, 2) << "the median";
    EXPECT_EQ(named.runs[1].shown, 5) << "of four the faster of the two in the middle";
    const auto runs = load_to_compare(*store_, named.runs, CompareClock::measured);
    EXPECT_EQ(runs[0].name, "base");
    EXPECT_EQ(runs[1].repeat_seconds, (std::vector<double>{20, 21, 22, 23}));
    EXPECT_EQ(runs[1].repeat_figures.size(), 4u);
    const Comparison c = compare_runs(runs);
    EXPECT_EQ(side_sentences(c)[0], "base: runs 1-3, 3 repeats; the figures are those of run 2, the median");
}

TEST_F(RunSideTest, RepeatsAreNeverThoseOfBothSides) {
    save("same name", "one", "abc", 3);
    save("same name", "two", "abc", 3);
    EXPECT_EQ(repeats({"1", "4"}), (Ids{{1, 2, 3}, {4, 5, 6}})) << "each of its own invocation";
    EXPECT_EQ(repeats({"1"}), (Ids{{1, 2, 3, 4, 5, 6}})) << "one name and one known build";
    EXPECT_EQ(repeats({"1", "2"}), (Ids{{1, 2, 3}, {1, 2, 3}})) << "repeats of each other";
    EXPECT_EQ(repeats({"same name", "4"}), (Ids{{1, 2, 3, 4, 5, 6}, {4, 5, 6}}));
    store_->rename(3, "another");
    EXPECT_EQ(repeats({"1", "3"}), (Ids{{1, 2}, {3}})) << "their names tell them apart";
}

TEST_F(RunSideTest, BuildsThatAreNotKnownAreNeverTheSame) {
    for (const char* unknown : {"", "0123456789ab+", "0123456789ab-dirty"}) {
        const ScratchFolder folder;
        store_ = RunStore::open_or_create(folder.file("runs.ringscope"));
        save("x", "one", unknown, 3);
        save("x", "two", unknown, 3);
        EXPECT_EQ(repeats({"1"}), (Ids{{1, 2, 3}})) << unknown;
        EXPECT_TRUE(contains(refused({"x", "1"}), "runs 1-3 and runs 4-6 differ in the build"))
            << refused({"x", "1"});
        EXPECT_EQ(repeats({"x", "1"}, true)[0].size(), 6u);
        const auto runs = load_to_compare(*store_, std::vector<int64_t>{1, 4}, CompareClock::measured);
        bool warned = false;
        for (const std::string& warning : compare_runs(runs).warnings)
            warned = warned || contains(warning, "What was built is not known of x #1, x #4");
        EXPECT_TRUE(warned);
        const auto one_start = load_to_compare(*store_, std::vector<int64_t>{1, 2}, CompareClock::measured);
        for (const std::string& warning : compare_runs(one_start).warnings)
            EXPECT_FALSE(contains(warning, "What was built")) << "one start of the program is one build";
    }
}

TEST_F(RunSideTest, OlderRunsHaveNoInvocationAndGoByNameAndBuild) {
    save("x", "", "abc", 3);
    save("y", "", "abc", 2);
    save("z", "", "", 2);
    EXPECT_EQ(repeats({"1", "4", "6"}), (Ids{{1, 2, 3}, {4, 5}, {6}}));
    EXPECT_EQ(repeats({"1", "2"}), (Ids{{1, 2, 3}, {1, 2, 3}}));
}

TEST_F(RunSideTest, RunsOfOneNameThatAreUnlikeCannotBeOneSide) {
    save("x", "one", "abc", 2);
    auto other = run_of_build("def", 1);
    store_->save(*other, "x");
    EXPECT_TRUE(contains(refused({"x", "1"}),
                         "the 3 runs named \"x\" are not one side of a comparison: runs 1-2 and "
                         "run 3 differ in the build (0.1.0 (abc) and 0.1.0 (def))"))
        << refused({"x", "1"});
    Experiment experiment = tiny();
    experiment.ring.overlap = !experiment.ring.overlap;
    store_->save(*make_fixture_run(experiment), "y");
    store_->save(*run_of_build("", 1), "y");
    EXPECT_TRUE(contains(refused({"y", "1"}), "differ in the experiment")) << refused({"y", "1"});
}

TEST_F(RunSideTest, ThreadsCoresAndMachineMustBeEqual) {
    const RunSummary run = summarize(*run_of_build("abc", 1), "x");
    EXPECT_EQ(unlike(run, run), "");
    const auto with = [&](auto change) {
        RunSummary other = run;
        change(other);
        EXPECT_FALSE(are_repeats(run, other));
        return unlike(run, other);
    };
    EXPECT_EQ(with([](RunSummary& r) { r.threads = 3; }), "the threads (2 and 3)");
    EXPECT_EQ(with([](RunSummary& r) { r.cores = 3; }), "the cores (2 and 3)");
    EXPECT_EQ(with([](RunSummary& r) { r.cpu = "other"; }), "the processor (Fixture CPU and other)");
    EXPECT_EQ(with([](RunSummary& r) { r.host = ""; }), "the host (fixture-host and none)");
    EXPECT_TRUE(contains(with([](RunSummary& r) { r.kernel = "other"; }), "the kernel"));
    EXPECT_TRUE(contains(with([](RunSummary& r) { r.device = "other"; }), "the device"));
    EXPECT_TRUE(contains(with([](RunSummary& r) { r.transport = "other"; }), "the transport"));
    EXPECT_TRUE(contains(with([](RunSummary& r) { r.origin = Origin::replayed; }), "the origin"));
    EXPECT_TRUE(contains(with([](RunSummary& r) { r.state = RunState::failed; }), "did not finish"));
    RunSummary renamed = run;
    renamed.name = "y";
    EXPECT_FALSE(are_repeats(run, renamed)) << "neither one name nor one invocation";
    RunSummary first = run;
    first.invocation = renamed.invocation = "one";
    EXPECT_TRUE(are_repeats(first, renamed));
}

TEST_F(RunSideTest, UnfinishedAndWrongRunsAreToldAndDoNotCount) {
    save("x", "one", "abc", 2);
    FixtureOptions failed, wrong;
    failed.state = RunState::failed;
    wrong.verify_passed = false;
    const auto keep = [&](const FixtureOptions& options) {
        auto run = make_fixture_run(tiny(), options);
        run->revision = "abc";
        store_->save_as(new_uuid(), *run, "x", RunStore::Output::leave, "one");
    };
    keep(failed);
    EXPECT_EQ(find_sides(*store_, std::vector<std::string>{"x"}).runs[0].unfinished, std::vector<int64_t>{3});
    EXPECT_EQ(repeats({"x"}), (Ids{{1, 2}}));
    keep(wrong);
    const RunSide side = find_sides(*store_, std::vector<std::string>{"x"}).runs[0];
    EXPECT_EQ(side.wrong, std::vector<int64_t>{4});
    EXPECT_EQ(side.shown, 4) << "what is wrong is shown";
    EXPECT_EQ(find_sides(*store_, std::vector<std::string>{"1"}).runs[0].wrong, std::vector<int64_t>{4});
}

TEST_F(RunSideTest, NumbersAreWrittenShort) {
    EXPECT_EQ(run_numbers_text(std::vector<int64_t>{3}), "run 3");
    EXPECT_EQ(run_numbers_text(std::vector<int64_t>{1, 2, 3, 5, 7, 8}), "runs 1-3, 5 and 7-8");
}

}  // namespace
}  // namespace ringscope

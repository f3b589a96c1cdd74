// Bounds on a comparison: what can be written, and what breaks them.
#include "sessions/compare/compare_bounds.h"

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;

std::vector<BoundVerdict> judged(const std::vector<ComparedRun>& runs, const std::string& bound,
                                 const Leniency& leniency = {}) {
    return judge_bounds(runs, std::vector<Bound>{read_bound(bound)}, leniency);
}

BoundState last_state(const std::vector<ComparedRun>& runs, const std::string& bound,
                      const Leniency& leniency = {}) {
    return judged(runs, bound, leniency).back().state;
}

/// The second takes a tenth longer, five repeats each, 1 % apart.
std::vector<ComparedRun> one_tenth_slower() {
    const auto first = make_fixture_run(find_scenario("Hybrid")->experiment);
    auto slower = make_fixture_run(find_scenario("Hybrid")->experiment);
    std::vector<ComparedRun> runs{{"a", first}, {"b", slower}};
    for (const double noise : {0.99, 0.995, 1.0, 1.005, 1.01}) {
        runs[0].repeat_seconds.push_back(noise);
        runs[1].repeat_seconds.push_back(noise * 1.1);
    }
    return runs;
}

TEST(CompareBounds, ReadsKeysSignsAndUnits) {
    const Bound bound = read_bound("peak_bytes>+5%");
    EXPECT_EQ(bound.key, "peak_bytes_max");
    EXPECT_TRUE(bound.above && bound.relative);
    EXPECT_DOUBLE_EQ(bound.limit, 0.05);
    EXPECT_DOUBLE_EQ(read_bound("gflops_per_second<-10%").limit, -0.1);
    EXPECT_FALSE(read_bound("seconds>0.25").relative);
    EXPECT_DOUBLE_EQ(read_bound("seconds>500ms").limit, 0.5);
    EXPECT_DOUBLE_EQ(read_bound("peak_bytes>1GiB").limit, 1073741824.0);
    EXPECT_DOUBLE_EQ(read_bound("wire<1.5kB").limit, 1500);
    EXPECT_EQ(read_bound("time>+5%").key, "seconds");
    EXPECT_EQ(read_bound("peak>1").key, "peak_bytes_max");
    EXPECT_EQ(read_bound("gflops<-5%").key, "gflops_per_second");
    for (const char* text : {"",
                             "seconds",
                             ">5%",
                             "speed>5%",
                             "seconds>",
                             "seconds>%",
                             "seconds>5%%",
                             "seconds>x",
                             "seconds>++5%",
                             "seconds>nan",
                             "seconds>inf",
                             "seconds>+5",
                             "seconds<-5",
                             "seconds> 5%",
                             "seconds>5 %",
                             "seconds>=5%",
                             "Seconds>5%",
                             "seconds>1e999",
                             "seconds>1KiB",
                             "seconds>5ms%",
                             "peak_bytes>1s",
                             "bytes_on_wire>1Gib",
                             "flops>1s",
                             "seconds>+-5%"})
        EXPECT_THROW(read_bound(text), Error) << text;
}

TEST(CompareBounds, TimeIsJudgedByTheEvidenceOfTheRepeats) {
    const auto runs = one_tenth_slower();
    EXPECT_EQ(last_state(runs, "seconds>+5%"), BoundState::broken);
    EXPECT_EQ(last_state(runs, "seconds>+20%"), BoundState::holds);
    EXPECT_EQ(last_state(runs, "seconds>+10%"), BoundState::undecided);
    EXPECT_EQ(last_state(runs, "seconds<-5%"), BoundState::holds);
    EXPECT_EQ(last_state(runs, "seconds<+20%"), BoundState::broken);
    EXPECT_EQ(last_state(runs, "gflops_per_second<-5%"), BoundState::broken);
    EXPECT_EQ(last_state(runs, "gflops_per_second<-15%"), BoundState::holds);
    EXPECT_EQ(last_state(runs, "seconds>1050ms"), BoundState::broken);
    EXPECT_EQ(judged(runs, "seconds>1050ms")[0].state, BoundState::holds);
    EXPECT_EQ(last_state(runs, "seconds>1.1"), BoundState::undecided);
    EXPECT_EQ(judged(runs, "seconds>0").size(), 2u) << "of each run, the first too";
    EXPECT_NE(
        judged(runs, "seconds>+5%")[0].sentence.find("b seconds changed by +10.0% (90% interval +8.91%"),
        std::string::npos)
        << judged(runs, "seconds>+5%")[0].sentence;
}

TEST(CompareBounds, TimeNeedsThreeRepeatsOfEach) {
    auto runs = one_tenth_slower();
    for (const char* bound :
         {"seconds>+5%", "seconds>+500%", "wait_seconds_max>+5%", "overlap_efficiency<-5%",
          "compute_imbalance>+5%", "gflops>+5%", "compute_seconds_max>+5%", "seconds>1us"}) {
        runs[0].repeat_seconds = {1, 1, 1};
        runs[1].repeat_seconds = {2, 2};
        const BoundVerdict verdict = judged(runs, bound).back();
        EXPECT_EQ(verdict.state, BoundState::undecided) << bound;
        EXPECT_NE(verdict.sentence.find("3 repeats"), std::string::npos) << verdict.sentence;
        runs[0].repeat_seconds = {1};
        runs[1].repeat_seconds = {};
        EXPECT_EQ(last_state(runs, bound), BoundState::undecided) << bound;
    }
    runs[0].repeat_seconds = {1, 1, 1};
    runs[1].repeat_seconds = {2, 2, 2};
    EXPECT_EQ(last_state(runs, "seconds>+5%"), BoundState::broken);
    EXPECT_EQ(last_state(runs, "wait_seconds_max>+5%"), BoundState::undecided)
        << "of that no repeats are known";
}

TEST(CompareBounds, OtherFiguresOfTimeAreTakenFromEveryRepeat) {
    auto runs = one_tenth_slower();
    for (const double wait : {0.0, 0.1, 0.2, 0.3}) {
        for (ComparedRun& side : runs) side.repeat_figures.emplace_back();
        runs[0].repeat_figures.back()["wait_seconds_max"] = wait;
        runs[1].repeat_figures.back()["wait_seconds_max"] = wait + 1;
    }
    EXPECT_EQ(last_state(runs, "wait_seconds_max>+5%"), BoundState::broken);
    EXPECT_EQ(last_state(runs, "wait_seconds_max>2s"), BoundState::holds);
    EXPECT_EQ(last_state(runs, "wait_seconds_max>1.1s"), BoundState::undecided);
}

TEST(CompareBounds, BytesAndWorkNeedNoRepeats) {
    auto runs = one_tenth_slower();
    runs[0].repeat_seconds.clear();
    runs[1].repeat_seconds.clear();
    EXPECT_EQ(last_state(runs, "bytes_on_wire>0%"), BoundState::holds);
    EXPECT_EQ(last_state(runs, "flops<-1%"), BoundState::holds);
    EXPECT_EQ(last_state(runs, "peak_bytes>1"), BoundState::broken);
    EXPECT_EQ(last_state(runs, "peak_bytes>1GiB"), BoundState::holds);
    runs[1].run = make_fixture_run(find_scenario("Ring (V3)")->experiment);
    EXPECT_EQ(last_state(runs, "peak_bytes>-99%"), BoundState::broken);
}

TEST(CompareBounds, ARunIsNotJudgedAgainstItself) {
    auto runs = one_tenth_slower();
    runs[0].side = {1, {1, 2, 3, 4, 5}};
    runs[1].side = {2, {1, 2, 3, 4, 5}};
    EXPECT_EQ(last_state(runs, "seconds>+5%"), BoundState::undecided);
    runs[1].side = {6, {6, 7, 8, 9, 10}};
    EXPECT_EQ(last_state(runs, "seconds>+5%"), BoundState::broken);
}

TEST(CompareBounds, OtherMachinesAndProblemsAreNotComparable) {
    const auto with = [](auto change) {
        auto runs = one_tenth_slower();
        auto other = std::make_shared<ringscope::Run>(*runs[1].run);
        change(*other);
        runs[1].run = other;
        return runs;
    };
    const Leniency machine{true, false}, problem{false, true};
    const std::vector<std::vector<ComparedRun>> elsewhere{
        with([](auto& run) { run.machine.host = "elsewhere"; }),
        with([](auto& run) { run.machine.cpu = "other"; }), with([](auto& run) { run.machine.cores = 99; }),
        with([](auto& run) { run.threads = 99; }), with([](auto& run) { run.device = "cuda"; })};
    for (const auto& runs : elsewhere) {
        EXPECT_EQ(last_state(runs, "seconds>+5%"), BoundState::not_comparable);
        EXPECT_EQ(last_state(runs, "gflops>+5%"), BoundState::not_comparable);
        EXPECT_EQ(last_state(runs, "seconds>+5%", machine), BoundState::broken);
        EXPECT_EQ(last_state(runs, "seconds>1us"), BoundState::broken) << "a value is not compared";
        EXPECT_EQ(last_state(runs, "bytes_on_wire>+5%"), BoundState::holds);
    }
    const auto threads = with([](auto& run) { run.threads = run.experiment.backend.threads = 99; });
    EXPECT_EQ(last_state(threads, "seconds>+5%"), BoundState::broken) << "a setting is what is compared";
    const auto settings = with([](auto& run) { run.experiment.ring.ranks = 2, run.kernel = "avx2"; });
    EXPECT_EQ(last_state(settings, "seconds>+5%"), BoundState::broken);
    const auto longer = with([](auto& run) { run.experiment.problem.seq_len *= 2; });
    EXPECT_EQ(last_state(longer, "bytes_on_wire>+5%"), BoundState::not_comparable);
    EXPECT_EQ(last_state(longer, "seconds>+5%"), BoundState::not_comparable);
    EXPECT_EQ(last_state(longer, "seconds>+5%", problem), BoundState::broken);
    const auto simulated = with([](auto& run) { run.origin = Origin::simulated; });
    EXPECT_EQ(last_state(simulated, "seconds>+5%", machine), BoundState::not_comparable);
}

TEST(CompareBounds, SayWhatIsAllowed) {
    const auto said = [](const char* text) {
        return testing::error_of(ErrorKind::bad_input, [&] { read_bound(text); });
    };
    EXPECT_NE(said("second>5%").find("no figure 'second', only seconds, "), std::string::npos)
        << said("second>5%");
    EXPECT_NE(said("seconds>+5").find("'+5' has a sign but no '%'"), std::string::npos) << said("seconds>+5");
    EXPECT_NE(said("seconds=5%").find("no '>' or '<'"), std::string::npos) << said("seconds=5%");
}

TEST(CompareBounds, OneThatIsGivenTwiceIsToldOnce) {
    const auto runs = one_tenth_slower();
    const std::vector<Bound> bounds{read_bound("seconds>+5%"), read_bound("seconds>+5%"),
                                    read_bound("seconds>+6%")};
    EXPECT_EQ(judge_bounds(runs, bounds).size(), 2u);
}

TEST(CompareBounds, WrongAnswersBreakEveryBoundAndUnfinishedRunsAreNotComparable) {
    for (const size_t side : {size_t{0}, size_t{1}}) {
        auto runs = one_tenth_slower();
        auto wrong = std::make_shared<ringscope::Run>(*runs[side].run);
        wrong->verification->passed = false;
        runs[side].run = wrong;
        EXPECT_EQ(last_state(runs, "seconds>+1000%"), BoundState::broken);
        runs = one_tenth_slower();
        runs[side].side.wrong = {3};
        EXPECT_EQ(last_state(runs, "seconds>+1000%"), BoundState::broken) << "one of the repeats was wrong";
        testing::FixtureOptions options;
        options.state = RunState::failed;
        runs = one_tenth_slower();
        runs[side].run = make_fixture_run(find_scenario("Hybrid")->experiment, options);
        EXPECT_EQ(last_state(runs, "seconds>+1000%"), BoundState::not_comparable);
        EXPECT_EQ(last_state(runs, "bytes_on_wire>+1000%"), BoundState::not_comparable);
    }
}

}  // namespace
}  // namespace ringscope

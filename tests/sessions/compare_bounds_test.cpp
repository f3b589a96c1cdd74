// Bounds on a comparison: what can be written, and what breaks them.
#include "sessions/compare/compare_bounds.h"

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;

std::vector<std::string> broken(const std::vector<ComparedRun>& runs, const std::string& bound) {
    return broken_bounds(compare_runs(runs), runs, std::vector<Bound>{read_bound(bound)});
}

std::vector<ComparedRun> one_tenth_slower() {
    const auto first = make_fixture_run(find_scenario("Hybrid")->experiment);
    auto slower = make_fixture_run(find_scenario("Hybrid")->experiment);
    slower->metrics.seconds = first->metrics.seconds * 1.1;
    return {{"a", first}, {"b", slower}};
}

TEST(CompareBounds, ReadsKeysSignsAndUnits) {
    const Bound bound = read_bound("peak_bytes>+5%");
    EXPECT_EQ(bound.key, "peak_bytes_max");
    EXPECT_TRUE(bound.above && bound.relative);
    EXPECT_DOUBLE_EQ(bound.limit, 0.05);
    EXPECT_DOUBLE_EQ(read_bound("gflops_per_second<-10%").limit, -0.1);
    EXPECT_FALSE(read_bound("seconds>0.25").relative);
    for (const char* text :
         {"", "seconds", ">5%", "speed>5%", "seconds>", "seconds>%", "seconds>5%%", "seconds>x",
          "seconds>++5%", "seconds>nan", "seconds>inf", "seconds>+5", "seconds<-5", "seconds> 5%",
          "seconds>5 %", "seconds>=5%", "Seconds>5%", "seconds>1e999"})
        EXPECT_THROW(read_bound(text), Error) << text;
}

TEST(CompareBounds, BreakOnlyWhenTheyAreExceeded) {
    const auto runs = one_tenth_slower();
    EXPECT_EQ(broken(runs, "seconds>+5%").size(), 1u);
    EXPECT_TRUE(broken(runs, "seconds>+20%").empty());
    EXPECT_TRUE(broken(runs, "bytes_on_wire>0%").empty());
    EXPECT_EQ(broken(runs, "seconds>0").size(), 2u);
}

TEST(CompareBounds, TheMedianOfRepeatsCounts) {
    auto runs = one_tenth_slower();
    runs[0].repeat_seconds = {1.0, 1.0, 1.1};
    runs[1].repeat_seconds = {0.9, 1.01, 2.0};
    EXPECT_TRUE(broken(runs, "seconds>+5%").empty());
    EXPECT_EQ(broken(runs, "seconds>+0.5%").size(), 1u);
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
    EXPECT_EQ(broken_bounds(compare_runs(runs), runs, bounds).size(), 2u);
}

TEST(CompareBounds, WrongAnswersAndUnfinishedRunsBreakEveryBound) {
    auto runs = one_tenth_slower();
    auto wrong = std::make_shared<ringscope::Run>(*runs[1].run);
    wrong->verification->passed = false;
    runs[1].run = wrong;
    EXPECT_EQ(broken(runs, "seconds>+1000%").size(), 1u);
    testing::FixtureOptions options;
    options.state = RunState::failed;
    runs[1].run = make_fixture_run(find_scenario("Hybrid")->experiment, options);
    EXPECT_EQ(broken(runs, "seconds>+1000%").size(), 1u);
}

}  // namespace
}  // namespace ringscope

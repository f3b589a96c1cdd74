// Comparisons: what differs is told, what is unfair is said, and no more is claimed than was measured.
#include "sessions/compare/compare.h"

#include <stdexcept>

#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/analysis/memory_curve.h"
#include "engine/analysis/stragglers.h"
#include "engine/analysis/waterfall.h"
#include "engine/experiment/scenarios.h"
#include "sessions/report/html_report.h"
#include "sessions/report/run_json.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using Json = nlohmann::json;
using testing::FixtureOptions;
using testing::make_fixture_run;

const Experiment& scenario(const char* name) { return find_scenario(name)->experiment; }

const MetricRow& metric(const Comparison& c, const std::string& key) {
    for (const MetricRow& row : c.metrics)
        if (row.key == key) return row;
    throw std::out_of_range(key);
}

/// With a core for each rank.
std::shared_ptr<ringscope::Run> run_on_own_cores(const FixtureOptions& options = {}) {
    auto run = make_fixture_run(scenario("Hybrid"), options);
    run->machine.cores = run->threads = run->schedule->ranks;
    return run;
}

bool warned(const Comparison& c, const std::string& part) {
    for (const std::string& warning : c.warnings)
        if (warning.find(part) != std::string::npos) return true;
    return false;
}

TEST(Compare, ARunWithItselfShowsNoDifference) {
    const auto run = run_on_own_cores();
    const Comparison c = compare_runs(std::vector<ComparedRun>{{"a", run}, {"b", run}});
    EXPECT_TRUE(c.same);
    EXPECT_EQ(c.verdict, "No difference.");
    EXPECT_TRUE(c.settings.empty());
    EXPECT_TRUE(c.warnings.empty());
    for (const MetricRow& row : c.metrics) EXPECT_TRUE(!row.ratios[1] || *row.ratios[1] == 1.0) << row.key;
}

TEST(Compare, RingAgainstAllGatherShowsThePredictedMemoryRatio) {
    const auto gather = make_fixture_run(scenario("All-gather (V2 Collective)"));
    const auto ring = make_fixture_run(scenario("Hybrid"));
    const Comparison c = compare_runs(std::vector<ComparedRun>{{"gather", gather}, {"ring", ring}});
    const double predicted = static_cast<double>(predicted_peak_bytes_max(*ring->schedule)) /
                             static_cast<double>(predicted_peak_bytes_max(*gather->schedule));
    EXPECT_LT(predicted, 1.0);
    EXPECT_DOUBLE_EQ(*metric(c, "peak_bytes_max").ratios[1], predicted);
    ASSERT_EQ(c.settings.size(), 3u);
    EXPECT_EQ(c.settings[0].path, "ring.strategy");
    EXPECT_EQ(c.settings[0].values, (std::vector<std::string>{"all_gather", "ring"}));
    EXPECT_EQ(c.settings[1].path, "ring.overlap");
    EXPECT_EQ(c.settings[2].path, "ring.prune");
    EXPECT_FALSE(c.same);
    EXPECT_NE(c.verdict.find("times the peak memory"), std::string::npos) << c.verdict;
    EXPECT_NE(c.verdict.find("the same work"), std::string::npos) << c.verdict;
    EXPECT_NE(c.verdict.find("one run each: no claim about speed"), std::string::npos) << c.verdict;
    EXPECT_EQ(c.ranks.size(), 4u);
}

TEST(Compare, ClaimsSpeedOnlyFromRepeatsThatLieApart) {
    const auto run = run_on_own_cores();
    const auto slower = run_on_own_cores();
    slower->metrics.seconds *= 2;
    std::vector<ComparedRun> runs{{"a", run, {0.99, 1.00, 1.01}}, {"b", slower, {1.98, 2.00, 2.02}}};
    Comparison c = compare_runs(runs);
    EXPECT_NE(c.verdict.find("100% +- 2.83% more time"), std::string::npos) << c.verdict;
    EXPECT_EQ(metric(c, "seconds").best, 0);
    EXPECT_EQ(c.spreads[1].repeats, 3);
    EXPECT_DOUBLE_EQ(c.spreads[1].median, 2.0);

    runs[1].repeat_seconds = {0.9, 1.05, 1.2};
    c = compare_runs(runs);
    EXPECT_NE(c.verdict.find("no difference in time beyond the spread of 15.0%"), std::string::npos)
        << c.verdict;
    EXPECT_EQ(metric(c, "seconds").best, -1);

    runs[1].repeat_seconds = {1.02, 1.03, 2.0};
    c = compare_runs(runs);
    EXPECT_NE(c.verdict.find("at least 0.99% more time"), std::string::npos) << c.verdict;
    EXPECT_EQ(metric(c, "seconds").best, 0);

    runs[1].repeat_seconds = {1.98, 2.02};
    c = compare_runs(runs);
    EXPECT_NE(c.verdict.find("2 and 3 repeats: no claim about speed, which needs 3 repeats of each"),
              std::string::npos)
        << c.verdict;
    EXPECT_EQ(metric(c, "seconds_median").best, -1) << "the same rule as for the words";

    runs[1].repeat_seconds = {2.0};
    EXPECT_NE(compare_runs(runs).verdict.find("no claim about speed"), std::string::npos);
    EXPECT_EQ(metric(compare_runs(runs), "seconds").best, -1);
}

TEST(Compare, AClaimSaysWhereTheTimeWentAndCarriesItsBand) {
    FixtureOptions late;
    late.slowness = 3;  // the last rank computes three times as long
    const auto fast = run_on_own_cores();
    const auto slow = run_on_own_cores(late);
    const double a = fast->metrics.seconds, b = slow->metrics.seconds;
    std::vector<ComparedRun> runs{{"fast", fast, {a * 0.99, a, a * 1.01}},
                                  {"slow", slow, {b * 0.99, b, b * 1.01}}};
    Comparison c = compare_runs(runs);
    const double more = slow->metrics.ranks[3].compute_seconds - fast->metrics.ranks[3].compute_seconds;
    const std::string words = "above all " + seconds_text(more) + " more computing on rank 3";
    EXPECT_NE(c.verdict.find(words), std::string::npos) << c.verdict << "\nand not: " << words;
    EXPECT_NE(c.verdict.find("the same bytes sent"), std::string::npos) << c.verdict;
    const MetricRow& median = metric(c, "seconds_median");
    EXPECT_DOUBLE_EQ(*median.values[1], b);
    EXPECT_NEAR(*median.bands[1], b * 0.01, b * 1e-9);
    EXPECT_DOUBLE_EQ(*median.ratios[1], b / a);
    EXPECT_EQ(median.best, 0);

    std::swap(runs[0], runs[1]);
    EXPECT_NE(compare_runs(runs).verdict.find("less computing on rank 3"), std::string::npos);
    runs[0].repeat_seconds.clear();
    c = compare_runs(runs);
    EXPECT_EQ(c.verdict.find("above all"), std::string::npos)
        << "a cause of what is not claimed: " << c.verdict;
    EXPECT_FALSE(metric(c, "seconds_median").values[0]);
    EXPECT_EQ(metric(c, "seconds_median").best, -1) << "there is nothing that it would be better than";
}

TEST(Compare, RepeatsOfOneExperimentAreNotHeldAgainstThemselves) {
    const auto run = make_fixture_run(scenario("Hybrid"));
    auto other = make_fixture_run(scenario("Hybrid"));
    other->metrics.seconds *= 1.5;
    const std::vector<double> repeats{1, 1.5, 1.2};
    const Comparison c = compare_runs(std::vector<ComparedRun>{{"a", run, repeats}, {"b", other, repeats}});
    EXPECT_NE(c.verdict.find("a repeat of the same experiment (3 repeats, 1.00 s to 1.50 s)"),
              std::string::npos)
        << c.verdict;
    EXPECT_EQ(metric(c, "seconds").best, -1);
    EXPECT_EQ(metric(c, "seconds_median").best, -1);
}

TEST(MemoryCurve, FollowsTheFullestRankAndReachesItsPeak) {
    const auto run = make_fixture_run(scenario("Ring (V3)"));
    const auto curve = memory_curve(*run);
    ASSERT_FALSE(curve.empty());
    int64_t most_sampled = 0, most = 0, before = -1;
    for (const MemorySample& sample : run->trace.memory)
        most_sampled = std::max(most_sampled, total_bytes(sample.live));
    for (const MemoryPoint& point : curve) {
        most = std::max(most, point.bytes);
        EXPECT_GT(point.time_ns, before);
        before = point.time_ns;
    }
    EXPECT_EQ(most, most_sampled);
    EXPECT_TRUE(memory_curve(ringscope::Run{}).empty());
}

TEST(HtmlReport, EscapesWhatItIsGiven) {
    const auto run = make_fixture_run(scenario("Hybrid"));
    run->machine.host = "a<b>&\"'\x01\xff";
    const std::vector<ComparedRun> runs{{"x\"><script>", run}, {"y", run}};
    const std::string page = comparison_to_html(runs, compare_runs(runs));
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_NE(page.find("a&lt;b&gt;&amp;&quot;&#39;\\u0001\xEF\xBF\xBD"), std::string::npos);
    EXPECT_NE(page.find("No difference."), std::string::npos);
    for (const RunState state : {RunState::failed, RunState::cancelled}) {
        FixtureOptions options;
        options.state = state;
        const std::vector<ComparedRun> broken{{"a", run},
                                              {"b", make_fixture_run(scenario("Hybrid"), options)},
                                              {"c", std::make_shared<const ringscope::Run>()}};
        EXPECT_NE(comparison_to_html(broken, compare_runs(broken)).find("</html>"), std::string::npos);
    }
}

TEST(HtmlReport, SaysWhereTheTimeWent) {
    const auto run = make_fixture_run(scenario("Ring (V3)"));
    const std::vector<ComparedRun> runs{{"one", run}, {"untimed", std::make_shared<const ringscope::Run>()}};
    const std::string page = comparison_to_html(runs, compare_runs(runs));
    const size_t at = page.find("<section id=\"waterfall\">");
    ASSERT_NE(at, std::string::npos);
    const std::string section = page.substr(at, page.find("</section>", at) - at);
    EXPECT_NE(section.find(waterfall(*run)->sentence), std::string::npos);
    EXPECT_NE(section.find(stragglers(*run).sentence), std::string::npos);
    for (int cause = 0; cause < kWaterfallCauses; ++cause)
        EXPECT_NE(section.find(label_of(static_cast<WaterfallCause>(cause))), std::string::npos);
    EXPECT_EQ(section.find("untimed"), std::string::npos) << "nothing of it was timed";
}

TEST(Compare, HeadGroupsAreOneSetting) {
    Experiment other = scenario("Tiny 16");
    other.problem.head_groups[0].dilation_rate = 2;
    const Comparison c = compare_runs(std::vector<ComparedRun>{{"a", make_fixture_run(scenario("Tiny 16"))},
                                                               {"b", make_fixture_run(other)}});
    ASSERT_EQ(c.settings.size(), 1u);
    EXPECT_EQ(c.settings[0].path, "problem.head_groups");
    EXPECT_NE(c.settings[0].values[1].find("\"dilation_rate\":2"), std::string::npos);
    EXPECT_TRUE(warned(c, "different problems"));
}

TEST(Compare, SaysWhatMakesItUnfair) {
    const auto fair = make_fixture_run(scenario("Hybrid"));
    FixtureOptions options;
    options.verified = false;
    const auto other = make_fixture_run(scenario("Hybrid"), options);
    other->machine.host = "elsewhere";
    other->kernel = "avx512";
    other->threads = 64;
    other->origin = Origin::simulated;
    const Comparison c = compare_runs(std::vector<ComparedRun>{{"a", fair}, {"b", other}});
    EXPECT_TRUE(warned(c, "b was not verified."));
    EXPECT_TRUE(warned(c, "differ in host: fixture-host, elsewhere."));
    EXPECT_TRUE(warned(c, "differ in kernel: fixture, avx512."));
    EXPECT_TRUE(warned(c, "differ in threads: 2, 64."));
    EXPECT_TRUE(warned(c, "differ in origin: measured, simulated."));
    EXPECT_FALSE(warned(c, "dtype"));
}

TEST(Compare, NothingIsSaidForAWrongOrUnfinishedRun) {
    const auto good = make_fixture_run(scenario("Hybrid"));
    FixtureOptions wrong;
    wrong.verify_passed = false;
    FixtureOptions cancelled;
    cancelled.state = RunState::cancelled;
    const Comparison c =
        compare_runs(std::vector<ComparedRun>{{"good", good},
                                              {"wrong", make_fixture_run(scenario("Hybrid"), wrong)},
                                              {"part", make_fixture_run(scenario("Hybrid"), cancelled)}});
    EXPECT_TRUE(warned(c, "wrong failed verification"));
    EXPECT_TRUE(warned(c, "part was cancelled"));
    EXPECT_NE(c.verdict.find("wrong gave a wrong answer"), std::string::npos) << c.verdict;
    EXPECT_NE(c.verdict.find("one of the runs did not finish"), std::string::npos) << c.verdict;
    EXPECT_FALSE(metric(c, "seconds").values[2].has_value());
    EXPECT_FALSE(c.ranks[0].runs[2].has_value());
    EXPECT_EQ(testing::error_of(ErrorKind::bad_input,
                                [&] {
                                    compare_runs(std::vector<ComparedRun>{{"one", good}});
                                }),
              "1 runs are not enough to compare: 2 or more");
}

TEST(Compare, TextAndJsonHoldWhatTheComparisonHolds) {
    const auto a = make_fixture_run(scenario("Hybrid"));
    const auto b = make_fixture_run(scenario("Ring (V3)"));
    const Comparison c = compare_runs(std::vector<ComparedRun>{{"hybrid", a}, {"v3", b}});
    const Json json = Json::parse(comparison_to_json(c));
    EXPECT_EQ(json["verdict"], c.verdict);
    EXPECT_EQ(json["settings"].size(), c.settings.size());
    EXPECT_EQ(json["metrics"][0]["key"], "seconds");
    EXPECT_EQ(json["ranks"].size(), 4u);
    EXPECT_EQ(json["ranks"][0]["runs"][1]["peak_bytes"], b->metrics.ranks[0].peak_bytes);
    const std::string text = comparison_to_text(c);
    for (const char* part :
         {"ring.overlap", "hybrid", "v3", "peak memory per rank", "(x", "no claim about speed"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
}

TEST(RunJson, HoldsTheKeysThatOthersRelyOn) {
    const auto run = make_fixture_run(scenario("Hybrid"));
    const Json json = Json::parse(run_to_json(*run, 7));
    EXPECT_EQ(json["run_id"], 7);
    for (const char* key : {"seconds", "flops", "gflops_per_second", "bytes_on_wire", "overlap_efficiency",
                            "compute_imbalance", "device", "kernel"})
        EXPECT_TRUE(json["run"].contains(key)) << key;
    ASSERT_EQ(json["ranks"].size(), 4u);
    for (const char* key : {"rank", "peak_bytes", "predicted_peak_bytes", "sent_bytes", "received_bytes",
                            "compute_seconds", "wait_seconds", "transfer_seconds"})
        EXPECT_TRUE(json["ranks"][3].contains(key)) << key;
    for (const char* key : {"checked_rows", "max_abs_error", "passed"})
        EXPECT_TRUE(json["verify"].contains(key)) << key;
    const Json plan = Json::parse(plan_to_json(*run->schedule));
    for (const char* key : {"bytes_on_wire", "flops", "dense_flops", "steps"})
        EXPECT_TRUE(plan.contains(key)) << key;
    for (const char* key :
         {"rank", "tokens", "sent_bytes", "received_bytes", "predicted_peak_bytes", "flops"})
        EXPECT_TRUE(plan["ranks"][0].contains(key)) << key;
    EXPECT_EQ(plan["bytes_on_wire"], run->schedule->bytes_on_wire);
}

TEST(RunRecord, NamesAndSettingsSayWhatTheRunIs) {
    EXPECT_EQ(settings_line(default_experiment()),
              "n 8192, 12 heads, w 2048/4096/8192, r 1/2/4, causal, 4 ranks, ring");
    EXPECT_EQ(automatic_name(scenario("Hybrid")), "Hybrid 4 ranks, n 8192");
    EXPECT_EQ(automatic_name(scenario("Single device")), "Single device 1 rank, n 8192");
    Experiment other = scenario("Hybrid");
    other.ring.ranks = 7;
    other.ring.layout = Layout::zigzag;
    other.ring.prune = false;
    other.problem.dtype = DType::bf16;
    EXPECT_EQ(automatic_name(other), "Ring 7 ranks, n 8192");
    EXPECT_EQ(settings_line(other),
              "n 8192, 12 heads, w 2048/4096/8192, r 1/2/4, bf16, 7 ranks, ring, zigzag, no prune");
}

}  // namespace
}  // namespace ringscope

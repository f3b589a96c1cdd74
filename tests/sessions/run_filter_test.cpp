// The search box's language: what a term means, and what is said about one that means nothing.
#include "sessions/store/run_filter.h"

#include <cmath>

#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "sessions/store/run_properties.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

RunSummary run_with(const std::vector<std::pair<std::string, std::string>>& settings,
                    const std::string& name = "a run") {
    Experiment experiment = find_scenario("Tiny 16")->experiment;
    for (const auto& [path, value] : settings) set_field(experiment, path, value);
    return summarize(*make_fixture_run(experiment), name);
}

bool matches(const RunSummary& run, const std::string& filter) { return RunFilter(filter).matches(run); }

std::string refusal(const std::string& filter) {
    return error_of(ErrorKind::bad_input, [&] { RunFilter{filter}; });
}

TEST(RunFilter, EveryTermMustHold) {
    RunSummary run = run_with({{"ring.ranks", "2"}, {"ring.overlap", "false"}, {"problem.dtype", "bf16"}});
    run.figures["seconds"] = 0.25;
    run.tags = {"foo", "long context"};
    EXPECT_TRUE(matches(run, "p=2 w>4 overlap=false dtype=bf16 seconds<0.5 tag:foo run a"));
    EXPECT_TRUE(matches(run, ""));
    EXPECT_TRUE(matches(run, "  \t "));
    for (const char* wrong : {"p=4", "w>16", "overlap=true", "dtype=f32", "seconds<0.25", "tag:fo", "walk"})
        EXPECT_FALSE(matches(run, std::string("p=2 ") + wrong)) << wrong;
}

TEST(RunFilter, KnowsWhereTimesComeFrom) {
    RunSummary run = run_with({});
    EXPECT_TRUE(matches(run, "origin=measured"));
    EXPECT_FALSE(matches(run, "origin!=measured"));
    run.origin = Origin::replayed;
    EXPECT_TRUE(matches(run, "origin=replayed"));
    EXPECT_FALSE(matches(run, "origin=measured"));
    EXPECT_TRUE(contains(refusal("origin=guessed"), "measured, replayed, simulated"));
}

TEST(RunFilter, ComparesNumbersInEveryWay) {
    const RunSummary run = run_with({{"ring.ranks", "2"}});
    for (const char* right :
         {"p=2", "p!=3", "p<3", "p<=2", "p>1", "p>=2", "ranks=2", "ring.ranks=2", "p=2.0"})
        EXPECT_TRUE(matches(run, right)) << right;
    for (const char* wrong : {"p=3", "p!=2", "p<2", "p<=1", "p>2", "p>=3"})
        EXPECT_FALSE(matches(run, wrong)) << wrong;
}

TEST(RunFilter, OneHeadGroupIsEnough) {
    const RunSummary run = run_with({});  // w 8 and 16, r 1 and 2, offsets auto
    for (const char* right : {"w=8", "w=16", "w>8", "r>=2", "segment_length<9", "dilation_rate=1", "o=auto"})
        EXPECT_TRUE(matches(run, right)) << right;
    for (const char* wrong : {"w=12", "w>16", "r>2", "w!=8", "o=1"})
        EXPECT_FALSE(matches(run, wrong)) << wrong;
}

TEST(RunFilter, KnowsUnitsAndDays) {
    RunSummary run = run_with({});
    run.figures["seconds"] = 0.0125;
    run.figures["peak_bytes"] = 3 << 20;
    run.started_utc_ms = 1795219200000 + 5 * 3600 * 1000;  // 2026-11-21 05:00
    for (const char* right : {"seconds>12ms", "time<13000us", "peak=3MiB", "peak>3MB", "started=2026-11-21",
                              "started>2026-11-20", "started<2026-11-22", "started>=2026-11-21"})
        EXPECT_TRUE(matches(run, right)) << right;
    for (const char* wrong : {"seconds>13ms", "peak<3MiB", "started>2026-11-21", "started=2026-11-20",
                              "started!=2026-11-21", "started<2026-11-21"})
        EXPECT_FALSE(matches(run, wrong)) << wrong;
}

TEST(RunFilter, VerificationIsAFigureOnlyOfVerifiedRuns) {
    RunSummary run = run_with({});
    run.verified = true;
    run.verify_passed = true;
    run.figures["max_abs_error"] = 1e-6;
    EXPECT_TRUE(matches(run, "verified=true passed=true error<1e-5"));
    run.verified = false;
    run.figures["max_abs_error"] = NAN;
    EXPECT_TRUE(matches(run, "verified=false"));
    EXPECT_FALSE(matches(run, "passed=true"));
    EXPECT_FALSE(matches(run, "passed=false"));
    EXPECT_FALSE(matches(run, "error<1"));
}

TEST(RunFilter, FreeTextAndQuotationMarks) {
    RunSummary run = run_with({}, "Long Context x=1");
    run.note = "the GPU was warm";
    run.tags = {"two words"};
    for (const char* right : {"long CONTEXT", "\"long context\"", "\"x=1\"", "note:warm", "name:\"g c\"",
                              "tag:\"two words\"", "contex"})
        EXPECT_TRUE(matches(run, right)) << right;
    for (const char* wrong : {"\"context long\"", "note:cold", "name=long", "tag:two"})
        EXPECT_FALSE(matches(run, wrong)) << wrong;
}

TEST(RunFilter, EveryFieldOfTheExperimentCanBeAskedFor) {
    const RunSummary run = run_with({});
    const Experiment experiment = find_scenario("Tiny 16")->experiment;
    visit_fields(experiment, [&](const Field& field, const auto& value) {
        const std::string text(field_value(*run.fields, field.path));
        ASSERT_FALSE(text.empty()) << field.path;
        const bool groups = std::is_same_v<std::decay_t<decltype(value)>, std::vector<HeadGroup>>;
        if (text == "null" || groups) return;
        EXPECT_TRUE(matches(run, std::string(field.path) + "=" + text)) << field.path << "=" << text;
        EXPECT_FALSE(matches(run, std::string(field.path) + "!=" + text)) << field.path;
    });
}

TEST(RunFilter, EveryNameIsThereOnce) {
    std::vector<std::string> names;
    for (const RunProperty& figure : run_properties()) {
        EXPECT_NE(static_cast<bool>(figure.numbers), static_cast<bool>(figure.words)) << figure.name;
        names.push_back(figure.name);
        names.insert(names.end(), figure.aliases.begin(), figure.aliases.end());
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
    for (const Figure& figure : figures()) {
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), figure.key)) << figure.key;
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), figure.list_key())) << figure.key;
    }
    for (const char* name : {"time", "seconds", "gflops", "gflops_per_second", "efficiency", "imbalance",
                             "wire", "bytes_on_wire", "peak", "peak_bytes", "error", "max_abs_error"})
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << name << " is in saved filters";
    for (const char* name : {"p", "n", "w", "r", "o", "d", "h", "overlap", "kernel", "batch", "seed"})
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << name;
}

TEST(RunFilter, SaysWhatIsWrongAndWhatIsAllowed) {
    EXPECT_TRUE(
        contains(refusal("overlp=true"), "'overlp' is not a figure of a run; did you mean 'overlap'?"));
    EXPECT_TRUE(contains(refusal("zzzzzzzzzz=1"), "allowed: every field, and p|ranks"));
    EXPECT_EQ(refusal("p=many"), "filter 'p=many': 'many' is not a number");
    EXPECT_EQ(refusal("seconds<5min"),
              "filter 'seconds<5min': '5min' is not a number, with s, ms, us, ns behind it");
    EXPECT_EQ(refusal("dtype=f64"),
              "filter 'dtype=f64': 'f64' is not allowed; dtype is one of f32, f16, bf16");
    EXPECT_EQ(refusal("dtype<bf16"), "filter 'dtype<bf16': dtype has no order; use = or !=");
    EXPECT_EQ(refusal("overlap=1"),
              "filter 'overlap=1': '1' is not allowed; ring.overlap is one of true, false");
    EXPECT_EQ(refusal("p:8"), "filter 'p:8': ':' looks for part of a text; for ranks use = != < <= > >=");
    EXPECT_EQ(refusal("p="), "filter 'p=': its value is missing");
    EXPECT_EQ(refusal("started>yesterday"),
              "filter 'started>yesterday': 'yesterday' is not a day such as 2026-11-21 (UTC)");
    EXPECT_TRUE(contains(refusal("started=2026-02-30"), "is not a day"));
    EXPECT_EQ(refusal("name=\"open"), "filter 'name=open': its quotation mark is not closed");
    EXPECT_TRUE(contains(refusal("=5"), "a term is FIGURE=VALUE"));
    EXPECT_TRUE(contains(refusal("a!b"), "a term is FIGURE=VALUE"));
    EXPECT_FALSE(contains(refusal("zzzzzzzzzz=1"), "\n"));
}

TEST(SortRuns, ByAnyFigureInBothDirections) {
    std::vector<RunSummary> runs{run_with({{"ring.ranks", "2"}}, "b"), run_with({{"ring.ranks", "4"}}, "a"),
                                 run_with({{"ring.ranks", "1"}}, "c")};
    runs[0].verified = false;
    runs[0].figures["max_abs_error"] = NAN;
    const auto names = [&] { return runs[0].name + runs[1].name + runs[2].name; };
    sort_runs(runs, "p");
    EXPECT_EQ(names(), "cba");
    sort_runs(runs, "-p");
    EXPECT_EQ(names(), "abc");
    sort_runs(runs, "-name");
    EXPECT_EQ(names(), "cba");
    sort_runs(runs, "ring.ranks");
    EXPECT_EQ(names(), "cba");
    sort_runs(runs, "error");
    EXPECT_EQ(names(), "cab") << "what has no error comes last";
    sort_runs(runs, "-error");
    EXPECT_EQ(names(), "cab") << "and last the other way round; equal ones stay";
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { sort_runs(runs, "-secnds"); }), "seconds"));
}

}  // namespace
}  // namespace ringscope

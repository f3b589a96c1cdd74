// One trace per rank: what analysers of jobs need of each file, and that read again they are one job on one clock.
#include "sessions/traces/rank_export.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/base/error.h"
#include "engine/experiment/scenarios.h"
#include "sessions/traces/chrome_trace_import.h"
#include "sessions/traces/trace_comparison.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using Json = nlohmann::json;
using testing::make_fixture_run;
using testing::read_file;
using testing::ScratchFolder;

int64_t ns(const Json& microseconds) { return std::llround(microseconds.get<double>() * 1000); }

std::shared_ptr<const Run> ring_run() { return make_fixture_run(find_scenario("Hybrid")->experiment); }

TEST(RankExport, WritesAFileForEachRankOfEveryScenario) {
    for (const Scenario& scenario : scenarios()) {
        const auto run = make_fixture_run(scenario.experiment);
        const ScratchFolder scratch;
        const std::string folder = scratch.path() + "/ranks";
        export_rank_traces(*run, "a run", folder, {});
        size_t kernels = 0, waits = 0;
        std::set<std::string> jobs;
        for (int rank = 0; rank < run->schedule->ranks; ++rank) {
            const std::string text = read_file(folder + "/rank-" + std::to_string(rank) + ".json");
            EXPECT_NE(text.find("\"rank\": " + std::to_string(rank) + ","), std::string::npos)
                << "as analysers look for it";
            const Json root = Json::parse(text);
            EXPECT_EQ(root["distributedInfo"]["rank"], rank);
            EXPECT_EQ(root["distributedInfo"]["world_size"], run->schedule->ranks);
            EXPECT_EQ(root["baseTimeNanoseconds"], run->started_utc_ms * 1'000'000);
            jobs.insert(root["job"]);
            std::map<int64_t, int64_t> launched;  // correlation: when
            std::map<std::pair<int64_t, int64_t>, std::vector<std::pair<int64_t, int64_t>>> streams;
            for (const Json& event : root["traceEvents"]) {
                if (event["ph"] != "X") continue;
                const Json& args = event["args"];
                if (event["name"] == "cudaLaunchKernel") launched[args["correlation"]] = ns(event["ts"]);
                if (event["cat"] == "cuda_runtime" && !args.contains("correlation")) ++waits;
                if (event["cat"] != "kernel") continue;
                ++kernels;
                EXPECT_EQ(args["device"], rank);
                EXPECT_GT(args["stream"].get<int>(), 0);
                EXPECT_EQ(event["tid"], args["stream"]);
                ASSERT_TRUE(launched.contains(args["correlation"]));
                EXPECT_LE(launched[args["correlation"]], ns(event["ts"]));
                streams[{event["pid"], event["tid"]}].emplace_back(ns(event["ts"]),
                                                                   ns(event["ts"]) + ns(event["dur"]));
            }
            for (auto& [stream, slices] : streams) {
                std::sort(slices.begin(), slices.end());
                for (size_t i = 1; i < slices.size(); ++i) EXPECT_LE(slices[i - 1].second, slices[i].first);
            }
        }
        EXPECT_EQ(kernels + waits, run->trace.spans.size()) << scenario.name;
        EXPECT_EQ(jobs.size(), 1u);
    }
}

TEST(RankExport, ReadAgainTheRanksAreOneJobWithItsPairsAndSteps) {
    const auto run = ring_run();
    const ScratchFolder scratch;
    export_rank_traces(*run, "a run", scratch.path() + "/ranks/", {});
    ImportedTraces traces;
    for (int rank = 0; rank < run->schedule->ranks; ++rank)
        traces.push_back(std::make_shared<const ImportedTrace>(
            import_chrome_trace(scratch.path() + "/ranks/rank-" + std::to_string(rank) + ".json")));
    const TraceComparison comparison = compare_on_one_clock(traces);
    ASSERT_EQ(comparison.jobs.size(), 1u);
    ASSERT_EQ(comparison.jobs[0].ranks.size(), static_cast<size_t>(run->schedule->ranks));
    int64_t pairs = 0, sends = 0, steps = 0;
    for (const TraceMatch& match : comparison.jobs[0].matches) {
        pairs += match.kind == MatchKind::pair ? 1 : 0;
        steps += match.kind == MatchKind::step ? 1 : 0;
    }
    for (const Span& span : run->trace.spans) sends += span.kind == SpanKind::send ? 1 : 0;
    EXPECT_GT(sends, 0);
    EXPECT_EQ(pairs, sends);
    EXPECT_EQ(steps, run->schedule->steps);
    int64_t first_ns = INT64_MAX, work_ns = 0;
    for (const Span& span : run->trace.spans) first_ns = std::min(first_ns, span.begin_ns);
    for (const Span& span : run->trace.spans) {
        if (span.rank != 1 || span.begin_ns < first_ns) continue;
        const bool works =
            span.kind == SpanKind::pack || span.kind == SpanKind::compute || span.kind == SpanKind::merge;
        work_ns += works ? span.end_ns - span.begin_ns : 0;
    }
    EXPECT_EQ(comparison.jobs[0].ranks[1].busy_ns, work_ns);
    int64_t begin_ns = INT64_MAX;
    for (const Span& span : run->trace.spans)
        if (span.rank == 1) begin_ns = std::min(begin_ns, span.begin_ns);
    EXPECT_EQ(comparison.jobs[0].ranks[1].begin_ns, begin_ns - first_ns) << "on the clock of the run";
}

TEST(RankExport, MakesTheWholeFolderOrNothing) {
    const auto run = ring_run();
    const ScratchFolder scratch;
    const auto files = [&] {
        size_t count = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::recursive_directory_iterator(scratch.path()))
            ++count;
        return count;
    };
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_THROW(export_rank_traces(*run, "a", scratch.path() + "/x", stopped.get_token()), Error);
    EXPECT_EQ(files(), 0u);
    EXPECT_THROW(export_rank_traces(*run, "a", scratch.path() + "/none/x", {}), Error);
    std::filesystem::create_directory(scratch.path() + "/empty");
    export_rank_traces(*run, "a", scratch.path() + "/empty", {});
    const size_t written = files();
    EXPECT_EQ(written, 1u + static_cast<size_t>(run->schedule->ranks));
    try {
        export_rank_traces(*run, "a", scratch.path() + "/empty", {});
        ADD_FAILURE() << "a folder with files was taken";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("a folder with files in it"), std::string::npos)
            << error.what();
    }
    EXPECT_THROW(export_rank_traces(*run, "a", scratch.path() + "/empty/rank-0.json", {}), Error);
    EXPECT_EQ(files(), written);
    const auto mode = std::filesystem::status(scratch.path() + "/empty").permissions();
    EXPECT_NE(mode & std::filesystem::perms::owner_exec, std::filesystem::perms::none);
}

}  // namespace
}  // namespace ringscope

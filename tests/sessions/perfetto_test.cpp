// The exported trace against the rules that trace viewers hold files to: slices of a track nest, every flow
// has both ends inside slices, counters and names are there, and the ranks are told.
#include "sessions/traces/perfetto_export.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/experiment/scenarios.h"
#include "sessions/report/csv_export.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using Json = nlohmann::json;
using testing::make_fixture_run;
using testing::read_file;
using testing::ScratchFolder;
using Track = std::pair<int, int>;  // pid, tid

/// Nanoseconds of a time in microseconds.
int64_t ns(const Json& microseconds) { return std::llround(microseconds.get<double>() * 1000); }

struct Slice {
    int64_t begin;
    int64_t end;
    std::string kind;
};

struct CheckedTrace {
    std::vector<std::string> faults;
    std::map<Track, std::vector<Slice>> slices;
    std::map<int64_t, std::pair<int, int>> flows;  // id: how many starts and ends
    std::map<int, int> counters;                   // of a pid
    std::set<Track> named_threads;
    std::set<int> named_processes;
    size_t slice_count = 0;
};

void check_nesting(CheckedTrace& trace) {
    for (auto& [track, slices] : trace.slices) {
        std::sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
        });
        std::vector<int64_t> open;
        for (const Slice& slice : slices) {
            while (!open.empty() && open.back() <= slice.begin) open.pop_back();
            if (!open.empty() && slice.end > open.back()) trace.faults.push_back("slices cross on a track");
            open.push_back(slice.end);
        }
    }
}

void check_flow_end(const Json& event, CheckedTrace& trace) {
    const Track track{event["pid"], event["tid"]};
    const int64_t time = ns(event["ts"]);
    const std::string kind = event["ph"] == "s" ? "send" : "receive";
    for (const Slice& slice : trace.slices[track])
        if (slice.kind == kind && slice.begin <= time && (time < slice.end || time == slice.begin)) return;
    trace.faults.push_back("a flow's end lies in no " + kind + " slice");
}

CheckedTrace check_trace(const Json& root) {
    CheckedTrace trace;
    const Json& job = root["distributedInfo"];
    if (!job.contains("world_size")) trace.faults.push_back("no distributedInfo");
    if (job.contains("rank") != (job["world_size"] == 1)) trace.faults.push_back("one rank for several");
    std::vector<Json> flow_ends;
    for (const Json& event : root["traceEvents"]) {
        const std::string phase = event["ph"];
        const Track track{event["pid"], event["tid"]};
        if (phase == "X") {
            const int64_t begin = ns(event["ts"]);
            trace.slices[track].push_back({begin, begin + ns(event["dur"]), event["cat"]});
            ++trace.slice_count;
        } else if (phase == "s" || phase == "f") {
            flow_ends.push_back(event);
            auto& [starts, ends] = trace.flows[event["id"]];
            ++(phase == "s" ? starts : ends);
        } else if (phase == "C") {
            ++trace.counters[track.first];
            for (const auto& [name, value] : event["args"].items())
                if (!value.is_number()) trace.faults.push_back("counter " + name + " is no number");
        } else if (phase == "M") {
            if (event["name"] == "thread_name") trace.named_threads.insert(track);
            if (event["name"] == "process_name") trace.named_processes.insert(track.first);
        } else {
            trace.faults.push_back("unknown phase " + phase);
        }
    }
    check_nesting(trace);
    for (const Json& event : flow_ends) check_flow_end(event, trace);
    for (const auto& [id, ends] : trace.flows)
        if (ends != std::pair(1, 1))
            trace.faults.push_back("flow " + std::to_string(id) + " has not two ends");
    for (const auto& [track, slices] : trace.slices)
        if (!trace.named_threads.contains(track)) trace.faults.push_back("a track has no name");
    return trace;
}

Json exported(const ringscope::Run& run) {
    const ScratchFolder folder;
    const std::string path = folder.file("trace.json");
    export_perfetto(run, "name with \"quotes\"", path, {});
    EXPECT_EQ(folder.files(), 1u);
    return Json::parse(read_file(path));
}

TEST(PerfettoExport, EveryScenarioKeepsTheRules) {
    for (const Scenario& scenario : scenarios()) {
        const auto run = make_fixture_run(scenario.experiment);
        const Json root = exported(*run);
        const CheckedTrace trace = check_trace(root);
        EXPECT_TRUE(trace.faults.empty()) << scenario.name << ": " << trace.faults.front();
        EXPECT_EQ(trace.slice_count, run->trace.spans.size());
        EXPECT_EQ(trace.flows.size(), run->schedule->transfers.size());
        EXPECT_EQ(trace.named_processes.size(), static_cast<size_t>(run->schedule->ranks));
        EXPECT_EQ(root["distributedInfo"]["world_size"], run->schedule->ranks);
        size_t samples = 0;
        for (const auto& [pid, count] : trace.counters) samples += static_cast<size_t>(count);
        EXPECT_EQ(samples, run->trace.memory.size());
        EXPECT_EQ(root["otherData"]["name"], "name with \"quotes\"");
    }
}

TEST(PerfettoExport, OverlappingSendsGetTracksOfTheirOwn) {
    const auto run = make_fixture_run(find_scenario("All-gather (V2 Collective)")->experiment);
    const Json root = exported(*run);
    std::set<std::string> names;
    for (const Json& event : root["traceEvents"])
        if (event["name"] == "thread_name") names.insert(event["args"]["name"]);
    EXPECT_TRUE(names.contains("send") && names.contains("send 2")) << "all ranks are sent to at once";
    EXPECT_TRUE(names.contains("compute"));
}

TEST(PerfettoExport, TimesAreExactToTheNanosecond) {
    const auto run = make_fixture_run(find_scenario("Tiny 16")->experiment);
    run->trace.spans.resize(1);
    run->trace.spans[0].begin_ns = 123'456'789'012'345;
    run->trace.spans[0].end_ns = 123'456'789'012'352;
    const ScratchFolder folder;
    export_perfetto(*run, "n", folder.file("t"), {});
    const std::string text = read_file(folder.file("t"));
    EXPECT_NE(text.find("\"ts\":123456789012.345,\"dur\":0.007"), std::string::npos);
}

TEST(PerfettoExport, ACancelledRunHasNoFlowWithOneEnd) {
    testing::FixtureOptions options;
    options.state = RunState::cancelled;
    const auto run = make_fixture_run(find_scenario("Ring (V3)")->experiment, options);
    auto& spans = run->trace.spans;
    const auto last_receive = std::find_if(spans.rbegin(), spans.rend(),
                                           [](const Span& span) { return span.kind == SpanKind::receive; });
    ASSERT_NE(last_receive, spans.rend());
    spans.erase(std::next(last_receive).base());
    const CheckedTrace trace = check_trace(exported(*run));
    EXPECT_TRUE(trace.faults.empty()) << trace.faults.front();
    EXPECT_FALSE(trace.flows.empty());
}

TEST(PerfettoExport, TheCheckerFindsFaults) {
    const auto run = make_fixture_run(find_scenario("Hybrid")->experiment);
    Json root = exported(*run);
    for (Json& event : root["traceEvents"])
        if (event["ph"] == "X") event["tid"] = 0;
    EXPECT_FALSE(check_trace(root).faults.empty());
    root = exported(*run);
    for (Json& event : root["traceEvents"])
        if (event["ph"] == "s") event["ts"] = event["ts"].get<double>() - 1e6;
    EXPECT_FALSE(check_trace(root).faults.empty());
}

TEST(PerfettoExport, WritesNothingForARunWithoutSchedule) {
    const ScratchFolder folder;
    ringscope::Run run;
    EXPECT_NE(
        testing::error_of(ErrorKind::bad_input, [&] { export_perfetto(run, "n", folder.file("t"), {}); })
            .find("never planned"),
        std::string::npos);
    EXPECT_EQ(
        testing::error_of(ErrorKind::bad_input, [&] { export_csv(run, folder.file("no/t")); }),
        "cannot write " + folder.file("no/t") + ": its folder " + folder.file("no") + " does not exist");
    EXPECT_EQ(folder.files(), 0u);
}

TEST(CsvExport, OneLineASpan) {
    const auto run = make_fixture_run(find_scenario("Tiny 16")->experiment);
    run->origin = Origin::simulated;
    run->trace.spans.resize(2);
    run->trace.spans[0] = {.rank = 1,
                           .step = 2,
                           .kind = SpanKind::wait,
                           .cause = WaitCause::late_peer,
                           .peer = 3,
                           .begin_ns = 10,
                           .end_ns = 25};
    run->trace.spans[1] = {.rank = 1,
                           .step = 2,
                           .kind = SpanKind::receive,
                           .peer = 0,
                           .transfer = 5,
                           .payload = Payload::kv,
                           .begin_ns = 25,
                           .end_ns = 40,
                           .bytes = 512};
    const ScratchFolder folder;
    export_csv(*run, folder.file("t"));
    EXPECT_EQ(read_file(folder.file("t")),
              "rank,step,kind,cause,owner,peer,transfer,begin_ns,end_ns,duration_ns,bytes,origin\r\n"
              "1,2,wait,late peer,,3,,10,25,15,0,simulated\r\n"
              "1,2,receive,,,0,5,25,40,15,512,simulated\r\n");
}

}  // namespace
}  // namespace ringscope

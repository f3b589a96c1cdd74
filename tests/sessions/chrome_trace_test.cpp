// Traces of other programs: a real one of torch.profiler, this program's own, and every way to be wrong.
#include <algorithm>

#include <gtest/gtest.h>
#include <zlib.h>

#include "engine/scenarios.h"
#include "sessions/chrome_trace_events.h"
#include "sessions/chrome_trace_import.h"
#include "sessions/file_kind.h"
#include "sessions/perfetto_export.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::error_of;
using testing::make_fixture_run;
using testing::read_file;
using testing::ScratchFolder;
using testing::write_file;

const std::string kPytorch = RINGSCOPE_TEST_DATA "/pytorch_profiler.json";

int64_t noted(const ImportedTrace& trace, const std::string& part) {
    int64_t count = 0;
    for (const ImportNote& note : trace.notes)
        if (note.what.find(part) != std::string::npos) count += note.count;
    return count;
}

ImportedTrace read_events(const std::string& events) {
    return read_chrome_trace("{\"traceEvents\":[" + events + "]}", "t");
}

const ImportedLane* find_lane(const ImportedTrace& trace, const std::string& part) {
    for (const ImportedLane& lane : trace.lanes)
        if (lane.name.find(part) != std::string::npos) return &lane;
    return nullptr;
}

/// Every slice lies in the row above it, and rows hold no overlaps.
void expect_rows_hold_all(const ImportedLane& lane) {
    size_t placed = 0;
    for (const ImportedRow& row : lane.rows) {
        placed += row.slices.size();
        for (size_t i = 0; i < row.slices.size(); ++i) {
            const ImportedSlice& slice = lane.slices[static_cast<size_t>(row.slices[i])];
            EXPECT_EQ(row.begin[i], slice.begin_ns);
            EXPECT_EQ(row.end[i], slice.end_ns);
            if (i > 0) {
                EXPECT_LE(row.end[i - 1], row.begin[i]);
            }
        }
    }
    EXPECT_EQ(placed, lane.slices.size());
}

TEST(ChromeTrace, ShowsEveryEventOfARealPytorchProfilerTrace) {
    const ImportedTrace trace = import_chrome_trace(kPytorch);
    EXPECT_EQ(trace.name, "pytorch_profiler.json");
    EXPECT_EQ(trace.events, 285);
    EXPECT_EQ(trace.slices(), 195);  // 190 operators, 4 annotations, the profiler's own
    EXPECT_EQ(trace.instants(), 2);
    EXPECT_EQ(trace.flows.size(), 6u);
    ASSERT_EQ(trace.counters.size(), 1u);  // of 68 "[memory]" instants
    EXPECT_EQ(trace.counters[0].name, "allocated bytes, CPU");
    EXPECT_EQ(trace.counters[0].points.size(), 68u);
    const ImportedLane* main = find_lane(trace, "(python)");
    ASSERT_TRUE(main);
    EXPECT_GE(main->rows.size(), 4u) << "forward > attention > its flash kernel > empty_like";
    const ImportedSlice& first = main->slices.front();
    EXPECT_EQ(trace.text(first.name), "forward");
    EXPECT_EQ(trace.text(first.category), "user_annotation");
    EXPECT_EQ(first.end_ns - first.begin_ns, 10'299'176);
    EXPECT_EQ(trace.first_event_ns, 4'408'445'628'053'727);
    EXPECT_EQ(first.begin_ns, 4'408'445'628'391'715 - trace.first_event_ns);
    for (const ImportedLane& lane : trace.lanes) expect_rows_hold_all(lane);
    const auto total = std::find_if(trace.totals.begin(), trace.totals.end(), [&](const ImportedTotal& t) {
        return trace.text(t.name) == "aten::scaled_dot_product_attention";
    });
    ASSERT_NE(total, trace.totals.end());
    EXPECT_EQ(total->slices, 2);
    EXPECT_EQ(total->longest_ns, 10'116'375);
    EXPECT_GT(total->total_ns, total->longest_ns);
    EXPECT_EQ(noted(trace, "trace_id"), 8) << "members of the file that say nothing of a lane are listed";
    EXPECT_EQ(noted(trace, "cross"), 0);
}

TEST(ChromeTrace, ReadsBackWhatThisProgramExports) {
    for (const char* name : {"Hybrid", "All-gather (V2 Collective)"}) {
        const auto run = make_fixture_run(find_scenario(name)->experiment);
        const ScratchFolder folder;
        export_perfetto(*run, name, folder.file("t.json"));
        const ImportedTrace trace = import_chrome_trace(folder.file("t.json"));
        EXPECT_EQ(trace.slices(), static_cast<int64_t>(run->trace.spans.size()));
        EXPECT_EQ(trace.flows.size(), run->schedule->transfers.size());
        EXPECT_EQ(trace.processes.size(), 4u);
        EXPECT_EQ(trace.processes[3].name, "rank 3");
        EXPECT_EQ(trace.counters.size(), 4u * kPurposes);
        EXPECT_EQ(trace.rank, 0);
        std::vector<std::pair<int64_t, int64_t>> in, out;
        for (const Span& span : run->trace.spans) in.emplace_back(span.begin_ns, span.end_ns);
        for (const ImportedLane& lane : trace.lanes) {
            EXPECT_EQ(lane.rows.size(), 1u) << lane.name;
            for (const ImportedSlice& slice : lane.slices)
                out.emplace_back(slice.begin_ns + trace.first_event_ns, slice.end_ns + trace.first_event_ns);
        }
        std::sort(in.begin(), in.end());
        std::sort(out.begin(), out.end());
        EXPECT_EQ(in, out) << "every time to the nanosecond";
        EXPECT_EQ(noted(trace, "members of the file beside its events"), 2);
        EXPECT_EQ(trace.notes.size(), 1u);
    }
}

TEST(ChromeTrace, BeginAndEndNestAndCrossingSlicesGoDownARow) {
    const ImportedTrace trace = read_events(
        R"({"ph":"B","name":"a","pid":1,"tid":"x","ts":1},{"ph":"B","name":"b","pid":1,"tid":"x","ts":2},)"
        R"({"ph":"E","pid":1,"tid":"x","ts":3,"args":{"n":7}},{"ph":"E","pid":1,"tid":"x","ts":5},)"
        R"({"ph":"X","name":"c","pid":1,"tid":"x","ts":4,"dur":2.5})");
    ASSERT_EQ(trace.lanes.size(), 1u);
    const ImportedLane& lane = trace.lanes[0];
    EXPECT_EQ(lane.name, "x");
    ASSERT_EQ(lane.slices.size(), 3u);
    EXPECT_EQ(lane.slices[1].begin_ns, 1000);
    EXPECT_EQ(lane.slices[1].end_ns, 2000);
    EXPECT_EQ(trace.arguments[lane.slices[1].first_argument].number, 7);
    EXPECT_EQ(lane.slices[2].end_ns, 5500);
    EXPECT_EQ(lane.rows.size(), 2u) << "c crosses a's end";
    expect_rows_hold_all(lane);
    EXPECT_EQ(noted(trace, "cross"), 1);
}

TEST(ChromeTrace, CountsWhatItDoesNotShow) {
    const ImportedTrace trace = read_events(
        R"({"ph":"E","ts":1},{"ph":"B","name":"open","ts":2},{"ph":"X","ts":3},{"ph":"X","dur":3},)"
        R"({"ph":"X","ts":3,"dur":-1},{"ph":"b","ts":3},{"ph":"e","id":1,"ts":4},{"ph":"?","ts":4},)"
        R"({"ph":"s","id":1,"ts":1},{"ph":"f","ts":1},{"ph":"C","ts":1,"name":"c","args":{"v":"many"}},)"
        R"({"ph":"M","name":"stack","args":{}},{"ph":"i","ts":9,"name":"n","tts":4,"sub":{"a":[1]}},)"
        R"({"ph":"M","name":"thread_name"})");
    EXPECT_EQ(noted(trace, "ends of slices without a begin"), 1);
    EXPECT_EQ(noted(trace, "without an end"), 1);
    EXPECT_EQ(noted(trace, "without a duration"), 1);
    EXPECT_EQ(noted(trace, "without a time"), 1);
    EXPECT_EQ(noted(trace, "less than no duration"), 1);
    EXPECT_EQ(noted(trace, "parts of asynchronous slices without an \"id\""), 1);
    EXPECT_EQ(noted(trace, "ends of asynchronous slices without a begin"), 1);
    EXPECT_EQ(noted(trace, "unknown phase \"?\""), 1);
    EXPECT_EQ(noted(trace, "flows with one end"), 1);
    EXPECT_EQ(noted(trace, "ends of flows without an \"id\""), 1);
    EXPECT_EQ(noted(trace, "no numbers"), 1);
    EXPECT_EQ(noted(trace, "metadata \"stack\""), 1);
    EXPECT_EQ(noted(trace, "metadata \"thread_name\" without its value"), 1);
    EXPECT_EQ(noted(trace, "members \"tts\""), 1);
    EXPECT_EQ(noted(trace, "members \"sub\""), 1);
    EXPECT_EQ(trace.slices(), 1);
    EXPECT_EQ(trace.instants(), 1);
    EXPECT_EQ(trace.events, 14);
}

TEST(ChromeTrace, KeepsArgumentsAndOrdersLanesAsTheFileAsks) {
    const ImportedTrace trace = read_events(
        R"({"ph":"X","name":"x","pid":7,"tid":2,"ts":0,"dur":1,"args":{"Dims":[[1,"a"],{"k":null}],"n":1.5,"t":"s"}},)"
        R"({"ph":"X","name":"y","pid":8,"tid":1,"ts":0,"dur":1},)"
        R"({"ph":"M","name":"process_sort_index","pid":8,"args":{"sort_index":-1}},)"
        R"({"ph":"M","name":"process_name","pid":8,"args":{"name":"first"}})");
    ASSERT_EQ(trace.lanes.size(), 2u);
    EXPECT_EQ(trace.processes[0].name, "first (8)");
    EXPECT_EQ(trace.processes[1].name, "7");
    const ImportedSlice& slice = trace.lanes[1].slices[0];
    ASSERT_EQ(slice.arguments, 3u);
    const ImportedArgument* arguments = &trace.arguments[slice.first_argument];
    EXPECT_EQ(trace.text(arguments[0].text), R"([[1,"a"],{"k":null}])");
    EXPECT_EQ(arguments[1].text, -1);
    EXPECT_EQ(arguments[1].number, 1.5);
    EXPECT_EQ(trace.text(arguments[2].text), "s");
}

TEST(ChromeTrace, ReadsListsWithoutAnObjectAndWithoutTheirEnd) {
    EXPECT_EQ(read_chrome_trace(R"([{"ph":"X","ts":1,"dur":1}])", "t").slices(), 1);
    const ImportedTrace cut = read_chrome_trace(R"([{"ph":"X","ts":1,"dur":1},{"ph":"X","ts":2,)", "t");
    EXPECT_EQ(cut.slices(), 1);
    EXPECT_EQ(noted(cut, "cut short"), 1);
    EXPECT_EQ(read_chrome_trace(R"({"traceEvents":[]})", "t").length_ns, 0);
}

TEST(ChromeTrace, BadInputIsOneLineWithThePlaceAndTheValue) {
    const auto problem = [](const std::string& text) {
        return error_of(ErrorKind::bad_input, [&] { read_chrome_trace(text, "t"); });
    };
    const auto event = [&](const std::string& text) {
        return problem("{\"traceEvents\":[{\"ph\":\"i\"}," + text + "]}");
    };
    EXPECT_NE(problem("").find("t: not JSON at byte 1"), std::string::npos) << problem("");
    EXPECT_NE(problem("{\"traceEvents\":[{\"ph\":\"X\"").find("not JSON at byte 26"), std::string::npos)
        << problem("{\"traceEvents\":[{\"ph\":\"X\"");
    EXPECT_NE(problem("7").find("it is only 7"), std::string::npos);
    EXPECT_NE(problem("{\"problem\":{}}").find("no list \"traceEvents\""), std::string::npos);
    EXPECT_NE(problem("{\"traceEvents\":3}").find("\"traceEvents\" is 3"), std::string::npos);
    EXPECT_NE(problem("{\"traceEvents\":{}}").find("not a list"), std::string::npos);
    EXPECT_NE(event("3").find("event 1: is \"3\""), std::string::npos) << event("3");
    EXPECT_NE(event("[]").find("event 1: is a list"), std::string::npos) << event("[]");
    EXPECT_NE(event("{}").find("event 1: it has no phase"), std::string::npos) << event("{}");
    EXPECT_NE(event("{\"ph\":\"XX\"}").find("\"XX\", not one letter"), std::string::npos);
    EXPECT_NE(event("{\"ph\":\"X\",\"ts\":\"1\"}").find("event 1: \"ts\" is \"1\""), std::string::npos)
        << event("{\"ph\":\"X\",\"ts\":\"1\"}");
    EXPECT_NE(event("{\"ph\":\"X\",\"ts\":1e300}").find("1e300"), std::string::npos);
    EXPECT_NE(event("{\"ph\":\"X\",\"ts\":99999999999999999999}").find("99999999999999999999"),
              std::string::npos);
    EXPECT_NE(event("{\"ph\":\"X\",\"ts\":null}").find("null"), std::string::npos);
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "[";
    EXPECT_NE(problem(deep).find("event 0: is a list"), std::string::npos) << problem(deep);
    EXPECT_NE(problem("{\"a\":" + deep).find("nested deeper than 32"), std::string::npos);
}

/// "a 0-5 @0, b 1-2 @1": name, microseconds and row of every slice, by begin.
std::string told(const ImportedTrace& trace, const ImportedLane& lane) {
    std::vector<size_t> row_of(lane.slices.size());
    for (size_t row = 0; row < lane.rows.size(); ++row)
        for (const int32_t slice : lane.rows[row].slices) row_of[static_cast<size_t>(slice)] = row;
    std::string text;
    for (size_t i = 0; i < lane.slices.size(); ++i)
        text += (i ? ", " : "") + trace.text(lane.slices[i].name) + " " +
                std::to_string(lane.slices[i].begin_ns / 1000) + "-" +
                std::to_string(lane.slices[i].end_ns / 1000) + " @" + std::to_string(row_of[i]);
    return text;
}

TEST(ChromeTrace, AsynchronousSlicesNestByIdAndOverlappingOnesLieBesideEachOther) {
    const ImportedTrace trace = read_events(
        R"({"ph":"b","cat":"net","id":1,"name":"get","pid":1,"tid":1,"ts":0},)"
        R"({"ph":"b","cat":"net","id":1,"name":"wait","pid":1,"tid":2,"ts":2},)"
        R"({"ph":"b","cat":"net","id":"2","name":"put","pid":1,"tid":1,"ts":3},)"
        R"({"ph":"e","cat":"net","id":1,"name":"wait","pid":1,"tid":1,"ts":4,"args":{"code":200}},)"
        R"({"ph":"n","cat":"net","id":1,"name":"first byte","pid":1,"tid":1,"ts":5},)"
        R"({"ph":"b","cat":"net","id":3,"name":"late","pid":1,"tid":1,"ts":5},)"
        R"({"ph":"e","cat":"net","id":3,"pid":1,"tid":1,"ts":6},)"
        R"({"ph":"e","cat":"net","id":1,"name":"get","pid":1,"tid":1,"ts":8},)"
        R"({"ph":"e","cat":"net","id":2,"name":"put","pid":1,"tid":1,"ts":9},)"
        R"({"ph":"b","cat":"net","id":1,"name":"again","pid":1,"tid":1,"ts":9},)"
        R"({"ph":"e","cat":"net","id":1,"name":"again","pid":1,"tid":1,"ts":10},)"
        R"({"ph":"X","name":"main","pid":1,"tid":9,"ts":0,"dur":1})");
    ASSERT_EQ(trace.lanes.size(), 2u) << "one for the thread with a slice, one for the category";
    EXPECT_EQ(trace.lanes[0].name, "9");
    const ImportedLane& lane = trace.lanes[1];
    EXPECT_EQ(lane.name, "net (async)");
    EXPECT_EQ(told(trace, lane), "get 0-8 @0, wait 2-4 @1, put 3-9 @2, late 5-6 @3, again 9-10 @0")
        << "nothing comes between or below the slices of an id while they last";
    EXPECT_EQ(trace.arguments[lane.slices[1].first_argument].number, 200);
    ASSERT_EQ(lane.instants.size(), 1u);
    EXPECT_EQ(trace.text(lane.instants[0].name), "first byte");
    EXPECT_TRUE(trace.notes.empty()) << trace.notes.front().what;
    expect_rows_hold_all(lane);
}

TEST(ChromeTrace, AsynchronousPartsAreJoinedAcrossThreadsInTheOrderOfTime) {
    const ImportedTrace trace = read_events(
        R"({"ph":"e","cat":"c","id":1,"name":"x","pid":1,"tid":2,"ts":7},)"
        R"({"ph":"b","cat":"c","id":1,"name":"x","pid":1,"tid":1,"ts":3},)"
        R"({"ph":"b","cat":"c","id":2,"name":"sent","pid":1,"ts":3},{"ph":"e","cat":"c","id":2,"pid":2,"ts":5},)"
        R"({"ph":"b","cat":"c","id":1,"scope":"other","name":"y","pid":1,"ts":4},)"
        R"({"ph":"e","cat":"c","id":1,"scope":"other","pid":1,"ts":5},)"
        R"({"ph":"b","cat":"d","id2":{"local":"7"},"name":"mine","pid":1,"ts":5},)"
        R"({"ph":"e","cat":"d","id2":{"local":"7"},"pid":2,"ts":6},)"
        R"({"ph":"b","cat":"d","id2":{"global":"8"},"name":"ours","pid":2,"ts":5},)"
        R"({"ph":"e","cat":"d","id2":{"global":"8"},"pid":1,"ts":6})");
    ASSERT_EQ(trace.lanes.size(), 3u);
    EXPECT_EQ(told(trace, *find_lane(trace, "c (async)")), "x 0-4 @0, sent 0-2 @1, y 1-2 @2");
    EXPECT_EQ(told(trace, trace.lanes[1]), "mine 2-4 @0") << "a local id ends in its own process";
    EXPECT_EQ(told(trace, trace.lanes[2]), "ours 2-3 @0");
    EXPECT_EQ(noted(trace, "ends of asynchronous slices without a begin"), 1);
    EXPECT_EQ(noted(trace, "asynchronous slices without an end, shown to the last event"), 1);
    EXPECT_EQ(trace.notes.size(), 2u);
    EXPECT_EQ(trace.processes.size(), 2u);
}

TEST(ChromeTrace, TheOlderFormOfAsynchronousSlicesHasSteps) {
    const ImportedTrace into =
        read_events(R"({"ph":"S","cat":"gpu","id":1,"name":"frame","pid":1,"ts":0},)"
                    R"({"ph":"S","cat":"gpu","id":1,"name":"other","pid":1,"ts":1},)"
                    R"({"ph":"T","cat":"gpu","id":1,"name":"frame","pid":1,"ts":2,"args":{"step":"draw"}},)"
                    R"({"ph":"T","cat":"gpu","id":1,"name":"frame","pid":1,"ts":5,"args":{"step":"swap"}},)"
                    R"({"ph":"F","cat":"gpu","id":1,"name":"other","pid":1,"ts":6},)"
                    R"({"ph":"F","cat":"gpu","id":1,"name":"frame","pid":1,"ts":9})");
    EXPECT_EQ(told(into, into.lanes.at(0)), "frame 0-9 @0, other 1-6 @2, draw 2-5 @1, swap 5-9 @1");
    EXPECT_TRUE(into.notes.empty());

    const ImportedTrace past = read_events(
        R"({"ph":"S","id":1,"name":"frame","ts":0},{"ph":"p","id":1,"name":"frame","ts":2,"args":{"step":"draw"}},)"
        R"({"ph":"p","id":1,"name":"frame","ts":3},{"ph":"F","id":1,"name":"frame","ts":4},)"
        R"({"ph":"T","id":1,"name":"frame","ts":5},{"ph":"S","id":2,"name":"open","ts":5})");
    EXPECT_EQ(past.lanes.at(0).name, "(async)");
    EXPECT_EQ(told(past, past.lanes[0]), "frame 0-4 @0, draw 0-2 @1, frame 2-3 @1, open 5-5 @0");
    EXPECT_EQ(noted(past, "steps of asynchronous slices without a begin"), 1);
    EXPECT_EQ(noted(past, "without an end"), 1);
}

TEST(ChromeTrace, CrossingAsynchronousSlicesOfOneIdAreAllShown) {
    const ImportedTrace trace =
        read_events(R"({"ph":"b","id":1,"name":"a","ts":0},{"ph":"b","id":1,"name":"b","ts":1},)"
                    R"({"ph":"e","id":1,"name":"a","ts":2},{"ph":"e","id":1,"name":"b","ts":3},)"
                    R"({"ph":"b","id":1,"name":"c","ts":4},{"ph":"e","id":1,"name":"none","ts":5})");
    EXPECT_EQ(told(trace, trace.lanes.at(0)), "a 0-2 @0, b 1-3 @1, c 4-5 @0");
    EXPECT_EQ(noted(trace, "ends of asynchronous slices without a begin"), 1);
    expect_rows_hold_all(trace.lanes[0]);

    std::string events = R"({"ph":"X","name":"thread","ts":2000,"dur":1})";
    for (int i = 0; i < 1000; ++i)
        events +=
            R"(,{"ph":"b","name":"many","id":)" + std::to_string(i) + R"(,"ts":)" + std::to_string(i) + "}";
    const ImportedTrace many = read_events(events);
    EXPECT_EQ(many.lanes[1].rows.size(), kMostRows);
    EXPECT_EQ(noted(many, "deeper than 256 rows"), 1000 - static_cast<int64_t>(kMostRows));
}

TEST(ChromeTrace, TooManyRowsAreCountedNotDrawn) {
    std::string events;
    for (size_t i = 0; i < kMostRows + 10; ++i)
        events += std::string(i ? "," : "") + R"({"ph":"X","pid":1,"tid":1,"ts":)" + std::to_string(i) +
                  R"(,"dur":1000})";
    const ImportedTrace trace = read_events(events);
    EXPECT_EQ(trace.lanes[0].rows.size(), kMostRows);
    EXPECT_EQ(noted(trace, "deeper than 256 rows"), 10);
    EXPECT_EQ(trace.slices(), static_cast<int64_t>(kMostRows) + 10);
}

std::string gzipped(const std::string& text) {
    const ScratchFolder folder;
    gzFile file = gzopen(folder.file("z").c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return read_file(folder.file("z"));
}

TEST(ChromeTrace, CompressedFilesAreTheSameTrace) {
    const ScratchFolder folder;
    const std::string packed = gzipped(read_file(kPytorch));
    write_file(folder.file("t.json.gz"), packed);
    EXPECT_EQ(import_chrome_trace(folder.file("t.json.gz")).slices(), 195);
    EXPECT_EQ(file_kind(folder.file("t.json.gz")), FileKind::trace);

    write_file(folder.file("cut"), packed.substr(0, packed.size() / 2));
    const auto problem = [&](const char* name) {
        return error_of(ErrorKind::bad_input, [&] { import_chrome_trace(folder.file(name)); });
    };
    EXPECT_NE(problem("cut").find("end too early, at byte " + std::to_string(packed.size() / 2)),
              std::string::npos)
        << problem("cut");
    std::string damaged = packed;
    for (size_t i = 40; i < 60; ++i) damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    write_file(folder.file("damaged"), damaged);
    EXPECT_NE(problem("damaged").find("gzip data"), std::string::npos) << problem("damaged");
    EXPECT_NE(error_of(ErrorKind::bad_input, [&] { import_chrome_trace(folder.file("none")); }).find("none"),
              std::string::npos);
}

TEST(ChromeTrace, DecimalMicrosecondsAreExact) {
    EXPECT_EQ(nanoseconds_of_decimal("4408445628391.715"), 4'408'445'628'391'715);
    EXPECT_EQ(nanoseconds_of_decimal("-0.5"), -500);
    EXPECT_EQ(nanoseconds_of_decimal("0.0005"), 1);
    EXPECT_EQ(nanoseconds_of_decimal("1.99999"), 2000);
    EXPECT_EQ(nanoseconds_of_decimal("1e3"), 1'000'000);
    EXPECT_FALSE(nanoseconds_of_decimal("1e17"));
    EXPECT_FALSE(nanoseconds_of_decimal("9223372036854775807"));
}

TEST(FileKind, GoesByContent) {
    const ScratchFolder folder;
    const auto kind = [&](const std::string& bytes) {
        write_file(folder.file("f"), bytes);
        return file_kind(folder.file("f"));
    };
    EXPECT_EQ(kind("SQLite format 3\0 and more"), FileKind::run_file);
    EXPECT_EQ(kind(" [ {} ]"), FileKind::trace);
    EXPECT_EQ(kind(R"({"schemaVersion": 1, "traceEvents": []})"), FileKind::trace);
    EXPECT_EQ(kind(R"({"problem": {}})"), FileKind::experiment);
    EXPECT_EQ(kind(""), FileKind::experiment);
    EXPECT_EQ(file_kind(kPytorch), FileKind::trace);
}

}  // namespace
}  // namespace ringscope

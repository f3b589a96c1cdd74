// Traces of other programs: a real one of torch.profiler, this program's own, and every way to be wrong.
#include <algorithm>

#include <gtest/gtest.h>
#include <zlib.h>

#include "engine/experiment/scenarios.h"
#include "sessions/file_kind.h"
#include "sessions/traces/chrome_trace_import.h"
#include "sessions/traces/perfetto_export.h"
#include "sessions/traces/trace_number.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/chrome_trace_fixture.h"

namespace ringscope {
namespace {

using testing::error_of;
using testing::make_fixture_run;
using testing::read_file;
using testing::ScratchFolder;
using testing::write_file;

const std::string kPytorch = RINGSCOPE_TEST_DATA "/pytorch_profiler.json";

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
    EXPECT_EQ(noted(trace, "trace_id"), 7) << "members of the file that say nothing of a lane are listed";
    EXPECT_EQ(noted(trace, "cross"), 0);
}

TEST(ChromeTrace, ReadsBackWhatThisProgramExports) {
    for (const char* name : {"Hybrid", "All-gather (V2 Collective)"}) {
        const auto run = make_fixture_run(find_scenario(name)->experiment);
        const ScratchFolder folder;
        export_perfetto(*run, name, folder.file("t.json"), {});
        const ImportedTrace trace = import_chrome_trace(folder.file("t.json"), {});
        EXPECT_EQ(trace.slices(), static_cast<int64_t>(run->trace.spans.size()));
        EXPECT_EQ(trace.flows.size(), run->schedule->transfers.size());
        EXPECT_EQ(trace.processes.size(), 4u);
        EXPECT_EQ(trace.processes[3].name, "rank 3");
        EXPECT_EQ(trace.counters.size(), 4u * kPurposes);
        EXPECT_EQ(trace.rank, std::nullopt) << "all ranks are in the file";
        EXPECT_EQ(trace.world_size, 4);
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
    EXPECT_EQ(noted(trace, "ends of slices without a beginning"), 1);
    EXPECT_EQ(noted(trace, "without an end"), 1);
    EXPECT_EQ(noted(trace, "without a duration"), 1);
    EXPECT_EQ(noted(trace, "without a time"), 1);
    EXPECT_EQ(noted(trace, "negative duration"), 1);
    EXPECT_EQ(noted(trace, "parts of asynchronous slices without an \"id\""), 1);
    EXPECT_EQ(noted(trace, "ends of asynchronous slices without a beginning"), 1);
    EXPECT_EQ(noted(trace, "unknown phase \"?\""), 1);
    EXPECT_EQ(example_of(trace, "unknown phase"), "event 7");
    EXPECT_EQ(noted(trace, "flows with one end"), 1);
    EXPECT_EQ(noted(trace, "ends of flows without an \"id\""), 1);
    EXPECT_EQ(noted(trace, "not numbers"), 1);
    EXPECT_EQ(noted(trace, "metadata \"stack\""), 1);
    EXPECT_EQ(noted(trace, "metadata \"thread_name\" without its value"), 1);
    EXPECT_EQ(noted(trace, "members \"tts\""), 1);
    EXPECT_EQ(noted(trace, "members \"sub\""), 1);
    EXPECT_EQ(trace.slices(), 1);
    EXPECT_EQ(trace.instants(), 2) << "what has no duration is shown where it is";
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

TEST(ChromeTrace, AFileWithoutAnyEventIsRefusedInOneLine) {
    const auto problem = [](const std::string& text) {
        return error_of(ErrorKind::bad_input, [&] { read_chrome_trace(text, "t"); });
    };
    EXPECT_EQ(problem(""), "t: not a trace: it is empty");
    EXPECT_EQ(problem(" \n\t"), "t: not a trace: it is empty");
    EXPECT_EQ(problem("\xFF\xFE"), "t: not a trace: it is empty");
    for (const char* text :
         {"7", "hello world", "[1,2]", "[{}]", R"({"traceEvents":3})", R"({"traceEvents":null})",
          R"({"a":[{"b":{}}]})", "]]]", "\"", "{\"traceEvents", "[[[["})
        EXPECT_TRUE(problem(text).starts_with("t: not a Chrome trace: it has no list \"traceEvents\""))
            << problem(text);
    EXPECT_NE(problem(R"({"problem":{}})").find("--experiment"), std::string::npos)
        << problem(R"({"problem":{}})");
}

TEST(ChromeTrace, TheLongestTimesAndLargestNumbersDoNotOverflow) {
    const std::string most = std::to_string(INT64_MAX / 3000 - 1);
    const std::string longest = "316000000000000";  // ten years
    const ImportedTrace trace = read_chrome_trace(
        R"({"distributedInfo":{"rank":1e300},"traceEvents":[{"ph":"X","ts":-)" + most + R"(,"dur":0},)" +
            R"({"ph":"X","ts":)" + most + R"(,"dur":)" + longest + R"(},{"ph":"X","ts":)" + most +
            R"(,"dur":)" + longest +
            R"(},{"ph":"i","name":"[memory]","ts":0,"args":{"Total Allocated":1,"Device Type":1e300,"Device Id":1}}]})",
        "t");
    EXPECT_EQ(trace.length_ns, 2 * (INT64_MAX / 3000 - 1) * 1000 + 316'000'000'000'000'000);
    EXPECT_FALSE(trace.rank);
    EXPECT_EQ(trace.counters.at(0).name, "allocated bytes, device type ?, 1");
    EXPECT_EQ(trace.totals.at(0).total_ns, 2 * trace.totals.at(0).longest_ns);
    const ImportedTrace beyond =
        read_events(R"({"ph":"X","ts":)" + std::to_string(INT64_MAX / 3000) + R"(,"dur":1})");
    EXPECT_EQ(noted(beyond, "within 97 years, left out"), 1);
    EXPECT_EQ(example_of(beyond, "within 97 years"),
              "event 0: \"ts\" is " + std::to_string(INT64_MAX / 3000));
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

    const std::string half = packed.substr(0, packed.size() / 2);
    write_file(folder.file("cut"), half);
    const ImportedTrace cut = import_chrome_trace(folder.file("cut"));
    EXPECT_GT(cut.slices(), 20);
    EXPECT_LT(cut.slices(), 195);
    EXPECT_EQ(example_of(cut, "compressed data"),
              "gzip data end too early, at byte " + std::to_string(half.size()));
    EXPECT_EQ(noted(cut, "cut short"), 1);

    std::string damaged = packed;
    for (size_t i = 40; i < 60; ++i) damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    write_file(folder.file("damaged"), damaged);
    const auto problem = [&](const char* name) {
        return error_of(ErrorKind::bad_input, [&] { import_chrome_trace(folder.file(name)); });
    };
    EXPECT_NE(problem("damaged").find("gzip data are damaged at byte"), std::string::npos)
        << problem("damaged");
    EXPECT_NE(problem("none").find("none"), std::string::npos);

    const ImportedTrace twice = read_chrome_trace(gzipped(packed), "twice");
    EXPECT_EQ(twice.slices(), 195);
    const ImportedTrace members =
        read_chrome_trace(gzipped("[{\"ph\":\"X\",\"ts\":1,") + gzipped("\"dur\":2}]"), "m");
    EXPECT_EQ(members.length_ns, 2000);
    const ImportedTrace padded = read_chrome_trace(packed + std::string(1000, '\0'), "padded");
    EXPECT_EQ(padded.slices(), 195);
    EXPECT_EQ(noted(padded, "compressed"), 0);
    const ImportedTrace garbage = read_chrome_trace(packed + "garbage", "garbage");
    EXPECT_EQ(garbage.slices(), 195);
    EXPECT_EQ(noted(garbage, "compressed data"), 1);
}

TEST(ChromeTrace, DecimalMicrosecondsAreExact) {
    EXPECT_EQ(nanoseconds_of_decimal("4408445628391.715"), 4'408'445'628'391'715);
    EXPECT_EQ(nanoseconds_of_decimal("-0.5"), -500);
    EXPECT_EQ(nanoseconds_of_decimal("0.0005"), 1);
    EXPECT_EQ(nanoseconds_of_decimal("1.99999"), 2000);
    EXPECT_EQ(nanoseconds_of_decimal("1e3"), 1'000'000);
    EXPECT_EQ(nanoseconds_of_decimal("1.7155000001234567e15"), 1'715'500'000'123'456'700);
    EXPECT_EQ(nanoseconds_of_decimal("17155000001234567.89e-1"), 1'715'500'000'123'456'789);
    EXPECT_EQ(nanoseconds_of_decimal("+1.5"), 1500);
    EXPECT_EQ(nanoseconds_of_decimal(" .5 "), 500);
    EXPECT_EQ(nanoseconds_of_decimal("0x10"), 16'000);
    EXPECT_EQ(nanoseconds_of_decimal("1e-400"), 0);
    EXPECT_EQ(nanoseconds_of_decimal("0e99999999999999999999"), 0);
    for (const char* text :
         {"", "nan", "-", ".", "1e", "1.2.3", "0x", "12 3", "1e17", "1e99999999999999999999"})
        EXPECT_FALSE(nanoseconds_of_decimal(text)) << text;
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
    EXPECT_EQ(kind(R"({"a": ")" + std::string(2 << 20, 'x') + R"(", "traceEvents": []})"), FileKind::trace)
        << "its list stands beyond the first mebibyte";
    EXPECT_EQ(kind(R"({"nodes": []})"), FileKind::trace) << "and reading it says what it is";
    EXPECT_EQ(kind(""), FileKind::experiment);
    EXPECT_EQ(file_kind(kPytorch), FileKind::trace);
}

}  // namespace
}  // namespace ringscope

// A trace cannot take more memory or time than its text is worth, and no order or time in it breaks the lanes.
#include <random>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "sessions/traces/chrome_trace_events.h"
#include "sessions/traces/chrome_trace_import.h"
#include "sessions/traces/import_notes.h"
#include "sessions/traces/tolerant_json.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/chrome_trace_fixture.h"

namespace ringscope {
namespace {

using testing::error_of;

template <typename Event>
std::string list_of(int count, Event event) {
    std::string text = "[";
    for (int i = 0; i < count; ++i) text += (i ? "," : "") + event(i);
    return text + "]";
}

/// Slices of a row ascend and do not overlap, as every search in it takes for granted.
void expect_orderly_rows(const ImportedTrace& trace, const std::string& text) {
    for (const ImportedLane& lane : trace.lanes)
        for (const ImportedRow& row : lane.rows)
            for (size_t i = 0; i < row.begin.size(); ++i) {
                EXPECT_LE(row.begin[i], row.end[i]) << text;
                if (i > 0) {
                    EXPECT_LE(row.end[i - 1], row.begin[i]) << text;
                }
            }
}

/// What fits is shown, and the first of what does not is named.
TEST(ChromeTraceLimits, OfManyTinyEventsThoseThatFitAreKept) {
    const auto number = [](int i) { return std::to_string(i); };
    constexpr int kEvents = 60'000;
    const ImportedTrace names =
        read_chrome_trace(list_of(kEvents,
                                  [&](int i) {
                                      return R"({"ph":"i","ts":1,"name":)" + number(3 * i) + R"(,"cat":)" +
                                             number(3 * i + 1) + R"(,"id":)" + number(3 * i + 2) + "}";
                                  }),
                          "bomb");
    EXPECT_EQ(noted(names, "the rest of the file, left out"), 1);
    EXPECT_GT(names.instants(), kEvents / 8);
    EXPECT_LT(names.instants(), kEvents);
    const std::string example = example_of(names, "the rest of the file");
    EXPECT_TRUE(example.starts_with("from event ")) << example;
    EXPECT_NE(example.find(" bytes are allowed"), std::string::npos) << example;

    const ImportedTrace threads = read_chrome_trace(
        list_of(kEvents, [&](int i) { return R"({"ph":"i","ts":1,"tid":)" + number(i) + "}"; }), "bomb");
    EXPECT_GT(threads.instants(), kEvents / 8);
    EXPECT_EQ(noted(threads, "left out") + threads.instants(), kEvents);
    EXPECT_LT(threads.instants(), kEvents);

    const ImportedTrace counters = read_chrome_trace(
        list_of(kEvents,
                [&](int i) { return R"({"ph":"C","ts":1,"name":)" + number(i) + R"(,"args":{"a":1}})"; }),
        "bomb");
    EXPECT_EQ(noted(counters, "left out") + counters.counter_values(), kEvents);
    EXPECT_LT(counters.counter_values(), kEvents);
    EXPECT_GT(counters.counter_values(), kEvents / 8);
}

/// A mebibyte of these, packed, unpacks to a gibibyte: nothing of it takes memory, but all of it time.
TEST(ChromeTraceLimits, EndlessEntriesThatAreNoEventsEndEarly) {
    std::string text = R"([{"ph":"i","ts":1},)";
    for (int i = 0; i < 1'000'100; ++i) text += "1,";
    const ImportedTrace trace = read_chrome_trace(text + R"({"ph":"i","ts":2}])", "endless");
    EXPECT_EQ(trace.instants(), 1);
    EXPECT_EQ(noted(trace, "are not objects"), 1'000'000);
    EXPECT_EQ(noted(trace, "of a million entries"), 1);
}

TEST(ChromeTraceLimits, OfManyUnknownMembersTheKindsAreBounded) {
    const auto number = [](int i) { return std::to_string(i); };
    constexpr int kEvents = 20'000;
    const ImportedTrace members = read_chrome_trace(list_of(kEvents,
                                                            [&](int i) {
                                                                return R"({"ph":"i","ts":1,"x)" +
                                                                       number(2 * i) + R"(":1,"x)" +
                                                                       number(2 * i + 1) + R"(":1})";
                                                            }),
                                                    "members");
    EXPECT_EQ(members.instants(), kEvents);
    EXPECT_LT(members.notes.size(), 300u);
    int64_t count = 0;
    for (const ImportNote& note : members.notes) count += note.count;
    EXPECT_EQ(count, 2 * kEvents) << "every one is counted";
    std::string file = "{";
    for (int i = 0; i < 3 * kEvents; ++i) file += "\"" + number(i) + "\":1,";
    EXPECT_EQ(read_chrome_trace(file + R"("traceEvents":[{"ph":"i","ts":1}]})", "members").instants(), 1);
}

TEST(ChromeTraceLimits, ARealTraceTakesAFractionOfWhatIsAllowed) {
    const std::string text = testing::read_file(RINGSCOPE_TEST_DATA "/pytorch_profiler.json");
    TraceBudget budget;
    ImportNotes notes;
    TextReader reader(text);
    const std::stop_token stop;
    TolerantJson json(reader, notes, stop);
    read_chrome_events(json, budget, notes);
    EXPECT_LT(budget.used(), static_cast<int64_t>(text.size()) * kTraceBytesPerTextByte / 4);
}

TEST(ChromeTraceLimits, OneValueThatFillsTheMemoryIsCut) {
    const std::string text = R"([{"ph":"i","ts":1,"name":")" + std::string(17 << 20, 'x') +
                             R"("},{"ph":"i","ts":2,"name":"b","args":{"list":[)" +
                             std::string(3 << 20, '1') + "]}}]";
    const ImportedTrace trace = read_chrome_trace(text, "long");
    EXPECT_EQ(trace.instants(), 2);
    EXPECT_EQ(trace.text(trace.lanes.at(0).instants.at(0).name).size(), TolerantJson::kMostTextBytes);
    EXPECT_GE(noted(trace, "texts of more than 1,048,576 bytes, cut"), 1);
}

TEST(ChromeTraceLimits, WhatIsNestedTooDeepIsSkippedAndTheRestIsRead) {
    const std::string deep(100'000, '[');
    const std::string closed = deep + std::string(100'000, ']');
    const ImportedTrace inside = read_chrome_trace(
        R"([{"ph":"X","ts":1,"dur":1,"args":{"a":)" + closed + R"(,"b":"]"}},{"ph":"X","ts":5,"dur":1}])",
        "deep");
    EXPECT_EQ(inside.slices(), 2);
    EXPECT_EQ(noted(inside, "nested deeper than 100 levels"), 1);
    EXPECT_EQ(
        read_chrome_trace(R"({"a":)" + closed + R"(,"traceEvents":[{"ph":"X","ts":1,"dur":1}]})", "deep")
            .slices(),
        1);
    EXPECT_NE(
        error_of(ErrorKind::bad_input, [&] { read_chrome_trace(deep, "deep"); }).find("not a Chrome trace"),
        std::string::npos);
}

TEST(TolerantJson, StopsAtTheNextBlock) {
    const std::string text(8 << 20, ' ');
    TextReader reader(text);
    ImportNotes notes;
    std::stop_source source;
    const std::stop_token stop = source.get_token();
    TolerantJson json(reader, notes, stop);
    source.request_stop();
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { json.next(); }), "interrupted");
}

TEST(ChromeTraceLimits, SlicesWithoutAnEndOfOneIdTakeNoQuadraticTime) {
    const std::string opened = list_of(30'000, [](int i) {
        const std::string time = std::to_string(i);
        return R"({"ph":"b","id":1,"cat":"a","name":"x","pid":1,"ts":)" + time + "}";
    });
    const std::string ended = list_of(30'000, [](int i) {
        return R"({"ph":"e","id":1,"cat":"a","name":"y","pid":1,"ts":)" + std::to_string(40'000 + i) + "}";
    });
    const std::string text = opened.substr(0, opened.size() - 1) + "," + ended.substr(1);
    const ImportedTrace trace = read_chrome_trace(text, "deep");
    EXPECT_EQ(trace.slices(), static_cast<int64_t>(kMostRows));
    expect_orderly_rows(trace, "deep");
    const std::string started = list_of(30'000, [](int i) {
        return R"({"ph":"S","id":1,"cat":"a","name":"x","pid":1,"ts":)" + std::to_string(i) + "}";
    });
    EXPECT_EQ(read_chrome_trace(started, "wide").slices(), static_cast<int64_t>(kMostRows));
}

TEST(ChromeTraceRows, AStepWithoutDurationAtTheEndOfATree) {
    const std::string text = R"([{"ph":"b","id":1,"cat":"a","name":"x","pid":1,"ts":3},
        {"ph":"e","id":1,"cat":"a","name":"x","pid":1,"ts":5},
        {"ph":"S","id":2,"cat":"a","name":"y","pid":1,"ts":1},
        {"ph":"T","id":2,"cat":"a","name":"y","pid":1,"ts":3},
        {"ph":"F","id":2,"cat":"a","name":"y","pid":1,"ts":3}])";
    const ImportedTrace trace = read_chrome_trace(text, "steps");
    expect_orderly_rows(trace, text);
    ASSERT_EQ(trace.lanes.size(), 1u);
    EXPECT_EQ(trace.slices(), 3);
    EXPECT_EQ(trace.lanes[0].rows.size(), 2u);
}

/// Few ids, names and times, so that everything meets everything.
TEST(ChromeTraceRows, AnyOrderOfEventsGivesOrderlyRows) {
    std::mt19937 random(20261130);
    const auto pick = [&](int most) { return std::to_string(random() % static_cast<unsigned>(most)); };
    const std::string phases = "bbbeeennSSTTpFFXXBEiC";
    for (int trial = 0; trial < 1000; ++trial) {
        const std::string text = list_of(3 + trial % 12, [&](int) {
            return R"({"ph":")" + std::string(1, phases[random() % phases.size()]) + R"(","id":)" + pick(3) +
                   R"(,"cat":"a","name":")" + pick(2) + R"(","pid":)" + pick(2) + R"(,"tid":1,"ts":)" +
                   pick(6) + R"(,"dur":)" + pick(4) + "}";
        });
        expect_orderly_rows(read_chrome_trace(text, "any"), text);
    }
}

TEST(ChromeTraceTimes, TheEndsOf64BitsAreLeftOutAndWhatIsAllowedFits) {
    for (const char* time : {"-9223372036854775808", "9223372036854775807", "18446744073709551615", "1e300",
                             "-1e19", "-9223372036854775808.5", "3074457345618258"}) {
        const std::string ok = R"({"ph":"X","name":"b","ts":5,"dur":6}])";
        for (const char* member : {R"("dur":2,"ts":)", R"("ts":1,"dur":)"}) {
            const ImportedTrace trace = read_chrome_trace(
                std::string(R"([{"ph":"X","name":"a",)") + member + time + "}," + ok, "far");
            EXPECT_EQ(trace.length_ns, 6000) << member << time;
            EXPECT_EQ(trace.slices(), 1) << member << time;
            EXPECT_EQ(noted(trace, "left out"), 1) << member << time;
        }
    }
    const std::string most = "3074457345618257";
    const std::string text = R"([{"ph":"X","name":"a","ts":-)" + most +
                             R"(,"dur":1},{"ph":"X","name":"a","ts":)" + most +
                             R"(,"dur":300000000000000},{"ph":"b","id":1,"name":"c","ts":)" + most + "}]";
    const ImportedTrace trace = read_chrome_trace(text, "far");
    EXPECT_EQ(trace.length_ns, 2 * int64_t{3074457345618257} * 1000 + 300'000'000'000'000'000);
    expect_orderly_rows(trace, text);
}

}  // namespace
}  // namespace ringscope

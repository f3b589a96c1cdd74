// Asynchronous slices of imported traces: joined by id, nested, and put beside each other.
#include "tests/sessions/chrome_trace_fixture.h"

namespace ringscope {
namespace {

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

TEST(ChromeTraceAsync, AsynchronousSlicesNestByIdAndOverlappingOnesLieBesideEachOther) {
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
    EXPECT_TRUE(trace.notes.empty()) << trace.notes.front().text;
    expect_rows_hold_all(lane);
}

TEST(ChromeTraceAsync, AsynchronousPartsAreJoinedAcrossThreadsInTheOrderOfTime) {
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
    EXPECT_EQ(noted(trace, "ends of asynchronous slices without a beginning"), 1);
    EXPECT_EQ(noted(trace, "asynchronous slices without an end, shown to the last event"), 1);
    EXPECT_EQ(trace.notes.size(), 2u);
    EXPECT_EQ(trace.processes.size(), 2u);
}

TEST(ChromeTraceAsync, TheOlderFormOfAsynchronousSlicesHasSteps) {
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
    EXPECT_EQ(noted(past, "steps of asynchronous slices without a beginning"), 1);
    EXPECT_EQ(noted(past, "without an end"), 1);
}

TEST(ChromeTraceAsync, CrossingAsynchronousSlicesOfOneIdAreAllShown) {
    const ImportedTrace trace =
        read_events(R"({"ph":"b","id":1,"name":"a","ts":0},{"ph":"b","id":1,"name":"b","ts":1},)"
                    R"({"ph":"e","id":1,"name":"a","ts":2},{"ph":"e","id":1,"name":"b","ts":3},)"
                    R"({"ph":"b","id":1,"name":"c","ts":4},{"ph":"e","id":1,"name":"none","ts":5})");
    EXPECT_EQ(told(trace, trace.lanes.at(0)), "a 0-2 @0, b 1-3 @1, c 4-5 @0");
    EXPECT_EQ(noted(trace, "ends of asynchronous slices without a beginning"), 1);
    expect_rows_hold_all(trace.lanes[0]);

    std::string events = R"({"ph":"X","name":"thread","ts":2000,"dur":1})";
    for (int i = 0; i < 1000; ++i)
        events +=
            R"(,{"ph":"b","name":"many","id":)" + std::to_string(i) + R"(,"ts":)" + std::to_string(i) + "}";
    const ImportedTrace many = read_events(events);
    EXPECT_EQ(many.lanes[1].rows.size(), kMostRows);
    EXPECT_EQ(noted(many, "deeper than 256 rows"), 1000 - static_cast<int64_t>(kMostRows));
}

}  // namespace
}  // namespace ringscope

// Arrows of imported traces: joined by id, from start to end.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/sessions/chrome_trace_fixture.h"

namespace ringscope {
namespace {

/// "1@0-2@5": lane and microsecond of both ends, of every arrow in the order of the sends.
std::string arrows(const ImportedTrace& trace) {
    std::vector<std::string> all;
    for (const ImportedFlow& flow : trace.flows) {
        const auto end = [&](int lane, int64_t ns) {
            return trace.lanes[static_cast<size_t>(lane)].name + "@" +
                   std::to_string((ns + trace.first_event_ns) / 1000);
        };
        all.push_back(end(flow.from_lane, flow.from_ns) + "-" + end(flow.to_lane, flow.to_ns));
    }
    std::sort(all.begin(), all.end());
    std::string text;
    for (const std::string& arrow : all) text += (text.empty() ? "" : " ") + arrow;
    return text;
}

std::string part(char phase, int tid, int ts, const std::string& id,
                 const std::string& more = R"("cat":"c","name":"n")") {
    return std::string(R"({"ph":")") + phase + R"(","pid":1,"tid":)" + std::to_string(tid) + R"(,"ts":)" +
           std::to_string(ts) + R"(,"id":)" + id + "," + more + "}";
}

ImportedTrace of(const std::vector<std::string>& events) {
    std::string text;
    for (const std::string& event : events) text += (text.empty() ? "" : ",") + event;
    return read_events(text);
}

TEST(ChromeTraceFlows, AnArrowLeadsFromItsStartToItsEndWhateverTheClocksSay) {
    const ImportedTrace trace = of({part('s', 1, 100, "5"), part('f', 2, 60, "5"), part('s', 1, 200, "6"),
                                    part('f', 2, 190, "6"), part('s', 1, 300, "7"), part('f', 2, 310, "7")});
    EXPECT_EQ(arrows(trace), "1@100-2@60 1@200-2@190 1@300-2@310");
    EXPECT_EQ(noted(trace, "arrive before they were sent"), 2);
    EXPECT_EQ(example_of(trace, "arrive before they were sent"),
              "by at most 40.0 \xC2\xB5s, from event 0 \"n\", id 5");
    const ImportedTrace steps = of({part('f', 3, 10, "5"), part('t', 2, 20, "5"), part('s', 1, 30, "5")});
    EXPECT_EQ(arrows(steps), "1@30-2@20 2@20-3@10");
}

TEST(ChromeTraceFlows, AnIdThatIsUsedAgainIsAnotherFlow) {
    const ImportedTrace again =
        of({part('s', 1, 0, "5"), part('f', 2, 3, "5"), part('s', 1, 10, "5"), part('f', 2, 12, "5")});
    EXPECT_EQ(arrows(again), "1@0-2@3 1@10-2@12");
    const ImportedTrace skewed =
        of({part('s', 1, 5, "5"), part('f', 2, 3, "5"), part('s', 1, 10, "5"), part('f', 2, 8, "5")});
    EXPECT_EQ(arrows(skewed), "1@10-2@8 1@5-2@3");
    const ImportedTrace lost =
        of({part('s', 1, 0, "5"), part('s', 1, 10, "5"), part('t', 3, 11, "5"), part('f', 2, 12, "5")});
    EXPECT_EQ(arrows(lost), "1@10-3@11 3@11-2@12");
    EXPECT_EQ(noted(lost, "one end only"), 1);
    const ImportedTrace many = of({part('s', 1, 0, "5"), part('f', 2, 4, "5"), part('f', 3, 5, "5")});
    EXPECT_EQ(arrows(many), "1@0-2@4 1@0-3@5");
    const ImportedTrace none =
        of({part('f', 2, 4, "5"), part('f', 3, 5, "5"), part('s', 3, 5, "6"), part('t', 3, 7, "8")});
    EXPECT_EQ(arrows(none), "");
    EXPECT_EQ(noted(none, "one end only"), 4);
    EXPECT_EQ(example_of(none, "one end only"), "event 0 \"n\", id 5");
}

TEST(ChromeTraceFlows, IdsAreTheSameHoweverTheyAreWritten) {
    for (const char* id : {"31", "\"31\"", "\"0x1f\"", "\"0x1F\"", "31.0", "3.1e1", "+31", "0x1f"})
        EXPECT_EQ(arrows(of({part('s', 1, 0, "31"), part('f', 2, 3, id)})), "1@0-2@3") << id;
    for (const char* id : {"32", "\"0x31\"", "\"31a\"", "31.5", "-31", "null"})
        EXPECT_EQ(arrows(of({part('s', 1, 0, "31"), part('f', 2, 3, id)})), "") << id;
    EXPECT_EQ(
        arrows(of({part('s', 1, 0, "\"0xffffffffffffffff\""), part('f', 2, 3, "18446744073709551615")})),
        "1@0-2@3");
    EXPECT_EQ(arrows(of({part('s', 1, 0, "\"a/b\""), part('f', 2, 3, "\"a/b\"")})), "1@0-2@3");
    const std::string local =
        R"({"ph":"s","pid":1,"tid":1,"ts":0,"id2":{"local":"0x7"}},{"ph":"f","pid":2,"tid":2,"ts":1,"id2":{"local":"0x7"}})";
    EXPECT_EQ(arrows(read_events(local)), "") << "of two processes";
    const std::string global =
        R"({"ph":"s","pid":1,"tid":1,"ts":0,"id2":{"global":"0x7"}},{"ph":"f","pid":2,"tid":2,"ts":1,"id2":{"global":7}})";
    EXPECT_EQ(arrows(read_events(global)), "1@0-2@1");
}

TEST(ChromeTraceFlows, EndsOfOtherNamesAreJoinedUnlessTheirOwnAreThere) {
    const std::string out = R"("cat":"c","name":"send")", in = R"("cat":"d","name":"receive")";
    const ImportedTrace names = of({part('s', 1, 0, "5", out), part('f', 2, 3, "5", in)});
    EXPECT_EQ(arrows(names), "1@0-2@3");
    EXPECT_EQ(noted(names, "differ in name or category"), 1);
    // A launch without its kernel and a backward pass without its forward pass have one id by chance.
    const std::string launch = R"("cat":"ac2g","name":"ac2g")",
                      backward = R"("cat":"fwdbwd","name":"fwdbwd")";
    const ImportedTrace chance =
        of({part('s', 1, 0, "5", launch), part('f', 2, 3, "5", backward), part('s', 1, 1, "6", launch),
            part('f', 3, 2, "6", launch), part('s', 1, 4, "7", backward), part('f', 2, 6, "7", backward)});
    EXPECT_EQ(arrows(chance), "1@1-3@2 1@4-2@6");
    EXPECT_EQ(noted(chance, "one end only"), 2);
}

TEST(ChromeTraceFlows, SlicesAreBoundByTheirId) {
    const auto slice = [](int tid, int ts, const std::string& more) {
        return R"({"ph":"X","name":"s)" + std::to_string(ts) + R"(","pid":1,"tid":)" + std::to_string(tid) +
               R"(,"ts":)" + std::to_string(ts) + R"(,"dur":2,)" + more + "}";
    };
    const ImportedTrace trace = of(
        {slice(1, 0, R"("bind_id":"0x1f","flow_out":true)"),
         slice(2, 5, R"("bind_id":31,"flow_in":true,"flow_out":true)"),
         slice(3, 9, R"("bind_id":"31","flow_in":"true")"), slice(4, 9, R"("bind_id":"31","flow_in":false)"),
         slice(4, 12, R"("bind_id":"77","flow_in":true)"), slice(4, 15, R"("bind_id":"78")")});
    EXPECT_EQ(trace.slices(), 6);
    EXPECT_EQ(trace.events, 6);
    EXPECT_EQ(arrows(trace), "1@0-2@5 2@5-3@9");
    EXPECT_EQ(noted(trace, "one end only"), 1);
    const ImportedTrace apart = of({slice(1, 0, R"("bind_id":5,"flow_out":true)"), part('f', 2, 3, "5")});
    EXPECT_EQ(arrows(apart), "") << "an id of slices is none of flows";
}

}  // namespace
}  // namespace ringscope

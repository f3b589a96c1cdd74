// A trace cannot take more memory or time than its text is worth, and no order or time in it breaks the lanes.
#include <random>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "sessions/traces/chrome_trace_events.h"
#include "sessions/traces/chrome_trace_import.h"
#include "sessions/traces/watched_text.h"
#include "tests/scratch_folder.h"

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

TEST(ChromeTraceLimits, ManyTinyEventsAreRefused) {
    const auto expect_refused = [](const std::string& text) {
        const std::string why = error_of(ErrorKind::bad_input, [&] { read_chrome_trace(text, "bomb"); });
        EXPECT_TRUE(why.starts_with("bomb: its ")) << text.substr(0, 60) << why;
        EXPECT_NE(why.find(" bytes of text need over "), std::string::npos) << why;
        EXPECT_NE(why.find(" are allowed for them"), std::string::npos) << why;
    };
    const auto number = [](int i) { return std::to_string(i); };
    constexpr int kEvents = 60'000;
    expect_refused(list_of(kEvents, [&](int i) {
        return R"({"ph":"i","name":)" + number(3 * i) + R"(,"cat":)" + number(3 * i + 1) + R"(,"id":)" +
               number(3 * i + 2) + "}";
    }));
    expect_refused(list_of(kEvents, [&](int i) { return R"({"ph":"i","ts":1,"tid":)" + number(i) + "}"; }));
    expect_refused(list_of(
        kEvents, [&](int i) { return R"({"ph":"C","ts":1,"name":)" + number(i) + R"(,"args":{"a":1}})"; }));
    expect_refused(list_of(kEvents, [&](int i) {
        return R"({"ph":"i",")" + number(3 * i) + R"(":1,")" + number(3 * i + 1) + R"(":1,")" +
               number(3 * i + 2) + R"(":1})";
    }));
    std::string members = "{";
    for (int i = 0; i < 3 * kEvents; ++i) members += (i ? ",\"" : "\"") + number(i) + "\":1";
    expect_refused(members + "}");
}

TEST(ChromeTraceLimits, ARealTraceTakesAFractionOfWhatIsAllowed) {
    const std::string text = testing::read_file(RINGSCOPE_TEST_DATA "/pytorch_profiler.json");
    TraceBudget budget("pytorch", text.size());
    read_chrome_events(text, "pytorch", budget);
    EXPECT_LT(budget.used(), static_cast<int64_t>(text.size()) * kTraceBytesPerTextByte / 2);
}

TEST(ChromeTraceLimits, OneValueThatFillsTheMemoryIsRefused) {
    const std::string text = R"([{"ph":"i","name":")" + std::string(17 << 20, 'x') + "\"}]";
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { read_chrome_trace(text, "long"); }),
              "long: one value of more than 16,777,216 bytes, as many as are allowed");
}

TEST(WatchedText, LooksUpEvery64KiB) {
    const std::string text(1 << 20, ' ');
    const std::string name = "x";
    std::stop_source source;
    WatchedText watched(text, name, source.get_token());
    size_t read = 0;
    const auto read_to = [&](size_t bytes) {
        auto at = watched.begin();
        for (read = 0; read < bytes && at != watched.end(); ++read) ++at;
    };
    read_to(100);
    source.request_stop();
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { read_to(text.size()); }), "interrupted");
    EXPECT_LT(read, WatchedText::kBlockBytes);
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

TEST(ChromeTraceTimes, TheEndsOf64BitsAreRefusedAndWhatIsAllowedFits) {
    for (const char* time : {"-9223372036854775808", "9223372036854775807", "18446744073709551615", "1e300",
                             "-1e19", "-9223372036854775808.5", "3074457345618258"})
        for (const char* member : {"ts", "dur"}) {
            const std::string text = std::string(R"([{"ph":"X","name":"a",")") + member + "\":" + time + "}]";
            const std::string why = error_of(ErrorKind::bad_input, [&] { read_chrome_trace(text, "far"); });
            EXPECT_NE(why.find("not a number of microseconds within"), std::string::npos) << text << why;
        }
    const std::string most = "3074457345618257";
    const std::string text = R"([{"ph":"X","name":"a","ts":-)" + most +
                             R"(,"dur":1},{"ph":"X","name":"a","ts":)" + most + R"(,"dur":)" + most +
                             R"(},{"ph":"b","id":1,"name":"c","ts":)" + most + "}]";
    const ImportedTrace trace = read_chrome_trace(text, "far");
    EXPECT_EQ(trace.length_ns, 3 * int64_t{3074457345618257} * 1000);
    expect_orderly_rows(trace, text);
}

}  // namespace
}  // namespace ringscope

#include "sessions/traces/trace_clock.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace ringscope {
namespace {

constexpr int64_t k2025 = 1'752'000'000'000'000'000;  // ns since 1970

TraceStart rank(int64_t number, int64_t first_event_ns, std::optional<int64_t> base = {}) {
    TraceStart start{"rank" + std::to_string(number), first_event_ns, 1000, 0};
    start.base_time_ns = base;
    start.rank = number;
    start.world_size = 4;
    return start;
}

std::vector<int64_t> begins(const std::vector<TraceStart>& traces) { return common_clock(traces).begin_ns; }

TEST(TraceClock, BaseTimesPlaceFilesOfOneJob) {
    const std::vector<TraceStart> traces{rank(0, 100'000, k2025), rank(1, -3'300'000, k2025 + 5'000'000)};
    const TraceClock clock = common_clock(traces);
    EXPECT_EQ(clock.begin_ns, (std::vector<int64_t>{0, 1'600'000}));
    EXPECT_NE(clock.source.find("baseTimeNanoseconds"), std::string::npos) << clock.source;
    EXPECT_TRUE(clock.notes.empty());
    EXPECT_EQ(begins({traces[1], traces[0]}), (std::vector<int64_t>{1'600'000, 0})) << "in any order";
}

TEST(TraceClock, TimesSince1970NeedNoBase) {
    EXPECT_EQ(begins({{"a", k2025 + 70, 10}, {"b", k2025, 10}}), (std::vector<int64_t>{70, 0}));
    EXPECT_EQ(begins({{"a", k2025 + 70, 10}, rank(0, 30, k2025)}), (std::vector<int64_t>{40, 0}))
        << "they and a base are the same clock";
    // One stray event at 0 hides from which moment the others count.
    TraceStart stray{"stray", 0, k2025 + 100, k2025 + 50};
    EXPECT_NE(common_clock(std::vector{stray, TraceStart{"b", k2025, 10}}).source.find("1970"),
              std::string::npos);
}

TEST(TraceClock, ABaseThatIsNotOf1970IsNoClockOfOthers) {
    EXPECT_EQ(begins({rank(0, 5, 1000), rank(1, 5, 1200)}), (std::vector<int64_t>{0, 200}))
        << "of each other it is";
    const TraceClock clock = common_clock(std::vector{rank(0, 5, 1000), TraceStart{"b", k2025, 10}});
    EXPECT_EQ(clock.begin_ns, (std::vector<int64_t>{0, 0}));
    EXPECT_TRUE(clock.source.starts_with("none")) << clock.source;
}

TEST(TraceClock, FilesOfOneJobKeepTheirOwnTimes) {
    EXPECT_EQ(begins({rank(0, 500), rank(1, 800), rank(2, 400)}), (std::vector<int64_t>{100, 400, 0}));
    EXPECT_EQ(begins({rank(1, 500), rank(1, 800)}), (std::vector<int64_t>{0, 0}))
        << "two recordings of one rank";
    TraceStart a{"a", 50, 10}, b{"b", 20, 10};
    EXPECT_EQ(begins({a, b}), (std::vector<int64_t>{0, 0})) << "nothing in common";
    a.job = b.job = "nightly-7";
    const TraceClock clock = common_clock(std::vector{a, b});
    EXPECT_EQ(clock.begin_ns, (std::vector<int64_t>{30, 0}));
    EXPECT_NE(clock.source.find("nightly-7"), std::string::npos);
    TraceStart other = rank(3, 800);
    other.world_size = 8;
    EXPECT_EQ(begins({rank(0, 500), other}), (std::vector<int64_t>{0, 0})) << "of another number of ranks";
}

TEST(TraceClock, SaysWhatIsNotOnTheClock) {
    const TraceClock clock =
        common_clock(std::vector{rank(0, 0, k2025), rank(1, 50, k2025), TraceStart{"loose", 7, 10}});
    EXPECT_EQ(clock.begin_ns, (std::vector<int64_t>{0, 50, 0}));
    ASSERT_EQ(clock.notes.size(), 1U);
    EXPECT_EQ(clock.notes[0].count, 1);
    EXPECT_EQ(clock.notes[0].example, "loose");
    const auto far = common_clock(std::vector{rank(0, 0, k2025), rank(1, 7'200'000'000'000, k2025)});
    ASSERT_EQ(far.notes.size(), 1U);
    EXPECT_NE(far.notes[0].text.find("more than an hour"), std::string::npos);
}

TEST(TraceClock, AddsOffsetsSetByHand) {
    std::vector<TraceStart> traces{rank(0, 0, k2025), rank(1, 0, k2025)};
    traces[0].offset_ns = -250;
    const TraceClock clock = common_clock(traces);
    EXPECT_EQ(clock.begin_ns, (std::vector<int64_t>{0, 250}));
    EXPECT_NE(clock.source.find("by hand"), std::string::npos);
}

TEST(TraceClock, TimesBeyond64BitsAreCutOff) {
    std::vector<TraceStart> traces{rank(0, INT64_MAX, INT64_MAX), rank(1, INT64_MIN, INT64_MIN)};
    traces[0].offset_ns = INT64_MAX;
    EXPECT_EQ(begins(traces), (std::vector<int64_t>{INT64_MAX, 0}));
    EXPECT_TRUE(common_clock({}).begin_ns.empty());
}

TEST(TraceClock, RanksStandInOrder) {
    EXPECT_EQ(rank_order(std::vector{rank(2, 0), rank(0, 0), rank(1, 0)}), (std::vector<size_t>{1, 2, 0}));
    EXPECT_EQ(rank_order(std::vector{rank(2, 0), rank(0, 0), rank(2, 0)}), (std::vector<size_t>{0, 1, 2}));
    EXPECT_EQ(rank_order(std::vector{rank(2, 0), TraceStart{"a"}}), (std::vector<size_t>{0, 1}));
}

TEST(TraceClock, ReadsItsPlaceFromATrace) {
    ImportedTrace trace;
    trace.name = "t";
    trace.first_event_ns = 3;
    trace.length_ns = 4;
    trace.base_time_ns = 5;
    trace.rank = 6;
    trace.world_size = 7;
    trace.job = "j";
    trace.offset_ns = 8;
    trace.dense_begin_ns = 9;
    const TraceStart start = start_of(trace);
    EXPECT_EQ(start.name + start.job, "tj");
    EXPECT_EQ((std::vector<int64_t>{start.first_event_ns, start.length_ns, *start.base_time_ns, *start.rank,
                                    *start.world_size, start.offset_ns, start.dense_begin_ns}),
              (std::vector<int64_t>{3, 4, 5, 6, 7, 8, 9}));
}

}  // namespace
}  // namespace ringscope

// Where a rank's samples lie, and which of them holds at a time.
#include "engine/analysis/memory_samples.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

Trace trace_of(const std::vector<std::pair<int, int64_t>>& rank_and_time) {
    Trace trace;
    for (const auto& [rank, time] : rank_and_time) {
        MemorySample sample;
        sample.rank = rank;
        sample.time_ns = time;
        trace.memory.push_back(sample);
    }
    return trace;
}

TEST(MemorySamples, ARanksSamplesLieTogether) {
    const Trace trace = trace_of({{0, 0}, {0, 10}, {2, 5}, {2, 15}, {2, 20}});
    EXPECT_EQ(samples_of(trace, 0).first, 0u);
    EXPECT_EQ(samples_of(trace, 0).last, 2u);
    EXPECT_EQ(samples_of(trace, 2).first, 2u);
    EXPECT_EQ(samples_of(trace, 2).last, 5u);
    for (const int rank : {-1, 1, 3}) {
        const SampleRange none = samples_of(trace, rank);
        EXPECT_EQ(none.first, none.last) << "rank " << rank;
    }
}

TEST(MemorySamples, TheNewestNotAfterTheTimeHolds) {
    const Trace trace = trace_of({{0, 0}, {1, 5}, {1, 15}, {1, 15}, {1, 20}});
    const SampleRange range = samples_of(trace, 1);
    EXPECT_EQ(sample_at(trace, range, 4.9), range.last) << "none yet";
    EXPECT_EQ(sample_at(trace, range, 5), 1u);
    EXPECT_EQ(sample_at(trace, range, 14.9), 1u);
    EXPECT_EQ(sample_at(trace, range, 15), 3u) << "the last of several at one time";
    EXPECT_EQ(sample_at(trace, range, 1e18), 4u);
}

}  // namespace
}  // namespace ringscope

#include "engine/run/metrics.h"

#include <gtest/gtest.h>

#include <random>

namespace ringscope {
namespace {

Schedule schedule_of(int ranks) {
    Schedule schedule;
    schedule.ranks = ranks;
    schedule.rank_plans.resize(static_cast<size_t>(ranks));
    schedule.flops = 4e6;
    return schedule;
}

Span span(int rank, SpanKind kind, int64_t begin_ns, int64_t end_ns, int64_t bytes = 0,
          WaitCause cause = WaitCause::none) {
    Span s;
    s.rank = rank;
    s.kind = kind;
    s.cause = cause;
    s.begin_ns = begin_ns;
    s.end_ns = end_ns;
    s.bytes = bytes;
    return s;
}

TEST(Metrics, SplitsTimeByTheFirstClassThatIsOpen) {
    Trace trace;
    trace.wall_ns = 1000;
    trace.spans = {
        span(0, SpanKind::pack, 0, 100),                             // 0-50 alone
        span(0, SpanKind::compute, 50, 400),                         // 350
        span(0, SpanKind::receive, 300, 500, 64),                    // 400-500 exposed
        span(0, SpanKind::wait, 450, 600, 0, WaitCause::late_peer),  // 500-600
        span(0, SpanKind::wait, 600, 630, 0, WaitCause::link),       // 30
        span(0, SpanKind::wait, 630, 650, 0, WaitCause::core),       // 20
        span(0, SpanKind::merge, 700, 760),                          // 60
        span(0, SpanKind::send, 650, 700, 32),                       // claims nothing
    };
    RankCounters counters;
    counters.core_seconds = 600e-9;
    counters.peak_bytes = 77;
    const Metrics metrics = derive_metrics(schedule_of(1), trace, {counters});
    const RankMetrics& rank = metrics.ranks[0];
    EXPECT_DOUBLE_EQ(rank.compute_seconds, 350e-9);
    EXPECT_DOUBLE_EQ(rank.core_seconds, 600e-9);
    EXPECT_DOUBLE_EQ(rank.pack_seconds, 50e-9);
    EXPECT_DOUBLE_EQ(rank.merge_seconds, 60e-9);
    EXPECT_DOUBLE_EQ(rank.exposed_transfer_seconds, 100e-9);
    EXPECT_DOUBLE_EQ(rank.transfer_seconds, 200e-9);
    EXPECT_DOUBLE_EQ(rank.wait_peer_seconds, 100e-9);
    EXPECT_DOUBLE_EQ(rank.wait_link_seconds, 30e-9);
    EXPECT_DOUBLE_EQ(rank.wait_core_seconds, 20e-9);
    EXPECT_DOUBLE_EQ(rank.idle_seconds, 290e-9);
    EXPECT_DOUBLE_EQ(rank.wall_seconds(), 1000e-9);
    EXPECT_EQ(rank.sent_bytes, 32);
    EXPECT_EQ(rank.received_bytes, 64);
    EXPECT_EQ(rank.peak_bytes, 77);
    EXPECT_DOUBLE_EQ(metrics.overlap_efficiency, 0.5);
    EXPECT_DOUBLE_EQ(metrics.gflops_per_second, 4e6 / 1000);
    EXPECT_EQ(metrics.bytes_on_wire, 32);
}

TEST(Metrics, BytesThatArriveWhileARankLacksACoreAreNotExposed) {
    Trace trace;
    trace.wall_ns = 100;
    trace.spans = {span(0, SpanKind::wait, 0, 60, 0, WaitCause::core), span(0, SpanKind::receive, 40, 80, 6)};
    const Metrics metrics = derive_metrics(schedule_of(1), trace, {RankCounters{}});
    EXPECT_DOUBLE_EQ(metrics.ranks[0].wait_core_seconds, 60e-9);
    EXPECT_DOUBLE_EQ(metrics.ranks[0].exposed_transfer_seconds, 20e-9);
    EXPECT_DOUBLE_EQ(metrics.overlap_efficiency, 0.5);
}

TEST(Metrics, TwoReceivesAtOnceAreOneStretchOfTransfer) {
    Trace trace;
    trace.wall_ns = 100;
    trace.spans = {span(0, SpanKind::collective, 0, 60, 5), span(0, SpanKind::receive, 20, 80, 6)};
    const RankMetrics rank = derive_metrics(schedule_of(1), trace, {RankCounters{}}).ranks[0];
    EXPECT_DOUBLE_EQ(rank.transfer_seconds, 80e-9);
    EXPECT_DOUBLE_EQ(rank.exposed_transfer_seconds, 80e-9);
    EXPECT_EQ(rank.received_bytes, 11);
}

TEST(Metrics, NothingSentHidesEverything) {
    Trace trace;
    trace.wall_ns = 100;
    trace.spans = {span(0, SpanKind::compute, 0, 100)};
    RankCounters counters;
    const Metrics metrics = derive_metrics(schedule_of(1), trace, {counters});
    EXPECT_EQ(metrics.overlap_efficiency, 1);
    EXPECT_EQ(metrics.compute_imbalance, 1);
}

TEST(Metrics, ImbalanceIsTheLargestCoreTimeOverTheMean) {
    Trace trace;
    trace.wall_ns = 10;
    std::vector<RankCounters> counters(4);
    counters[2].core_seconds = 8;
    EXPECT_DOUBLE_EQ(derive_metrics(schedule_of(4), trace, counters).compute_imbalance, 4);
    for (RankCounters& counter : counters) counter.core_seconds = 8;
    EXPECT_DOUBLE_EQ(derive_metrics(schedule_of(4), trace, counters).compute_imbalance, 1);
}

// Every class at every instant, against a nanosecond-by-nanosecond count.
TEST(Metrics, RandomSpansSumToTheWallTime) {
    std::mt19937 random(11);
    for (int repeat = 0; repeat < 200; ++repeat) {
        Trace trace;
        trace.wall_ns = 1 + static_cast<int64_t>(random() % 200);
        std::vector<int> first(static_cast<size_t>(trace.wall_ns), 7);
        for (uint32_t i = 0; i < random() % 12; ++i) {
            constexpr SpanKind kinds[] = {SpanKind::compute, SpanKind::pack, SpanKind::merge, SpanKind::wait,
                                          SpanKind::receive, SpanKind::wait, SpanKind::wait};
            constexpr WaitCause causes[] = {WaitCause::none, WaitCause::none, WaitCause::none,
                                            WaitCause::core, WaitCause::none, WaitCause::late_peer,
                                            WaitCause::link};
            const int of = static_cast<int>(random() % 7);
            const auto begin = static_cast<int64_t>(random() % 220) - 10;
            const int64_t end = begin + static_cast<int64_t>(random() % 60);
            trace.spans.push_back(span(0, kinds[of], begin, end, 0, causes[of]));
            for (int64_t t = std::max<int64_t>(0, begin); t < std::min(end, trace.wall_ns); ++t)
                first[static_cast<size_t>(t)] = std::min(first[static_cast<size_t>(t)], of);
        }
        const RankMetrics rank = derive_metrics(schedule_of(1), trace, {RankCounters{}}).ranks[0];
        const double got[] = {rank.compute_seconds,
                              rank.pack_seconds,
                              rank.merge_seconds,
                              rank.wait_core_seconds,
                              rank.exposed_transfer_seconds,
                              rank.wait_peer_seconds,
                              rank.wait_link_seconds,
                              rank.idle_seconds};
        for (int of = 0; of < 8; ++of)
            EXPECT_NEAR(got[of] * 1e9, std::count(first.begin(), first.end(), of), 1e-6) << "class " << of;
        EXPECT_NEAR(rank.wall_seconds() * 1e9, static_cast<double>(trace.wall_ns), 1e-6);
    }
}

}  // namespace
}  // namespace ringscope

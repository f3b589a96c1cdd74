// Folding loses no span, and sums over ranges equal adding span by span.
#include "engine/analysis/span_folding.h"

#include <gtest/gtest.h>

#include <random>

namespace ringscope {
namespace {

Run run_of(std::vector<Span> spans) {
    Run run;
    for (const Span& span : spans) run.trace.wall_ns = std::max(run.trace.wall_ns, span.end_ns);
    run.trace.spans = std::move(spans);
    return run;
}

std::vector<Span> random_spans(int count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Span> spans;
    int64_t now = 0;
    for (int i = 0; i < count; ++i) {
        Span span;
        span.kind = i % 5 == 4 ? SpanKind::merge : SpanKind::compute;
        span.step = i / 100;
        now += std::uniform_int_distribution<int64_t>(0, random() % 4 ? 10 : 4000)(random);
        span.begin_ns = now;
        now += std::uniform_int_distribution<int64_t>(0, random() % 8 ? 20 : 3000)(random);
        span.end_ns = now;
        spans.push_back(span);
    }
    return spans;
}

TEST(SpanFolding, EveryVisibleSpanIsInExactlyOneItem) {
    const auto run = run_of(random_spans(3000, 3));
    const TraceIndex index(run);
    const auto tracks = index.tracks_of(0, Lane::compute);
    ASSERT_EQ(tracks.size(), 1u);
    const int64_t wall = run.trace.wall_ns;
    for (const int64_t least : {int64_t{1}, int64_t{50}, int64_t{1000}, wall}) {
        for (const auto& [begin, end] : std::vector<std::pair<int64_t, int64_t>>{
                 {0, wall}, {wall / 3, wall / 2}, {wall / 2, wall / 2 + 10}}) {
            std::vector<FoldedItem> items;
            fold_track(tracks[0], begin, end, least, items);
            int64_t next = items.empty() ? 0 : items.front().first;
            for (const FoldedItem& item : items) {
                EXPECT_EQ(item.first, next);
                next = item.first + item.count;
                EXPECT_EQ(item.begin_ns, tracks[0].begin[item.first]);
                EXPECT_EQ(item.end_ns, tracks[0].end[next - 1]);
                if (item.count == 1) continue;
                for (int64_t i = item.first; i < next; ++i)
                    EXPECT_LT(tracks[0].end[i] - tracks[0].begin[i], least);
            }
            for (int64_t i = 0; i < static_cast<int64_t>(tracks[0].size()); ++i) {
                const bool visible = tracks[0].end[i] > begin && tracks[0].begin[i] < end;
                if (!visible) continue;
                EXPECT_GE(i, items.front().first);
                EXPECT_LT(i, next);
            }
        }
    }
}

TEST(SpanFolding, ItemsAreBoundedByTheWidthNotByTheSpans) {
    std::vector<Span> spans;
    for (int64_t i = 0; i < 200000; ++i) {
        Span span;
        span.begin_ns = i * 10;
        span.end_ns = i * 10 + (i % 7 ? 5 : 9);
        spans.push_back(span);
    }
    const auto run = run_of(std::move(spans));
    const TraceIndex index(run);
    std::vector<FoldedItem> items;
    const int64_t wall = run.trace.wall_ns;
    fold_track(index.tracks_of(0, Lane::compute)[0], 0, wall, 3 * wall / 1000, items);
    EXPECT_LE(items.size(), 334u);
    int64_t spans_in_items = 0;
    for (const FoldedItem& item : items) spans_in_items += item.count;
    EXPECT_EQ(spans_in_items, 200000);
}

TEST(TraceIndex, OverlappingSendsGetTracksOfTheirOwn) {
    std::vector<Span> spans(3);
    for (int i = 0; i < 3; ++i) {
        spans[i].kind = SpanKind::send;
        spans[i].begin_ns = i * 10;
        spans[i].end_ns = i * 10 + 15;
        spans[i].transfer = i;
    }
    const auto run = run_of(spans);
    const TraceIndex index(run);
    EXPECT_EQ(index.tracks_of(0, Lane::send).size(), 2u);
    EXPECT_EQ(index.span_at(0, Lane::send, 21), 2);
    EXPECT_EQ(index.statistics(0, 5, 30).time[static_cast<int>(SpanKind::send)], 10 + 15 + 10);
    EXPECT_EQ(index.statistics(0, 5, 30).spans[static_cast<int>(Lane::send)], 3);
}

TEST(TraceIndex, RangeSumsEqualAddingSpanBySpan) {
    const std::vector<Span> spans = random_spans(800, 11);
    const auto run = run_of(spans);
    const TraceIndex index(run);
    std::mt19937 random(5);
    std::uniform_int_distribution<int64_t> time(-10, run.trace.wall_ns + 10);
    for (int trial = 0; trial < 200; ++trial) {
        const int64_t a = time(random), b = time(random);
        TimeByKind expected{};
        for (const Span& span : spans) {
            const int64_t part =
                std::min(span.end_ns, std::max(a, b)) - std::max(span.begin_ns, std::min(a, b));
            expected[static_cast<int>(span.kind)] += std::max<int64_t>(part, 0);
        }
        EXPECT_EQ(index.statistics(0, std::min(a, b), std::max(a, b)).time, expected);
    }
}

TEST(TraceIndex, WaitsKeepTheirCauses) {
    std::vector<Span> spans = random_spans(600, 17);
    for (size_t i = 0; i < spans.size(); ++i) {
        spans[i].kind = SpanKind::wait;
        spans[i].cause = static_cast<WaitCause>(i * 7 % kWaitCauses);
    }
    const auto run = run_of(spans);
    const TraceIndex index(run);
    const Track& track = index.tracks_of(0, Lane::wait)[0];
    std::mt19937 random(23);
    std::uniform_int_distribution<int64_t> time(-10, run.trace.wall_ns + 10);
    for (int trial = 0; trial < 200; ++trial) {
        const int64_t a = time(random), b = time(random);
        const int64_t begin = std::min(a, b), end = std::max(a, b);
        TimeByCause expected{};
        for (const Span& span : spans)
            expected[static_cast<size_t>(span.cause)] +=
                std::max<int64_t>(std::min(span.end_ns, end) - std::max(span.begin_ns, begin), 0);
        EXPECT_EQ(waits_in(track, begin, end), expected);
        EXPECT_EQ(busy_in(track, begin, end)[static_cast<size_t>(SpanKind::wait)],
                  expected[0] + expected[1] + expected[2] + expected[3]);
    }
}

}  // namespace
}  // namespace ringscope

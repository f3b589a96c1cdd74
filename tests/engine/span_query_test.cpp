// What a query reads as, which spans match, and the statistics of a range.
#include "engine/analysis/span_query.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/analysis/range_statistics.h"
#include "engine/analysis/span_matches.h"

namespace ringscope {
namespace {

Span span(int rank, SpanKind kind, int64_t begin, int64_t end, WaitCause cause = WaitCause::none) {
    Span s;
    s.rank = rank;
    s.kind = kind;
    s.cause = cause;
    s.begin_ns = begin;
    s.end_ns = end;
    return s;
}

TEST(SpanQuery, WordsOfOneSortWidenOfDifferentSortsNarrow) {
    const SpanQuery query = read_span_query("compute merge rank=2, rank 3 >1us <2ms");
    EXPECT_EQ(query.problem, "");
    EXPECT_TRUE(query.matches(span(2, SpanKind::compute, 0, 1500)));
    EXPECT_TRUE(query.matches(span(3, SpanKind::merge, 0, 1500)));
    EXPECT_FALSE(query.matches(span(1, SpanKind::merge, 0, 1500)));
    EXPECT_FALSE(query.matches(span(2, SpanKind::pack, 0, 1500)));
    EXPECT_FALSE(query.matches(span(2, SpanKind::compute, 0, 1000))) << "longer than, not as long as";
    EXPECT_FALSE(query.matches(span(2, SpanKind::compute, 0, 2'000'000)));
}

TEST(SpanQuery, CausesAskForWaits) {
    const SpanQuery query = read_span_query("late link");
    EXPECT_TRUE(query.matches(span(0, SpanKind::wait, 0, 5, WaitCause::late_peer)));
    EXPECT_TRUE(query.matches(span(0, SpanKind::wait, 0, 5, WaitCause::link)));
    EXPECT_FALSE(query.matches(span(0, SpanKind::wait, 0, 5, WaitCause::core)));
    EXPECT_FALSE(query.matches(span(0, SpanKind::compute, 0, 5)));
}

TEST(SpanQuery, ABeginningOfAKindIsEnough) {
    EXPECT_EQ(read_span_query("comp").kinds, std::vector{SpanKind::compute});
    EXPECT_EQ(read_span_query("c").kinds, (std::vector{SpanKind::compute, SpanKind::collective}));
}

TEST(SpanQuery, WhatIsHalfTypedAsksForNothing) {
    for (const char* text : {"", "  ", "rank", "step "}) {
        EXPECT_TRUE(read_span_query(text).empty()) << text;
        EXPECT_EQ(read_span_query(text).problem, "") << text;
    }
}

TEST(SpanQuery, WhatItCannotReadItNames) {
    for (const char* text : {"foo", ">1 parsec", ">", "rank x", "rank -1", "<1e300s", "Wait"}) {
        const SpanQuery query = read_span_query(text);
        EXPECT_NE(query.problem, "") << text;
        EXPECT_NE(query.problem.find("rank N"), std::string::npos) << text;
    }
}

/// Spans of three ranks that touch or leave gaps, of all kinds.
Run random_run(unsigned seed) {
    std::mt19937 random(seed);
    Run run;
    for (int rank = 0; rank < 3; ++rank) {
        int64_t now = 0;
        for (int i = 0; i < 400; ++i) {
            const auto kind = static_cast<SpanKind>(random() % kSpanKinds);
            const auto cause =
                kind == SpanKind::wait ? static_cast<WaitCause>(1 + random() % 3) : WaitCause::none;
            const int64_t end = now + 1 + static_cast<int64_t>(random() % 5000);
            run.trace.spans.push_back(span(rank, kind, now, end, cause));
            now = end + static_cast<int64_t>(random() % 100);
        }
        run.trace.wall_ns = std::max(run.trace.wall_ns, now);
    }
    return run;
}

TEST(SpanMatches, NextVisitsEachMatchOnceInOrderOfTime) {
    const auto run = random_run(3);
    const TraceIndex index(run);
    const SpanQuery query = read_span_query("wait >1us");
    const SpanMatches matches(run.trace, index, query);
    int64_t wanted = 0;
    for (const Span& s : run.trace.spans) wanted += query.matches(s) ? 1 : 0;
    ASSERT_GT(wanted, 10);
    EXPECT_EQ(matches.count(), wanted);
    int at = matches.neighbour(run.trace, -1, -1, 1);
    const int first = at;
    for (int64_t i = 0; i < wanted; ++i) {
        EXPECT_TRUE(matches.contains(at));
        EXPECT_EQ(matches.place_of(run.trace, at), i);
        const int next = matches.neighbour(run.trace, at, 0, 1);
        if (i + 1 < wanted) {
            EXPECT_EQ(matches.neighbour(run.trace, next, 0, -1), at);
        }
        at = next;
    }
    EXPECT_EQ(at, first) << "after the last comes the first";
}

TEST(SpanMatches, FoldedSpansKnowHowManyMatch) {
    const auto run = random_run(4);
    const TraceIndex index(run);
    const SpanQuery query = read_span_query("merge rank 1");
    const SpanMatches matches(run.trace, index, query);
    int64_t found = 0;
    for (int rank = 0; rank < 3; ++rank)
        for (const Track& track : index.tracks_of(rank, Lane::compute)) {
            const auto half = static_cast<int64_t>(track.size() / 2);
            found += matches.in_track(track, 0, half);
            found += matches.in_track(track, half, static_cast<int64_t>(track.size()) - half);
        }
    EXPECT_EQ(found, matches.count());
    EXPECT_GT(found, 0);
}

TEST(RangeStatistics, EqualAddingSpanBySpan) {
    const auto run = random_run(5);
    const TraceIndex index(run);
    const int64_t begin = run.trace.wall_ns / 3, end = run.trace.wall_ns / 2;
    for (const int rank : {-1, 1}) {
        int64_t kinds = 0;
        for (const KindStatistics& kind : range_statistics(run.trace, index, begin, end, rank)) {
            KindStatistics wanted;
            for (const Span& s : run.trace.spans) {
                if (s.kind != kind.kind || s.cause != kind.cause || (rank >= 0 && s.rank != rank)) continue;
                const int64_t length = std::min(s.end_ns, end) - std::max(s.begin_ns, begin);
                if (length <= 0) continue;
                ++wanted.count;
                wanted.total_ns += length;
                wanted.longest_ns = std::max(wanted.longest_ns, length);
            }
            EXPECT_EQ(kind.count, wanted.count) << kind.name();
            EXPECT_EQ(kind.total_ns, wanted.total_ns) << kind.name();
            EXPECT_EQ(kind.longest_ns, wanted.longest_ns) << kind.name();
            EXPECT_NEAR(kind.share,
                        static_cast<double>(wanted.total_ns) /
                            (static_cast<double>(end - begin) * (rank < 0 ? 3 : 1)),
                        1e-12);
            ++kinds;
        }
        EXPECT_EQ(kinds, 9) << "six kinds, and waits by three causes";
    }
}

TEST(RangeStatistics, MedianAndLongestEqualSortingTheLengths) {
    std::mt19937 random(7);
    for (const int count : {1, 2, 7, 40}) {
        ringscope::Run run;
        int64_t now = 0;
        std::vector<int64_t> lengths;
        for (int i = 0; i < count; ++i) {
            Span span;
            span.kind = SpanKind::compute;
            span.begin_ns = now += 5;
            lengths.push_back(std::uniform_int_distribution<int64_t>(1, 1000)(random));
            span.end_ns = now += lengths.back();
            run.trace.spans.push_back(span);
        }
        run.trace.wall_ns = now;
        const TraceIndex index(run);
        const auto found = range_statistics(run.trace, index, 0, now);
        ASSERT_EQ(found.size(), 1u);
        std::vector<int64_t> sorted = lengths;
        std::sort(sorted.begin(), sorted.end());
        const size_t half = sorted.size() / 2;
        const int64_t median =
            sorted.size() % 2 ? sorted[half] : sorted[half - 1] + (sorted[half] - sorted[half - 1]) / 2;
        EXPECT_EQ(found[0].median_ns, median);
        EXPECT_EQ(found[0].longest_ns, sorted.back());
        EXPECT_EQ(lengths[static_cast<size_t>(found[0].longest_span)], sorted.back());
    }
}

}  // namespace
}  // namespace ringscope

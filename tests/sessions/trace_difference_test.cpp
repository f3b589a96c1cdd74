// Totals by name of traces, and what differs between them: the values, the order, and the cause below its parent.
#include "sessions/traces/trace_difference.h"

#include <gtest/gtest.h>

#include "sessions/traces/own_time.h"
#include "tests/sessions/made_trace.h"

namespace ringscope {
namespace {

const NameDifference& named(const TraceDifference& difference, const std::string& name,
                            const std::string& category = "") {
    for (const NameDifference& found : difference.names)
        if (found.name == name && found.category == category) return found;
    ADD_FAILURE() << name << " is missing";
    return difference.names.front();
}

std::vector<int64_t> own_times(const ImportedTrace& trace) {
    std::vector<int64_t> own(trace.lanes[0].slices.size());
    visit_own_time(trace.lanes[0], [&](size_t slice, int64_t begin, int64_t end, const auto&) {
        EXPECT_LT(begin, end);
        own[slice] += end - begin;
    });
    return own;
}

TEST(OwnTime, LeavesOutWhatRanInside) {
    const auto nested = MadeTrace("t").lane("p", "l").slice("a", 0, 12).slice("b", 3, 9).slice("c", 5, 7);
    EXPECT_EQ(own_times(nested.trace()), (std::vector<int64_t>{6, 4, 2}));
    const auto apart = MadeTrace("t").lane("p", "l").slice("a", 2, 4).slice("b", 4, 4).slice("c", 8, 9);
    EXPECT_EQ(own_times(apart.trace()), (std::vector<int64_t>{2, 0, 1}));
}

TEST(OwnTime, GivesNoMomentTwiceWhereSlicesCross) {
    // a 0-10, b 5-8, c 7-12: c has 7-12, b 5-7, a the rest.
    const auto crossing = MadeTrace("t").lane("p", "l").slice("a", 0, 10).slice("b", 5, 8).slice("c", 7, 12);
    EXPECT_EQ(own_times(crossing.trace()), (std::vector<int64_t>{5, 2, 5}));
    // d ends before a, which goes on alone.
    const auto longer = MadeTrace("t").lane("p", "l").slice("a", 0, 20).slice("b", 5, 8).slice("d", 7, 12);
    EXPECT_EQ(own_times(longer.trace()), (std::vector<int64_t>{13, 2, 5}));
}

TEST(TraceDifference, HasTheFiguresOfEachNameInEachTrace) {
    const auto before =
        MadeTrace("a").lane("p", "l").slice("gemm", 0, 10).slice("gemm", 20, 24).slice("gemm", 30, 37);
    const auto after =
        MadeTrace("b").lane("p", "l").slice("gemm", 0, 20).slice("gemm", 20, 28).slice("gemm", 30, 44);
    const TraceDifference difference = trace_difference({before.shared(), after.shared()});
    ASSERT_EQ(difference.names.size(), 1u);
    const NameDifference& gemm = difference.names[0];
    EXPECT_EQ(gemm.in[0].slices, 3);
    EXPECT_EQ(gemm.in[0].total_ns, 21);
    EXPECT_EQ(gemm.in[0].own_ns, 21);
    EXPECT_EQ(gemm.in[0].least_ns, 4);
    EXPECT_EQ(gemm.in[0].most_ns, 10);
    EXPECT_DOUBLE_EQ(gemm.in[0].mean_ns, 7);
    EXPECT_DOUBLE_EQ(gemm.in[0].median_ns, 7);
    EXPECT_DOUBLE_EQ(gemm.in[0].deviation_ns, 3);  // of 10, 4, 7
    EXPECT_DOUBLE_EQ(gemm.in[1].deviation_ns, 6);  // of 20, 8, 14
    EXPECT_EQ(gemm.own_change_ns(), 21);
    EXPECT_DOUBLE_EQ(gemm.mean_change_ns(), 7);
    // Welch: variance 3 + 12, freedom 15^2 / (9 / 2 + 144 / 2) = 2.941, t = 3.216 from a table: 12.45.
    EXPECT_NEAR(gemm.mean_change_error_ns().value_or(0), 12.45, 12.45 * 0.04);
    EXPECT_EQ(difference.own_ns, (std::vector<int64_t>{21, 42}));
}

TEST(TraceDifference, NamesTheCauseBeforeItsParents) {
    const auto before =
        MadeTrace("a").lane("p", "l").slice("step", 0, 100).slice("forward", 0, 60).slice("softmax", 10, 30);
    const auto after =
        MadeTrace("b").lane("p", "l").slice("step", 0, 150).slice("forward", 0, 110).slice("softmax", 10, 80);
    const TraceDifference difference = trace_difference({before.shared(), after.shared()});
    EXPECT_EQ(difference.names[0].name, "softmax");
    EXPECT_EQ(difference.names[0].own_change_ns(), 50);
    EXPECT_EQ(named(difference, "step").total_change_ns(), 50);
    EXPECT_EQ(named(difference, "step").own_change_ns(), 0);
    const std::string headline = difference_headline({before.shared(), after.shared()}, difference);
    EXPECT_EQ(headline,
              "b is 50.0% longer than a (150 ns, 100 ns). Grew most: 'softmax' +50.0 ns (mean 20.0 ns, then "
              "70.0 ns).");
}

TEST(TraceDifference, KeepsNamesThatOnlyOneTraceHas) {
    const auto before = MadeTrace("a").lane("p", "l").slice("old", 0, 9).slice("same", 10, 20);
    const auto after = MadeTrace("b").lane("p", "l").slice("new", 0, 7).slice("same", 10, 20);
    const ImportedTraces traces{before.shared(), after.shared()};
    const TraceDifference difference = trace_difference(traces);
    EXPECT_EQ(difference.names[0].name, "old");
    EXPECT_FALSE(difference.names[0].in_all());
    EXPECT_EQ(difference.names[1].name, "new");
    EXPECT_EQ(named(difference, "old").in[1].slices, 0);
    EXPECT_TRUE(named(difference, "same").in_all());
    EXPECT_EQ(
        difference_headline(traces, difference),
        "b is as long as a (20.0 ns, 20.0 ns). Grew most: 'new' +7.00 ns (new). Shrank most: 'old' -9.00 "
        "ns (gone).");
}

TEST(TraceDifference, PartsCategoriesAndComparesEveryTraceWithTheFirst) {
    const auto one = MadeTrace("1").lane("p", "l").slice("copy", 0, 5, "cpu").slice("copy", 5, 9, "gpu");
    const auto two = MadeTrace("2").lane("p", "l").slice("copy", 0, 6, "cpu").slice("copy", 6, 9, "gpu");
    const auto three = MadeTrace("3").lane("p", "l").slice("copy", 0, 5, "cpu").slice("copy", 5, 25, "gpu");
    const TraceDifference difference = trace_difference({one.shared(), two.shared(), three.shared()});
    EXPECT_EQ(difference.names[0].category, "gpu");
    EXPECT_EQ(difference.names[0].trace, 2u);
    EXPECT_EQ(difference.names[0].own_change_ns(), 16);
    EXPECT_EQ(named(difference, "copy", "cpu").trace, 1u);
    EXPECT_EQ(named(difference, "copy", "cpu").own_change_ns(), 1);
    EXPECT_FALSE(difference.names[0].mean_change_error_ns().has_value()) << "one slice has no spread";
}

TEST(TraceDifference, OrdersOneTraceByOwnTime) {
    const ImportedTraces one{MadeTrace("a")
                                 .lane("p", "l")
                                 .slice("outer", 0, 100)
                                 .slice("x", 0, 75)
                                 .lane("p", "m")
                                 .slice("y", 0, 25)
                                 .shared()};
    const TraceDifference difference = trace_difference(one);
    EXPECT_EQ(difference.names[0].name, "x");
    EXPECT_EQ(difference.names[0].trace, 0u);
    EXPECT_EQ(difference.own_ns, std::vector<int64_t>{125});
    EXPECT_TRUE(difference_headline(one, difference).starts_with("Most time went into 'x' (60%, 75.0 ns)"))
        << difference_headline(one, difference);
    EXPECT_EQ(difference_headline({MadeTrace("e").shared()}, trace_difference({MadeTrace("e").shared()})),
              "");
}

TEST(TraceDifference, HasNoHeadlineForWhatMayBeChance) {
    const auto before = MadeTrace("a").lane("p", "l").slice("x", 0, 10).slice("x", 20, 24).slice("x", 30, 37);
    const auto after = MadeTrace("b").lane("p", "l").slice("x", 0, 11).slice("x", 20, 25).slice("x", 30, 37);
    const ImportedTraces traces{before.shared(), after.shared()};
    EXPECT_EQ(difference_headline(traces, trace_difference(traces)),
              "b is as long as a (37.0 ns, 37.0 ns). No name changed by more than its slices vary.");
    // Nor for steps, which say when and not what.
    const auto late = MadeTrace("c").lane("p", "l").slice("ProfilerStep#1", 0, 90, "user_annotation");
    const ImportedTraces steps{
        MadeTrace("e").lane("p", "l").slice("ProfilerStep#1", 0, 50, "user_annotation").shared(),
        late.shared()};
    EXPECT_EQ(difference_headline(steps, trace_difference(steps)).find("ProfilerStep"), std::string::npos);
}

TEST(TraceDifference, PutsTheSpanOfTheRecordingLast) {
    const auto one = MadeTrace("a")
                         .lane("p", "l")
                         .slice("gemm", 0, 5)
                         .lane("p", "Spans")
                         .slice("PyTorch Profiler (0)", 0, 90, "Trace");
    const TraceDifference difference = trace_difference({one.shared()});
    EXPECT_EQ(difference.names.back().name, "PyTorch Profiler (0)");
    EXPECT_EQ(difference.own_ns[0], 5);
    EXPECT_EQ(difference_headline({one.shared()}, difference), "Most time went into 'gemm' (100%, 5.00 ns).");
}

TEST(TraceDifference, GroupsNamesThatDifferInNumbersAndTemplateArguments) {
    EXPECT_EQ(grouped_name("void at::native::vectorized_kernel<4, F<int>>(int, std::array<char*, 2>)"),
              "at::native::vectorized_kernel");
    EXPECT_EQ(grouped_name("void (anonymous namespace)::softmax<float, 8>(float*)"),
              "(anonymous namespace)::softmax");
    EXPECT_EQ(grouped_name("ProfilerStep#12"), "ProfilerStep#N");
    EXPECT_EQ(grouped_name("triton_poi_fused_add_0"), "triton_poi_fused_add_N");
    EXPECT_EQ(grouped_name("compute step 3"), "compute step N");
    EXPECT_EQ(grouped_name("sm90_xmma_gemm_f32f32"), "sm90_xmma_gemm_f32f32");
    EXPECT_EQ(grouped_name("ampere_sgemm_128x64_tn"), "ampere_sgemm_128x64_tn");
    EXPECT_EQ(grouped_name("operator<(a)"), "operator<");
    EXPECT_EQ(grouped_name("a < b"), "a < b");
    EXPECT_EQ(grouped_name("<module>"), "<module>");
    const auto steps = MadeTrace("a").lane("p", "l").slice("step 1", 0, 5).slice("step 2", 5, 9);
    const TraceDifference difference = trace_difference({steps.shared()}, NameRule::grouped);
    ASSERT_EQ(difference.names.size(), 1u);
    EXPECT_EQ(difference.names[0].in[0].slices, 2);
    EXPECT_EQ(difference.names[0].in[0].own_ns, 9);
}

TEST(TraceDifference, HoldsThousandsOfNamesAndTimesBeyondAnyClock) {
    MadeTrace many("many");
    many.lane("p", "l");
    for (int i = 0; i < 3000; ++i) many.slice("name " + std::to_string(i), i * 10, i * 10 + i % 10);
    const TraceDifference difference = trace_difference({many.shared(), many.shared()});
    EXPECT_EQ(difference.names.size(), 3000u);
    EXPECT_EQ(difference.names[0].own_change_ns(), 0);
    const auto long_ones =
        MadeTrace("long").lane("p", "l").slice("x", 0, INT64_MAX).lane("p", "m").slice("x", 0, INT64_MAX);
    EXPECT_EQ(trace_difference({long_ones.shared()}).names[0].in[0].total_ns, INT64_MAX);
}

}  // namespace
}  // namespace ringscope

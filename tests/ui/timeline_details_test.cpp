// What stands below the timeline's lanes, and what can be asked of a selected span: its kind's longest, its
// range, its text.
#include "tests/ui/views_fixture.h"
#include "ui/views/timeline/timeline_frame.h"

namespace ringscope {
namespace {

const ImVec2 kHigh{1200, 1000};

TEST(FoldText, NamesTheCausesOfFoldedWaits) {
    ringscope::Run run;
    for (const WaitCause cause : {WaitCause::late_peer, WaitCause::link, WaitCause::core}) {
        Span span;
        span.kind = SpanKind::wait;
        span.cause = cause;
        span.begin_ns = run.trace.wall_ns + 1;
        span.end_ns = run.trace.wall_ns = span.begin_ns + 10;
        run.trace.spans.push_back(span);
    }
    const TraceIndex index(run);
    const Track& track = index.tracks_of(0, Lane::wait)[0];
    std::vector<FoldedItem> items;
    fold_track(track, 0, run.trace.wall_ns, run.trace.wall_ns, items);
    ASSERT_EQ(items.size(), 1u);
    const std::string text = fold_text(run, track, items[0]);
    for (const WaitCause cause : {WaitCause::late_peer, WaitCause::link, WaitCause::core})
        EXPECT_NE(text.find(name_of_wait(cause)), std::string::npos) << text;
}

TEST_F(Views, DetailsStandBelowTheLanesWhereThereIsRoom) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    frame(View::timeline, plan, run, {900, 400});
    EXPECT_EQ(items_.find("timeline/details"), nullptr) << "four ranks fill it";
    frame(View::timeline, plan, run, kHigh);
    ASSERT_NE(items_.find("timeline/details"), nullptr);
    EXPECT_NE(items_.find("timeline/details/hint"), nullptr);
    click(View::timeline, plan, run, kHigh, centre_of("timeline/rank 1/compute step 0"));
    ASSERT_GE(selection_.selected.span, 0);
    frame(View::timeline, plan, run, kHigh);
    EXPECT_EQ(items_.find("timeline/details/hint"), nullptr);
    EXPECT_NE(items_.find("timeline/details")->text.find("compute, rank 1, step 0"), std::string::npos);
}

TEST_F(Views, AClickOnAKindsRowGoesToItsLongestSpan) {
    testing::FixtureOptions options;
    options.slowness = 3;
    const auto run = testing::make_fixture_run(default_experiment(), options);
    const auto plan = run->schedule;
    frame(View::timeline, plan, run, kHigh);
    click(View::timeline, plan, run, kHigh, centre_of("timeline/statistics/compute"));
    ASSERT_GE(selection_.selected.span, 0);
    const auto length = [&](int span) {
        const Span& of = run->trace.spans[static_cast<size_t>(span)];
        return of.end_ns - of.begin_ns;
    };
    for (size_t i = 0; i < run->trace.spans.size(); ++i)
        if (run->trace.spans[i].kind == SpanKind::compute) {
            EXPECT_LE(length(static_cast<int>(i)), length(selection_.selected.span));
        }
    EXPECT_EQ(run->trace.spans[static_cast<size_t>(selection_.selected.span)].kind, SpanKind::compute);
}

TEST_F(Views, ASelectedSpanIsMeasuredCopiedAndHeldAgainstTheLongestOfItsKind) {
    testing::FixtureOptions options;
    options.slowness = 3;
    const auto run = testing::make_fixture_run(default_experiment(), options);
    const auto plan = run->schedule;
    frame(View::timeline, plan, run, kHigh);
    Prediction prediction = predict(*plan);
    ViewContext context{.plan = plan,
                        .prediction = &prediction,
                        .run = run,
                        .run_index = index_of(run),
                        .run_is_current = true,
                        .selection = selection_,
                        .clock = clock_,
                        .items = items_,
                        .theme = theme_};
    EXPECT_NE(timeline_.copied_text(context).find("compute\t"), std::string::npos) << "the whole run's";

    click(View::timeline, plan, run, kHigh, centre_of("timeline/rank 0/compute step 0"));
    const int first = selection_.selected.span;
    ASSERT_GE(first, 0);
    EXPECT_NE(timeline_.copied_text(context).find("compute, rank 0, step 0"), std::string::npos);
    ViewActions longest;
    longest.longest = true;
    frame(View::timeline, plan, run, kHigh, longest);
    EXPECT_NE(selection_.selected.span, first) << "the last rank is the slow one";
    EXPECT_EQ(selection_.selected.rank, 3);
    ViewActions measure;
    measure.measure = true;
    frame(View::timeline, plan, run, kHigh, measure);
    const Span& span = run->trace.spans[static_cast<size_t>(selection_.selected.span)];
    ASSERT_TRUE(timeline_.measured.has_value());
    EXPECT_EQ(*timeline_.measured, (TimelineView::Range{span.begin_ns, span.end_ns}));
    const std::string table = timeline_.copied_text(context);
    EXPECT_EQ(table.rfind("span\ttotal ns\t", 0), 0u) << table;
    EXPECT_NE(table.find(std::to_string(span.end_ns - span.begin_ns)), std::string::npos) << table;
}

TEST_F(Views, AComputeSpansChunkIsFollowedBackToItsSenderAndOnToTheNextRank) {
    const auto run = testing::make_fixture_run(default_experiment());
    const auto plan = run->schedule;
    frame(View::timeline, plan, run, kHigh);
    ViewActions sender, receiver;
    sender.follow_sender = receiver.follow_receiver = true;
    int followed_back = 0, followed_on = 0;
    for (size_t i = 0; i < run->trace.spans.size(); ++i) {
        const Span& span = run->trace.spans[i];
        if (span.kind != SpanKind::compute || span.owner < 0) continue;
        const Target from = target_of(run->trace, static_cast<int>(i));
        selection_.selected = from;
        frame(View::timeline, plan, run, kHigh, sender);
        const Span& sent = run->trace.spans[static_cast<size_t>(selection_.selected.span)];
        if (span.owner == span.rank) {
            EXPECT_EQ(selection_.selected, from) << "its own keys came from nobody";
        } else {
            EXPECT_EQ(sent.kind, SpanKind::send);
            EXPECT_EQ(sent.peer, span.rank);
            EXPECT_EQ(plan->transfers[static_cast<size_t>(sent.transfer)].step, span.step);
            ++followed_back;
        }
        selection_.selected = from;
        frame(View::timeline, plan, run, kHigh, receiver);
        const Span& got = run->trace.spans[static_cast<size_t>(selection_.selected.span)];
        if (selection_.selected == from) continue;  // nobody needs the chunk after this rank
        EXPECT_EQ(got.kind, SpanKind::receive);
        EXPECT_EQ(got.peer, span.rank);
        ++followed_on;
    }
    EXPECT_GT(followed_back, 0);
    EXPECT_GT(followed_on, 0);
}

TEST_F(Views, RanksAreSortedAndMovedToTheTop) {
    testing::FixtureOptions options;
    options.slowness = 3;  // of rank 3
    const auto run = testing::make_fixture_run(default_experiment(), options);
    const auto plan = run->schedule;
    const auto press = [&](bool ViewActions::*which) {
        ViewActions actions;
        if (which) actions.*which = true;
        frame(View::timeline, plan, run, kHigh, actions);
        frame(View::timeline, plan, run, kHigh);
    };
    const auto top_of = [&](int rank) { return items_.find("timeline/rank " + std::to_string(rank))->min.y; };
    press(nullptr);
    EXPECT_LT(top_of(0), top_of(3));
    press(&ViewActions::sort_ranks);  // most compute first
    for (int rank = 0; rank < 3; ++rank) EXPECT_LT(top_of(3), top_of(rank));
    press(&ViewActions::sort_ranks);  // most wait first
    for (const int place : {0, 1, 2}) {
        const auto wait = [&](int at) {
            return run->metrics.ranks[static_cast<size_t>(timeline_.order.ranks()[static_cast<size_t>(at)])]
                .wait_seconds();
        };
        EXPECT_GE(wait(place), wait(place + 1));
    }
    press(&ViewActions::sort_ranks);  // by number again
    selection_.selected = {};
    selection_.selected.rank = 2;
    press(&ViewActions::rank_to_top);
    EXPECT_LT(top_of(2), top_of(0));
    EXPECT_LT(top_of(0), top_of(1));
    EXPECT_EQ(items_.find("timeline/rank 2")->text, "rank 2 ^");
    // What is drawn is where it is hit.
    click(View::timeline, plan, run, kHigh, centre_of("timeline/rank 2/compute step 0"));
    EXPECT_EQ(selection_.selected.rank, 2);
    press(&ViewActions::rank_to_top);
    EXPECT_LT(top_of(0), top_of(2));
}

}  // namespace
}  // namespace ringscope

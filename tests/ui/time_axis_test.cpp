// Zooming, panning and ticks of the axis that the timeline and the memory view share.
#include "ui/widgets/time_axis.h"

#include <gtest/gtest.h>

#include "ui/views/run_clock.h"

namespace ringscope {
namespace {

TEST(TimeAxis, ZoomKeepsTheTimeUnderTheCursorAndStaysInside) {
    Clock clock;
    fit_view_range(clock, 1000000);
    EXPECT_EQ(clock.view_begin_ns, 0);
    EXPECT_EQ(clock.view_end_ns, 1000000);
    zoom_view_range(clock, 1000000, 250000, 0.5);
    EXPECT_EQ(clock.view_begin_ns, 125000);
    EXPECT_EQ(clock.view_end_ns, 625000);
    pan_view_range(clock, 1000000, 1e12);
    EXPECT_EQ(clock.view_end_ns, 1000000);
    for (int i = 0; i < 200; ++i) zoom_view_range(clock, 1000000, 700000, 0.5);
    EXPECT_EQ(clock.view_end_ns - clock.view_begin_ns, kMinViewNs);
    for (int i = 0; i < 200; ++i) zoom_view_range(clock, 1000000, 700000, 2);
    EXPECT_EQ(clock.view_end_ns - clock.view_begin_ns, 1000000);
    fit_view_range(clock, 0);
    EXPECT_EQ(clock.view_end_ns, kMinViewNs);
}

TEST(TimeAxis, TicksAreRoundAndFarEnoughApart) {
    for (const int64_t length : {int64_t{10}, int64_t{12345}, int64_t{7654321}, int64_t{90000000000}}) {
        const TimeAxis axis{length / 7, length / 7 + length, 100, 900};
        const auto ticks = time_ticks(axis, 80);
        ASSERT_FALSE(ticks.empty());
        for (size_t i = 1; i < ticks.size(); ++i) {
            EXPECT_GE(axis.x_of(static_cast<double>(ticks[i].time_ns)) -
                          axis.x_of(static_cast<double>(ticks[i - 1].time_ns)),
                      79.5f);
            EXPECT_NE(ticks[i].label, ticks[i - 1].label);
        }
    }
}

}  // namespace
}  // namespace ringscope

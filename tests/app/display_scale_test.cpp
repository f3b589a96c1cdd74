// Letters are legible on fine monitors and in large pictures, and a monitor's wrong size does no harm.
#include "app/window/display_scale.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

TEST(DisplayScale, FollowsTheDesktopFirst) {
    EXPECT_EQ(display_scale(2, 3840, 600), 2);
    EXPECT_EQ(display_scale(1.25f, 3840, 600), 1.25f);
}

TEST(DisplayScale, FollowsTheMonitorsDensityWhereTheDesktopSaysNothing) {
    EXPECT_EQ(display_scale(1, 1920, 527), 1) << "24 inches, full HD";
    EXPECT_EQ(display_scale(1, 2560, 597), 1) << "27 inches, 1440 lines";
    EXPECT_EQ(display_scale(1, 3840, 597), 1.5f) << "27 inches, 4K";
    EXPECT_EQ(display_scale(1, 3840, 344), 2) << "a laptop's 4K";
    EXPECT_EQ(display_scale(1, 3840, 1210), 1) << "55 inches, 4K";
}

TEST(DisplayScale, DoesNotTrustASizeThatCannotBe) {
    EXPECT_EQ(display_scale(1, 3840, 0), 1);
    EXPECT_EQ(display_scale(1, 1920, 160), 1);
    EXPECT_EQ(display_scale(1, 0, 600), 1);
}

TEST(PictureScale, LaysLargePicturesOutAsFullHd) {
    EXPECT_EQ(picture_scale(1280, 720), 1);
    EXPECT_EQ(picture_scale(1920, 1080), 1);
    EXPECT_EQ(picture_scale(2560, 1440), 1.25f);
    EXPECT_EQ(picture_scale(3840, 2160), 2);
    EXPECT_EQ(picture_scale(3840, 1080), 1) << "wide, not high";
    EXPECT_EQ(picture_scale(16384, 16384), 3);
}

}  // namespace
}  // namespace ringscope

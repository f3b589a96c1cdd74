// The selection goes back and forth, by keys and by the thumb's mouse buttons, and starts afresh with a run.
#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"

namespace ringscope::testing {
namespace {

const int kBack = pressed_key(kKeyLeft, kModAlt);
const int kForward = pressed_key(kKeyRight, kModAlt);

/// What the ring says of the selected rank: "...; rank 2 computes on chunk 2".
std::string told(const NullWindow& window) {
    const std::string words = window.text("ring/words");
    const size_t at = words.find("; rank ");
    return at == std::string::npos ? "" : words.substr(at + 7, 1);
}

TEST(SelectionHistory, GoesBackAndForthInAllViews) {
    NullWindow window({1920, 1080});
    window.in.run = make_fixture_run(default_experiment());
    window.frames(3);
    ASSERT_TRUE(window.click("ring/rank 1"));
    ASSERT_TRUE(window.click("ring/rank 2"));
    EXPECT_EQ(told(window), "2");
    window.key(kBack);
    EXPECT_EQ(told(window), "1");
    window.key(kBack);
    EXPECT_EQ(told(window), "") << "nothing was selected at first";
    window.key(kForward);
    window.key(kForward);
    EXPECT_EQ(told(window), "2");
    feed_mouse_button(3, true);
    window.frames(2);
    feed_mouse_button(3, false);
    window.frames(2);
    EXPECT_EQ(told(window), "1");
    feed_mouse_button(4, true);
    window.frames(2);
    feed_mouse_button(4, false);
    window.frames(2);
    EXPECT_EQ(told(window), "2");
}

TEST(SelectionHistory, ForgetsWhatWasSelectedInAnotherRun) {
    NullWindow window({1920, 1080});
    window.in.run = make_fixture_run(default_experiment());
    window.frames(3);
    ASSERT_TRUE(window.click("ring/rank 1"));
    ASSERT_TRUE(window.click("ring/rank 2"));
    window.in.run = make_fixture_run(default_experiment());
    window.frames(3);
    window.key(kBack);
    EXPECT_EQ(told(window), "2");
}

}  // namespace
}  // namespace ringscope::testing

// Where the time went, as the window shows it: sentences, bars, the table of ranks.
#include <gtest/gtest.h>

#include "engine/analysis/stragglers.h"
#include "engine/analysis/waterfall.h"
#include "engine/base/number_text.h"
#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"

namespace ringscope::testing {
namespace {

std::shared_ptr<ringscope::Run> slow_run() {
    FixtureOptions slow;
    slow.slowness = 3;
    return make_fixture_run(find_scenario("Ring (V3)")->experiment, slow);
}

TEST(WaterfallView, ShowsEveryCauseAndBothSentences) {
    NullWindow window({1280, 720});
    window.in.run = slow_run();
    window.key(pressed_key(kKey1 + 5, kModAlt));
    window.frames(2);
    const auto fall = waterfall(*window.in.run);
    ASSERT_TRUE(fall);
    EXPECT_EQ(window.text("waterfall/sentence"), fall->sentence);
    EXPECT_EQ(window.text("waterfall/stragglers"), stragglers(*window.in.run).sentence);
    EXPECT_EQ(window.text("waterfall/ideal"), seconds_text(fall->ideal_seconds));
    for (const WaterfallBar& bar : fall->bars)
        EXPECT_TRUE(window.item(std::string("waterfall/") + name_of(bar.cause))) << name_of(bar.cause);
    EXPECT_EQ(window.text("waterfall/wall"), seconds_text(fall->wall_seconds));
    ASSERT_TRUE(window.click("waterfall/table"));
    EXPECT_FALSE(window.item("waterfall/ideal"));
    EXPECT_TRUE(window.item("waterfall/rank 3"));
}

/// What is selected shows in the timeline's account of a rank.
TEST(WaterfallView, AClickSelectsTheRank) {
    NullWindow window({1280, 900});
    window.in.run = slow_run();
    ASSERT_TRUE(window.ui->show_view("waterfall"));
    window.frames(2);
    ASSERT_TRUE(window.click("waterfall/rank 2"));
    ASSERT_TRUE(window.ui->show_view("timeline"));
    window.frames(2);
    EXPECT_NE(window.text("timeline/details").find("rank 2"), std::string::npos)
        << window.text("timeline/details");
}

TEST(WaterfallView, SaysWhyThereIsNothingAndDrawsAtEverySize) {
    FixtureOptions failed;
    failed.state = RunState::failed;
    for (const auto& run :
         {std::shared_ptr<ringscope::Run>(), slow_run(), make_fixture_run(default_experiment()),
          make_fixture_run(default_experiment(), failed)})
        for (const ImVec2 size : {ImVec2{200, 120}, ImVec2{640, 360}, ImVec2{1920, 1080}}) {
            NullWindow window(size);
            window.in.run = run;
            ASSERT_TRUE(window.ui->show_view("waterfall"));
            window.frames(3);
            EXPECT_EQ(window.drawing_fault(), "");
            const bool shown = run && run->state == RunState::done;
            EXPECT_EQ(window.item("waterfall/sentence") != nullptr, shown && size.x > 200);
        }
}

}  // namespace
}  // namespace ringscope::testing

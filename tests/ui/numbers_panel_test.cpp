// The numbers panel: figures with their formulas, each rank's account, the error map.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"

namespace ringscope::testing {
namespace {

const int kNumbers = pressed_key(kKey1 + 4, kModAlt);

std::shared_ptr<Run> run_with_map() {
    const auto run = make_fixture_run(default_experiment());
    auto map = std::make_shared<ErrorMap>();
    map->heads = 12;
    map->parts = 256;
    map->tokens_each = 32;
    map->seq_len = 8192;
    const size_t cells = 12 * 256;
    map->rows.assign(cells, 1);
    map->max_abs_error.assign(cells, 1e-7f);
    map->max_lse_error.assign(cells, 0);
    map->mean_lse.assign(cells, 3);
    map->rows[5] = 0;
    map->mean_lse[6] = -INFINITY;
    run->verification->map = std::move(map);
    return run;
}

TEST(NumbersPanel, OpensByKeyAndByTheBar) {
    NullWindow window({1280, 720});
    window.in.run = run_with_map();
    window.frames(3);
    EXPECT_EQ(window.item("numbers/overlap"), nullptr);
    window.key(kNumbers);
    EXPECT_EQ(window.text("numbers/overlap"), window.text("metrics/overlap"));
    EXPECT_NE(window.item("numbers/errors"), nullptr);
    window.key(kNumbers);
    EXPECT_EQ(window.item("numbers/overlap"), nullptr);
    ASSERT_TRUE(window.click("metrics/overlap"));
    window.frames(2);
    EXPECT_NE(window.item("numbers/overlap"), nullptr);
}

TEST(NumbersPanel, DrawsEveryStateOfARunAtEverySize) {
    FixtureOptions failed;
    failed.state = RunState::failed;
    FixtureOptions unverified;
    unverified.verified = false;
    for (const auto& run :
         {std::shared_ptr<ringscope::Run>(), run_with_map(), make_fixture_run(default_experiment()),
          make_fixture_run(default_experiment(), failed),
          make_fixture_run(default_experiment(), unverified)}) {
        NullWindow window({1280, 720});
        window.in.run = run;
        window.key(kNumbers);
        for (const ImVec2 size : {ImVec2{1, 1}, ImVec2{300, 200}, ImVec2{3840, 2160}}) {
            ImGui::GetIO().DisplaySize = size;
            window.frames(3);
            EXPECT_EQ(window.drawing_fault(), "");
        }
    }
}

TEST(NumbersPanel, TheMapTellsErrorsAndLse) {
    NullWindow window({1920, 1080});
    window.in.run = run_with_map();
    window.key(kNumbers);
    for (const char* choice : {"numbers/error of lse", "numbers/lse", "numbers/error of o"}) {
        ASSERT_TRUE(window.click(choice)) << choice;
        window.move_to(window.item("numbers/errors")->centre());
        window.frames(2);
        EXPECT_EQ(window.drawing_fault(), "");
    }
}

}  // namespace
}  // namespace ringscope::testing

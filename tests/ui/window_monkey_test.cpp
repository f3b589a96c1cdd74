// A monkey at the whole window: keys, letters, wheel, drags, sizes, runs that come and fail; always the same
// ones. Under the sanitizers this is minutes of a restless person.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"
#include "ui/window/actions.h"

namespace ringscope {
namespace {

using testing::FixtureOptions;
using testing::make_fixture_run;
using testing::NullWindow;

class Monkey {
  public:
    explicit Monkey(unsigned seed) : random_(seed) {
        window_.in.run = make_fixture_run(default_experiment());
        window_.in.presets = std::make_shared<const std::vector<Preset>>(
            std::vector<Preset>{{"own", find_scenario("Tiny 16")->experiment}});
        auto inventory = std::make_shared<EngineInventory>();
        inventory->machine.memory_bytes = int64_t{1} << 33;
        window_.in.inventory = inventory;
    }

    void play(int frames) {
        for (int i = 0; i < frames; ++i) {
            pointer();
            keyboard();
            world();
            window_.commands.clear();
            window_.frame();
            ASSERT_EQ(window_.drawing_fault(), "") << "frame " << i;
        }
    }

  private:
    bool once_in(int times) { return random_() % static_cast<unsigned>(times) == 0; }
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

    /// Half of the time to something that can be used, else anywhere.
    void pointer() {
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        const auto& items = window_.ui->items().all();
        if (once_in(3) && !items.empty())
            feed_mouse_position(
                std::next(items.begin(), below(static_cast<int>(items.size())))->second.centre());
        else if (once_in(2))
            feed_mouse_position({static_cast<float>(below(static_cast<int>(size.x) + 20) - 10),
                                 static_cast<float>(below(static_cast<int>(size.y) + 20) - 10)});
        if (once_in(2)) feed_mouse_button(below(3), once_in(2));
        if (once_in(6)) feed_mouse_wheel(static_cast<float>(below(3) - 1), static_cast<float>(below(7) - 3));
    }

    void keyboard() {
        if (once_in(6)) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(32 + below(96)));
        if (once_in(40)) ImGui::GetIO().AddInputCharactersUTF8("µ\xFF-1e99");
        if (once_in(4)) window_.in.keys.push_back(pressed_key(below(340), below(8)));
        if (once_in(8)) {
            const auto all = actions();
            const Action& action = all[static_cast<size_t>(below(static_cast<int>(all.size())))];
            window_.in.keys.push_back(pressed_key(action.key, action.modifiers));
        }
        feed_modifiers(once_in(5), once_in(4), once_in(9));
    }

    void world() {
        if (once_in(80))
            ImGui::GetIO().DisplaySize = {static_cast<float>(1 + below(2500)),
                                          static_cast<float>(1 + below(1500))};
        if (once_in(150)) window_.in.busy = !window_.in.busy;
        if (once_in(200)) new_run();
        if (once_in(300)) window_.in.run.reset();
        if (once_in(250)) window_.in.load = scenario();
        if (once_in(400)) window_.ui->set_scale(0.75f + 0.25f * static_cast<float>(below(10)));
        if (once_in(200)) window_.ui->show_view("all");
        if (once_in(100)) window_.in.notices = {{Notice::Level::error, "something went wrong"}};
    }

    const Experiment& scenario() {
        return scenarios()[static_cast<size_t>(below(static_cast<int>(scenarios().size())))].experiment;
    }

    void new_run() {
        FixtureOptions options;
        options.state = once_in(4) ? RunState::failed : once_in(4) ? RunState::cancelled : RunState::done;
        options.verified = !once_in(4);
        window_.in.run = make_fixture_run(scenario(), options);
    }

    std::mt19937 random_;
    NullWindow window_;
};

/// RINGSCOPE_MONKEY_FRAMES asks for more than the 20,000 of every day.
int frames_to_play() {
    const char* text = std::getenv("RINGSCOPE_MONKEY_FRAMES");
    return text ? std::atoi(text) : 20000;
}

TEST(WindowMonkey, BreaksNothing) {
    const int rounds = 4;
    for (unsigned seed = 1; seed <= rounds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Monkey monkey(seed);
        monkey.play(frames_to_play() / rounds);
        if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace ringscope

// The window from the keyboard alone: where the focus goes, and what it reaches.
#include <set>

#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"
#include "ui/window/imgui_keys.h"
#include "ui/window/shell.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;
using testing::NullWindow;

/// The name of the item that has the keyboard's focus, or "".
std::string focused_item(const NullWindow& window) {
    for (const auto& [name, item] : window.ui->items().all())
        if (item.focused) return name;
    return "";
}

/// As a keyboard does it: Dear ImGui sees the key held for a frame, the window the press.
void tap(NullWindow& window, int key) {
    feed_key_levels({key});
    window.in.keys.push_back(key);
    window.frame();
    feed_key_levels({});
    window.frames(2);
}

TEST(WindowKeyboard, EveryAreaAndFieldIsReachedByKeyboardAlone) {
    NullWindow window({1280, 720});
    ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    map_keys();
    window.in.run = make_fixture_run(default_experiment());
    window.frames(3);
    std::set<std::string> areas;
    for (size_t i = 0; i < keyboard_areas().size(); ++i) {
        tap(window, kKeyF6);
        const std::string name = focused_item(window);
        EXPECT_NE(name, "") << "after " << i + 1 << " F6";
        areas.insert(name.substr(0, name.find('/')));
    }
    for (const char* area :
         {"experiment", "prediction", "pattern", "ring", "timeline", "memory", "transport"})
        EXPECT_TRUE(areas.count(area)) << area;
    const auto in_settings = [&] { return focused_item(window).starts_with("experiment/"); };
    for (size_t i = 0; i < keyboard_areas().size() && !in_settings(); ++i) tap(window, kKeyF6);
    std::set<std::string> reached;
    for (int i = 0; i < 60; ++i) {
        reached.insert(focused_item(window));
        tap(window, kKeyDown);
    }
    visit_fields(default_experiment(), [&](const Field& field, const auto&) {
        const std::string path = field.path;
        EXPECT_TRUE(path == "problem.head_groups" || reached.count("experiment/" + path)) << path;
    });
    EXPECT_TRUE(reached.count("experiment/problem.head_groups/add"));
}

TEST(WindowKeyboard, EveryHeadGroupIsChosenByItsThumbnail) {
    NullWindow window({1280, 720});
    ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    map_keys();
    window.in.run = make_fixture_run(default_experiment());
    window.ui->show_view("pattern");
    window.frames(3);
    for (int i = 0; i < 8 && focused_item(window).rfind("pattern/", 0) != 0; ++i) tap(window, kKeyF6);
    ASSERT_EQ(focused_item(window).rfind("pattern/", 0), 0u) << focused_item(window);
    std::set<std::string> reached;
    for (int i = 0; i < 24; ++i) {
        tap(window, i % 12 < 9 ? kKeyRight : kKeyDown);
        const std::string name = focused_item(window);
        if (name.rfind("pattern/group ", 0) != 0) continue;
        tap(window, kKeySpace);
        EXPECT_NE(window.text(name).find(", shown"), std::string::npos) << window.text(name);
        reached.insert(name);
    }
    EXPECT_EQ(reached, (std::set<std::string>{"pattern/group 0", "pattern/group 1", "pattern/group 2"}));
}

}  // namespace
}  // namespace ringscope

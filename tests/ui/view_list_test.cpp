// The lists of views and tabs, and all that walks them: menus, keys, areas, layouts, the workbench.
#include <gtest/gtest.h>

#include <set>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/ui/null_window.h"
#include "ui/keys.h"
#include "ui/window/actions.h"
#include "ui/window/shell.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;
using testing::NullWindow;

std::string item_of(const ViewInfo& view, const char* what) { return std::string(view.name) + "/" + what; }

bool stands_among_all(const ViewInfo& view) { return view.place != ViewPlace::alone; }

TEST(ViewList, EveryViewStandsOnTheWorkbenchAndAlone) {
    NullWindow window;
    window.in.run = make_fixture_run(default_experiment());
    window.frames(2);
    for (const ViewEntry& view : view_list())
        for (const char* what : {"view", "title", "maximise"})
            EXPECT_EQ(window.item(item_of(*view.info, what)) != nullptr, stands_among_all(*view.info))
                << view.info->name << "/" << what;
    for (const ViewEntry& alone : view_list()) {
        ASSERT_TRUE(window.ui->show_view(alone.info->name));
        window.frames(2);
        for (const ViewEntry& view : view_list())
            EXPECT_EQ(window.item(item_of(*view.info, "view")) != nullptr, &view == &alone);
        EXPECT_TRUE(window.item(alone.info->picture)) << alone.info->picture;
        EXPECT_TRUE(window.item(item_of(*alone.info, "table"))) << alone.info->name;
    }
}

TEST(ViewList, EveryTabFillsTheWindow) {
    NullWindow window;
    for (const TabEntry& tab : tab_list()) {
        ASSERT_TRUE(window.ui->show_view(tab.info->name));
        window.frames(2);
        const bool is_workbench = tab.info == &kWorkbench;
        EXPECT_TRUE(window.item(is_workbench ? "all/view" : std::string(tab.info->name) + "/view"));
        EXPECT_EQ(window.item("pattern/view") != nullptr, is_workbench);
        EXPECT_TRUE(window.item(std::string("tab/") + tab.info->name));
    }
}

TEST(ViewList, NamesAreTheCommandLines) {
    const std::vector<std::string> names = Ui::view_names();
    EXPECT_EQ(names.front(), "all");
    EXPECT_EQ(names.size(), 1 + view_list().size() + tab_list().size() - 1);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    NullWindow window;
    for (const std::string& name : names) EXPECT_TRUE(window.ui->show_view(name)) << name;
}

TEST(ViewList, MenusAndKeysReachAllOfThem) {
    for (const ViewEntry& view : view_list()) {
        const Action* action = find_action(std::string("view/") + view.info->name);
        ASSERT_TRUE(action) << view.info->name;
        EXPECT_EQ(action->key, view.info->key);
    }
    for (const TabEntry& tab : tab_list()) EXPECT_TRUE(find_action(std::string("view/") + tab.info->name));
    std::set<std::string> ids;
    std::set<std::pair<int, int>> keys;
    for (const Action& action : actions()) {
        EXPECT_TRUE(ids.insert(action.id).second) << action.id << " is there twice";
        EXPECT_TRUE(action.key == 0 || keys.insert({action.key, action.modifiers}).second)
            << action.id << " shares its key";
        EXPECT_EQ(action.key == 0, action.keys.empty()) << action.id;
    }
}

TEST(ViewList, AKeyShowsAViewAloneAndAllOfThemAgain) {
    NullWindow window;
    window.frames(2);
    for (const ViewEntry& view : view_list()) {
        if (view.info->key == 0) continue;
        window.key(pressed_key(view.info->key, view.info->modifiers));
        EXPECT_EQ(window.text(item_of(*view.info, "maximise")), "all views") << view.info->name;
        window.key(pressed_key(view.info->key, view.info->modifiers));
        EXPECT_EQ(window.text(item_of(*view_list().front().info, "maximise")), "full") << view.info->name;
        EXPECT_EQ(window.item(item_of(*view.info, "view")) != nullptr, stands_among_all(*view.info));
    }
}

TEST(ViewList, SharesOfTheWorkbenchAreRemembered) {
    WindowLayout layout;
    float share = 0.2f;
    for (const ViewEntry& view : view_list())
        if (view.info->share > 0) layout.share_of(*view.info) = share += 0.05f;
    layout.maximised = view_list().back().info;
    layout.tab = tab_list().back().info;
    WindowLayout read;
    std::istringstream lines(layout_text(layout));
    for (std::string line; std::getline(lines, line);)
        EXPECT_TRUE(read_layout(read, line.substr(0, line.find('=')), line.substr(line.find('=') + 1)))
            << line;
    for (size_t i = 0; i < layout.view_shares.size(); ++i)
        EXPECT_NEAR(read.view_shares[i], layout.view_shares[i], 1e-3) << view_list()[i].info->name;
    EXPECT_EQ(read.maximised, layout.maximised);
    EXPECT_EQ(read.tab, layout.tab);
    EXPECT_FALSE(read_layout(read, "nobody_share", "0.5"));
}

TEST(ViewList, ViewsOfTheRunSayWhenItsSettingsAreEarlierOnes) {
    NullWindow window;
    window.in.run = make_fixture_run(default_experiment());
    window.frames(2);
    for (const ViewEntry& view : view_list()) EXPECT_FALSE(window.item(item_of(*view.info, "stale")));
    window.ui->set_field_text("ring.ranks", "7");
    window.frames(2);
    for (const ViewEntry& view : view_list())
        EXPECT_EQ(window.item(item_of(*view.info, "stale")) != nullptr,
                  view.info->shows_run && stands_among_all(*view.info))
            << view.info->name;
    for (const ViewEntry& view : view_list()) {
        window.ui->show_view(view.info->name);
        window.frames(2);
        EXPECT_EQ(window.item(item_of(*view.info, "stale")) != nullptr, view.info->shows_run)
            << view.info->name;
    }
}

/// The title bar and the table's button are the frame's, so they work alike in every view.
TEST(ViewList, EveryViewTakesTheFocusAndHasATwin) {
    NullWindow window({1600, 900});
    window.in.run = make_fixture_run(default_experiment());
    for (const ViewEntry& view : view_list()) {
        window.ui->show_view(stands_among_all(*view.info) ? "all" : view.info->name);
        window.frames(2);
        ASSERT_TRUE(window.click(item_of(*view.info, "title")));
        if (stands_among_all(*view.info)) window.key(kKeyF11);
        EXPECT_EQ(window.text(item_of(*view.info, "maximise")), "all views") << view.info->name;
        EXPECT_TRUE(window.item(view.info->picture));
        ASSERT_TRUE(window.click(item_of(*view.info, "table")));
        EXPECT_FALSE(window.item(view.info->picture)) << "the table stands in its place";
        ASSERT_TRUE(window.click(item_of(*view.info, "table")));
    }
}

TEST(ViewList, EmptyViewsSayWhyAndTakeTheFocus) {
    NullWindow window;
    window.ui->set_field_text("problem.kv_heads", "5");
    window.frames(2);
    for (const ViewEntry& view : view_list()) {
        window.ui->show_view(stands_among_all(*view.info) ? "all" : view.info->name);
        window.frames(2);
        ASSERT_TRUE(window.item(view.info->picture)) << view.info->picture;
        EXPECT_EQ(window.text(view.info->picture), std::string("no ") + view.info->name);
        ASSERT_TRUE(window.click(view.info->picture));
    }
}

}  // namespace
}  // namespace ringscope

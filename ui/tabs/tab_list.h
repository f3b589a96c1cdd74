// Every tab of the window. Menus, keys, the command palette, the help page, the tab buttons, the remembered
// state and `screenshot --view` all walk this list: a new tab is its own file, its struct in TabStates and a
// line in CMake.
#pragma once

#include <span>
#include <string_view>
#include <tuple>

#include "ui/tabs/compare/compare_tab.h"
#include "ui/tabs/runs/runs_tab.h"
#include "ui/tabs/simulate/simulate_tab.h"
#include "ui/tabs/tab.h"

namespace ringscope {

/// The first tab. It has no struct: the window draws its views.
inline constexpr TabInfo kWorkbench{"workbench", "Workbench", "", 0, 0};

/// What each other tab keeps from frame to frame, in the order of its button.
using TabStates = std::tuple<RunsTab, CompareTab, SimulateTab>;

struct TabEntry {
    const TabInfo* info;
    void (*draw)(TabStates&, TabContext&);  // null: the workbench
};
/// The workbench, then the others in the order of TabStates.
std::span<const TabEntry> tab_list();
/// Null when no tab has the name.
const TabInfo* find_tab(std::string_view name);

}  // namespace ringscope

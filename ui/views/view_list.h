// Every view of the workbench. Menus, keys, the command palette, the help page, layouts, the workbench and
// `screenshot --view` all walk this list: a new view is its own file, its struct in ViewStates and a line in
// CMake.
#pragma once

#include <span>
#include <string_view>
#include <tuple>

#include "ui/views/memory/memory_view.h"
#include "ui/views/pattern/pattern_view.h"
#include "ui/views/ring/ring_view.h"
#include "ui/views/timeline/timeline_view.h"
#include "ui/views/view_context.h"
#include "ui/views/view_info.h"
#include "ui/views/waterfall/waterfall_view.h"

namespace ringscope {

/// What each view keeps from frame to frame, in the order of menus, keys and places.
using ViewStates = std::tuple<PatternView, RingView, TimelineView, MemoryView, WaterfallView>;

struct ViewEntry {
    const ViewInfo* info;
    void (*begin_frame)(ViewStates&);
    bool (*wants_frame)(const ViewStates&);
    void (*draw)(ViewStates&, ViewContext&, ImVec2 size);
};
/// In the order of ViewStates.
std::span<const ViewEntry> view_list();
/// Null when no view has the name.
const ViewInfo* find_view(std::string_view name);

}  // namespace ringscope

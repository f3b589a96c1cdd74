// Memory of the compared runs over one time axis: the fullest rank of each, one line a run.
#pragma once

#include "ui/ui.h"
#include "ui/widgets.h"

namespace ringscope::ui {

void draw_compare_memory(const ComparedSet& set, ImVec2 size, WidgetContext ui);

}  // namespace ringscope::ui

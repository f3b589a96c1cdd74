// Memory of the compared runs over one time axis: the fullest rank of each, one line per run.
#pragma once

#include "sessions/compare/compared_set.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

void draw_compare_memory(const ComparedSet& set, ImVec2 size, WidgetContext ui);

}  // namespace ringscope

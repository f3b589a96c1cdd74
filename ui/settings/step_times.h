// Predicted compute against transfer, step by step: columns side by side, and their table.
#pragma once

#include <string>

#include "ui/settings/planned_time.h"
#include "ui/views/view_context.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

/// As wide as there is room. Returns text to copy, or "".
std::string draw_step_times(const PlannedTime& time, Selection& selection, WidgetContext ui);

}  // namespace ringscope

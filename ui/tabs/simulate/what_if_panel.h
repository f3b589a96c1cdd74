// The sliders of the Simulate tab.
#pragma once

#include "ui/tabs/simulate/what_if_settings.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

/// Draws into the present window, from the cursor down. `asked_ranks` are the experiment's.
void draw_what_if(WhatIfSettings& settings, const MachineModel& machine, int asked_ranks, WidgetContext ui);

}  // namespace ringscope

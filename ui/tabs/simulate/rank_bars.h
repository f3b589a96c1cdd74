// The time of every rank, split by what it is for, and beside it the rank's memory against what its device has.
#pragma once

#include <string>

#include "ui/tabs/simulate/simulated_picture.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

/// Draws at the cursor. Returns the table as text when the person asks to copy it, else "".
std::string draw_rank_bars(const SimulatedPicture& picture, ImVec2 size, WidgetContext ui);

}  // namespace ringscope

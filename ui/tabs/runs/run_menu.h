// What can be done with a saved run beside opening it: a popup over the list of runs.
#pragma once

#include "sessions/store/run_record.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

/// From the next frame on the menu is shown at the mouse.
void open_run_menu();
/// Draws the menu if it is open. `run`: the selected one.
void draw_run_menu(const RunSummary& run, Dialogs& dialogs, WidgetContext ui, Commands& commands);

}  // namespace ringscope

// What can be done with a saved run beside opening it: a popup over the list of runs.
#pragma once

#include "sessions/run_record.h"
#include "ui/dialogs.h"
#include "ui/widgets.h"

namespace ringscope::ui {

/// From the next frame on the menu is shown at the mouse.
void open_run_menu();
/// Draws the menu if it is open. `run`: the selected one.
void draw_run_menu(const RunSummary& run, Dialogs& dialogs, WidgetContext ui, Commands& commands);

}  // namespace ringscope::ui

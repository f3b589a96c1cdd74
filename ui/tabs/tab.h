// What a tab beside the workbench is handed in a frame, and what the window knows of it beside how it draws
// itself.
#pragma once

#include "ui/commands.h"
#include "ui/inputs.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct TabInfo {
    const char* name;   // begins its items' names; on the command line: "runs"
    const char* title;  // "Runs"
    const char* keys;   // bring it to the front, as shown; "" when there are none
    int key;            // of keys.h; 0: none
    int modifiers;      // KeyModifier
};

/// A tab is a struct with its own state, `static constexpr TabInfo kInfo` and draw(TabContext&).
struct TabContext {
    const Inputs& in;
    Dialogs& dialogs;
    WidgetContext ui;
    Commands& commands;
    bool& measured_clock;    // shown also where there is a replay
    Experiment& experiment;  // of the panel; a change can be undone
};

}  // namespace ringscope

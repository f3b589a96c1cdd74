// The step strip with the time cursor, and play, pause, step and speed. One line above the status line.
#pragma once

#include "ui/shell.h"

namespace ringscope::ui {

/// Draws the strip `width` wide into the present line.
void draw_transport_strip(Shell& shell, float width);

}  // namespace ringscope::ui

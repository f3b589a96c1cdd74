// The step strip with the time cursor, and play, pause, step and speed. One line above the status line.
#pragma once

#include "ui/window/shell.h"

namespace ringscope {

/// Draws the strip `width` wide into the present line.
void draw_transport_strip(Shell& shell, float width);

}  // namespace ringscope

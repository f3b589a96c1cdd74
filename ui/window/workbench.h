// The working screen: experiment and prediction on the left, four linked views on the right, time and numbers
// below.
#pragma once

#include "ui/window/shell.h"

namespace ringscope {

/// Fills the present window from the cursor down, but for `below` pixels.
void draw_workbench(Shell& shell, float below);

}  // namespace ringscope

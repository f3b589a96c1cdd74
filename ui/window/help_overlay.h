// All keys and what the mouse does, on one page.
#pragma once

namespace ringscope {

struct Shell;

/// Draws the page while Shell::help_open.
void draw_help_overlay(Shell& shell);

}  // namespace ringscope

// Every action by name: type a few letters, Enter.
#pragma once

#include <string>

namespace ringscope {

struct Shell;

struct CommandPalette {
    bool is_open = false;
    bool just_opened = false;
    std::string filter;
    int cursor = 0;

    void open();
    /// Draws the open palette and does what was chosen. `keys` are this frame's presses.
    void draw(Shell& shell);
};

/// All keys on one page.
void draw_help_overlay(Shell& shell);

}  // namespace ringscope

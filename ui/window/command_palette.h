// Every action by name: type a few letters, Enter.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ui/widgets/widgets.h"

namespace ringscope {

struct PaletteEntry {
    std::string id;  // "run/start": its items are "palette/run/start" and so on
    std::string label;
    std::string keys;     // as shown; "" when it has none
    std::string why_not;  // why it cannot be chosen now, or ""
};

struct CommandPalette {
    bool is_open = false;
    bool just_opened = false;
    std::string filter;
    int cursor = 0;

    void open();
    /// Draws the open palette. `pressed` are this frame's key codes. The chosen entry's index, or -1.
    int draw(std::span<const PaletteEntry> entries, const std::vector<int>& pressed, WidgetContext ui);

  private:
    int draw_found(std::span<const PaletteEntry> entries, const std::vector<int>& found, bool moved,
                   WidgetContext ui) const;
};

}  // namespace ringscope

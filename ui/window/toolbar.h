// The two lines on top: menus with the tabs, and what is used all the time. Where the shown run's times come from
// and whether its answer is right is always in sight.
#pragma once

#include "ui/window/shell.h"

namespace ringscope {

void draw_menu_bar(Shell& shell);
void draw_toolbar(Shell& shell);

/// How the shown run compares with the reference, in a few words and a colour.
struct ReferenceBadge {
    std::string text;
    std::string help;
    ImU32 colour = 0;
};
ReferenceBadge reference_badge(const Run* run, bool is_current, const Theme& theme);

/// Of a run whose device was left to choose: which one it got, and why not a GPU where this machine knows. ""
/// for a device that was named.
std::string chosen_device_help(const Run& run, const EngineInventory* inventory);

}  // namespace ringscope

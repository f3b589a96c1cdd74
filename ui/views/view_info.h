// What the window knows of a view beside how it draws itself: its names, its key and its place.
#pragma once

namespace ringscope {

/// Upper views stand side by side on the workbench; lower ones below them, each as wide as the workbench; the others
/// are seen only when they fill it.
enum class ViewPlace { upper, lower, alone };

struct ViewInfo {
    const char* name;     // begins its items' names; on the command line: "memory"
    const char* title;    // in its title bar and in menus: "Memory"
    const char* picture;  // the item of its picture: "memory/picture"
    const char* keys;     // fill the screen with it, as shown: "Alt-4"; "" when there are none
    int key;              // of keys.h; 0: none
    int modifiers;        // KeyModifier
    ViewPlace place;
    /// Of an upper view, its part of the width that it shares with the one at its right; of a lower one, its
    /// part of the height that it shares with the one above. 0: the last upper and the first lower view, which
    /// take what the others leave.
    float share;
    /// It shows the run's own times, so it says when these are of earlier settings.
    bool shows_run;
    /// The view that takes the keys when this one is clicked; null: itself.
    const ViewInfo* keys_go_to = nullptr;
};

}  // namespace ringscope

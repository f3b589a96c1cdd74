// Where the window's areas stand: what the person dragged, maximised and chose, remembered between starts.
#pragma once

#include <string>

#include "ui/views/view_context.h"

namespace ringscope {

enum class Tab { workbench, runs, compare };
inline constexpr const char* kTabNames[] = {"workbench", "runs", "compare"};
inline constexpr const char* kTabLabels[] = {"Workbench", "Runs", "Compare"};
inline constexpr const char* kViewNames[] = {"pattern", "ring", "timeline", "memory"};
inline constexpr const char* kViewTitles[] = {"Pattern", "Ring", "Timeline", "Memory"};
inline constexpr int kViews = 4;

struct WindowLayout {
    float left_points = 330;          // width of experiment and prediction
    float prediction_share = 0.475f;  // of the left column's height
    float pattern_share = 0.5f;       // of the right side's width
    float top_share = 0.5f;           // of the right side's height: pattern and ring
    float memory_share = 0.44f;       // of what is below
    int maximised = -1;               // index into kViewNames; -1: all four
    Tab tab = Tab::workbench;

    /// Inside what can be used, whatever was read or dragged.
    void clamp();
};

/// The layout to begin with: settings beside all four views.
WindowLayout tune_layout();
/// Pattern and Ring large, settings narrow.
WindowLayout teach_layout();
/// The comparison in front; on the workbench Timeline and Memory large.
WindowLayout compare_layout();

/// "key=value" lines.
std::string layout_text(const WindowLayout& layout);
/// Takes one line's key and value; false when the key is not the layout's. Bad values change nothing.
bool read_layout(WindowLayout& layout, const std::string& key, const std::string& value);

}  // namespace ringscope

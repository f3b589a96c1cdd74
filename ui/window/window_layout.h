// Where the window's areas stand: what the person dragged, maximised and chose, remembered between starts.
#pragma once

#include <string>
#include <vector>

#include "ui/tabs/tab.h"
#include "ui/views/view_info.h"

namespace ringscope {

struct WindowLayout {
    WindowLayout();  // settings beside all views

    float left_points = 330;              // width of experiment and prediction
    float prediction_share = 0.475f;      // of the left column's height
    float top_share = 0.5f;               // of the right side's height: the upper views
    std::vector<float> view_shares;       // as ViewInfo::share, in the order of view_list()
    const ViewInfo* maximised = nullptr;  // null: all views
    const TabInfo* tab;

    float& share_of(const ViewInfo& view);
    /// Brings the workbench to the front with this view alone; null: with all.
    void show_alone(const ViewInfo* view);
    /// Inside what can be used, whatever was read or dragged.
    void clamp();
};

/// Settings beside all views: the layout to begin with.
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

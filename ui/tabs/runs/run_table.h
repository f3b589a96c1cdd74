// The list of runs as a Dear ImGui table: columns as wide as their texts, set again when the list, the letters
// or the window change; between that the person may drag, hide and show them.
#pragma once

#include <memory>
#include <vector>

#include "ui/tabs/runs/run_columns.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

class RunTable {
  public:
    /// After BeginTable() with run_columns().size() columns, once per frame; takes widths that were dragged.
    void begin(ColumnChoices& choices, const std::shared_ptr<const std::vector<RunSummary>>& runs, int sorted,
               int64_t now_utc_ms, const Theme& theme);
    void draw_header(int sorted, WidgetContext ui);
    /// All cells of the row but its name.
    void draw_cells(const RunSummary& run, int64_t now_utc_ms, WidgetContext ui);
    /// Before EndTable(): takes what was shown or hidden in the header's menu.
    void take_choices(ColumnChoices& choices) const;
    /// In pixels; 0: not shown.
    const std::vector<float>& widths() const { return widths_; }

  private:
    void measure(const std::vector<RunSummary>& runs, int64_t now_utc_ms);

    std::vector<ColumnNeed> needs_ = std::vector<ColumnNeed>(run_columns().size());
    std::vector<float> widths_ = std::vector<float>(run_columns().size());
    // What the needs were measured for.
    std::shared_ptr<const std::vector<RunSummary>> runs_;
    float letters_ = 0;
    int64_t day_ = 0;
};

/// From the next frame on the menu of columns is shown at the mouse.
void open_columns_menu();
/// Draws the menu if it is open: which columns are shown.
void draw_columns_menu(ColumnChoices& choices, const std::vector<float>& widths, WidgetContext ui);

}  // namespace ringscope

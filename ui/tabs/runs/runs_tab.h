// The saved runs: listed, sorted, filtered, opened, renamed, noted, tagged, archived, deleted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sessions/store/run_filter.h"
#include "ui/commands.h"
#include "ui/inputs.h"
#include "ui/tabs/runs/run_columns.h"
#include "ui/tabs/runs/run_table.h"
#include "ui/tabs/tab.h"

namespace ringscope {

struct RunsTab {
    static constexpr TabInfo kInfo{"runs", "Runs", "", 0, 0};

    std::string filter;  // as RunFilter reads it
    bool show_archived = false;
    int64_t selected = 0;         // id; 0: none
    std::vector<int64_t> chosen;  // ids to compare, in the order of their choice: the first is the baseline
    ColumnChoices columns;        // what the person chose; remembered

    void draw(TabContext& context);

  private:
    void draw_toolbar(size_t all, Dialogs& dialogs, WidgetContext ui, Commands& commands);
    void draw_compare_button(WidgetContext ui, Commands& commands);
    void draw_choice(const RunSummary& run, WidgetContext ui);
    void draw_table(const Inputs& in, WidgetContext ui, Commands& commands);
    void draw_row(const RunSummary& run, const Inputs& in, WidgetContext ui, Commands& commands);
    void read_filter();
    void update(const std::shared_ptr<const std::vector<RunSummary>>& runs);
    const RunSummary* selected_run() const;

    // The list as shown: rebuilt when the runs, the filter or the order change.
    std::shared_ptr<const std::vector<RunSummary>> runs_;
    RunFilter filter_;  // the newest that could be read
    std::string filter_error_;
    std::string shown_filter_;
    std::vector<int> order_;
    RunTable table_;
    int sort_column_ = kStartedColumn;
    bool ascending_ = false;
    bool stale_ = true;
    bool menu_asked_ = false;
};

}  // namespace ringscope

// Runs side by side: what was set differently, what came out, rank by rank, and their timelines over one
// axis.
#pragma once

#include <memory>
#include <optional>

#include "ui/commands.h"
#include "ui/inputs.h"
#include "ui/tabs/compare/compare_all.h"
#include "ui/tabs/compare/compare_bars.h"
#include "ui/tabs/compare/compare_timelines.h"
#include "ui/tabs/compare/trace_panel.h"
#include "ui/tabs/tab.h"

namespace ringscope {

struct CompareTab {
    static constexpr TabInfo kInfo{"compare", "Compare", "", 0, 0};

    bool all_runs = false;
    float upper_share = 0.5f;  // of the height below the words: tables and bars; the timelines have the rest
    CompareBars bars;
    CompareTimelines timelines;
    CompareAll all;
    TracePanel traces;
    /// Whether the shown run stands above traces when nothing else is compared; none: not with traces that were
    /// chosen by themselves.
    std::optional<bool> with_run;

    void draw(TabContext& context);

  private:
    void draw_clock(TabContext& context);
    void draw_side_by_side(const Inputs& in, WidgetContext ui, Commands& commands);
    void draw_traces(const Inputs& in, WidgetContext ui, Commands& commands);
    bool shows_run(const Inputs& in) const { return with_run.value_or(!in.traces_alone); }

    void follow(const Inputs& in, bool measured_clock);

    std::shared_ptr<const ComparedSet> chosen_;  // Inputs::compared of the last frame
    std::shared_ptr<const ComparedSet> shown_;   // of the last frame, on its clock; null: nothing to show
};

}  // namespace ringscope

// Runs side by side: what was set differently, what came out, rank by rank, and their timelines over one
// axis.
#pragma once

#include <memory>

#include "ui/compare_timelines.h"
#include "ui/ui.h"
#include "ui/widgets.h"

namespace ringscope::ui {

struct CompareTab {
    /// What the bars show of each rank.
    enum class RankFigure { compute, wait, peak, sent };
    RankFigure figure = RankFigure::compute;
    CompareTimelines timelines;

    void draw(const Inputs& in, WidgetContext ui);

  private:
    void draw_bars(const Comparison& comparison, ImVec2 size, WidgetContext ui);

    std::shared_ptr<const ComparedSet> shown_;  // of the last frame
};

}  // namespace ringscope::ui

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
    float upper_share = 0.5f;  // of the height below the words: tables and bars; the timelines have the rest
    CompareTimelines timelines;

    void draw(const Inputs& in, WidgetContext ui, Commands& commands);

  private:
    void draw_bars(const Comparison& comparison, ImVec2 size, WidgetContext ui);

    void follow(const Inputs& in);

    std::shared_ptr<const ComparedSet> shown_;  // of the last frame; null: nothing to show
};

}  // namespace ringscope::ui

// Rank by rank: one bar per run of a chosen figure, or all runs' memory over time.
#pragma once

#include "sessions/compare/compared_set.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct CompareBars {
    int figure = 0;       // index of what the bars show of each rank
    bool memory = false;  // over time, instead of bars

    void draw(const ComparedSet& set, ImVec2 size, WidgetContext ui);

  private:
    void draw_bars(const Comparison& comparison, ImVec2 size, WidgetContext ui);
};

}  // namespace ringscope

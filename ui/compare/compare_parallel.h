// Many runs at once: one vertical axis a figure, one line a run. A drag along an axis picks out the runs that
// cross it there.
#pragma once

#include "ui/compare/run_axes.h"
#include "ui/plot.h"
#include "ui/widgets.h"

namespace ringscope::ui {

struct ParallelCoordinates {
    int dragged = -1;     // axis whose range is being drawn
    float drag_from = 0;  // share of it

    void draw(const RunPlot& plot, RunBrush& brush, ImVec2 size, WidgetContext ui);
};

}  // namespace ringscope::ui

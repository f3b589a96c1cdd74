// Many runs at once: one vertical axis per figure, one line per run. A drag along an axis picks out the runs that
// cross it there.
#pragma once

#include "ui/tabs/compare/run_axes.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct ParallelCoordinates {
    int dragged = -1;     // axis whose range is being drawn
    float drag_from = 0;  // share of it

    void draw(const RunPlot& plot, RunBrush& brush, ImVec2 size, WidgetContext ui);
};

}  // namespace ringscope

// Many runs at once: any figure against any other, one mark per run. A drag picks out a rectangle.
#pragma once

#include "ui/tabs/compare/run_axes.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct RunScatter {
    int x = run_axis("peak_bytes");  // index into run_axes()
    int y = run_axis("seconds");

    void draw(const RunPlot& plot, RunBrush& brush, ImVec2 size, WidgetContext ui);

  private:
    void follow_drag(const Canvas& canvas, const Box& box, RunBrush& brush);

    bool dragging_ = false;
    ImVec2 drag_from_{};
};

}  // namespace ringscope

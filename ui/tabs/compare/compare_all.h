// All saved runs in one picture: parallel coordinates, a scatter of two figures, and the picked runs as a
// table.
#pragma once

#include "ui/commands.h"
#include "ui/inputs.h"
#include "ui/tabs/compare/compare_parallel.h"
#include "ui/tabs/compare/compare_scatter.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct CompareAll {
    RunBrush brush;
    ParallelCoordinates parallel;
    RunScatter scatter;

    void draw(const Inputs& in, WidgetContext ui, Commands& commands);

  private:
    void draw_words(WidgetContext ui, Commands& commands);
    void draw_table(ImVec2 size, WidgetContext ui);

    RunPlot plot_;
};

}  // namespace ringscope

// The figures of the shown run, predicted beside measured, each with its formula on hover.
#pragma once

#include <string>
#include <vector>

#include "ui/views/view_context.h"

namespace ringscope {

/// One figure as it is shown.
struct MetricFigure {
    const char* name;         // "overlap"
    std::string measured{};   // "" when there is none
    std::string predicted{};  // "" when there is none
    std::string formula{};    // what it is and how it is derived
    bool alarm = false;       // the answer is wrong
};

/// Of the engine's list of figures (engine/analysis/figures.h), in its order: those of the bar, or all.
enum class Figures { headline, all };
std::vector<MetricFigure> metric_figures(const ViewContext& context, Figures which);

struct MetricsBar {
    bool clicked = false;  // in this frame

    /// One line; figures that do not fit are left out from the right, predictions before measurements.
    void draw(ViewContext& context, ImVec2 size);
};

}  // namespace ringscope

// A curve of times: logarithmic both ways, with the present value marked.
#pragma once

#include <string>

#include "ui/tabs/simulate/time_curve.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct CurveChart {
    const TimeCurve* curve = nullptr;  // null: nothing is calculated yet
    bool stale = false;                // of an earlier request
    double at = 1;                     // where the slider stands
    double seconds = 0;                // the time there; 0: not known
};

/// Draws at the cursor. Returns the table as text when the person asks to copy it, else "".
std::string draw_curve_chart(const CurveChart& chart, ImVec2 size, WidgetContext ui);

}  // namespace ringscope

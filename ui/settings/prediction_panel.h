// What the schedule promises before anything runs: time, bytes, memory, FLOPs, balance, what hides. Changes as one
// types.
#pragma once

#include <optional>
#include <string>

#include "engine/run/run.h"
#include "ui/settings/plan_cache.h"
#include "ui/views/view_context.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct PredictionInputs {
    const PlanCache& plan;
    const Run* run =
        nullptr;  // gives the rate that turns the hop rule into a link speed; null: the rule alone is shown
    std::optional<double> calibrated;  // Inputs::calibrated
    std::string why_no_calibration;    // it cannot begin now; "" when it can
};

/// What was asked for.
struct PredictionWishes {
    std::string copied;  // text to copy, or ""
    bool calibrate = false;
    bool cancel_calibration = false;
};

PredictionWishes draw_prediction_panel(const PredictionInputs& inputs, Selection& selection,
                                       WidgetContext ui);

}  // namespace ringscope

// What the schedule promises before anything runs: bytes, memory, FLOPs, balance, what hides. Changes as one
// types.
#pragma once

#include "engine/run/run.h"
#include "ui/settings/plan_cache.h"
#include "ui/views/view_context.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

/// `run` gives the measured rate that turns the hop rule into a link speed; null: the rule alone is shown.
/// Returns text to copy, or "".
std::string draw_prediction_panel(const PlanCache& plan, const Run* run, Selection& selection,
                                  WidgetContext ui);

}  // namespace ringscope

// The experiment, every field of it, edited in place. What is invalid says so at the field, with a fix where
// one is obvious; what has no effect as things stand is dim and says why.
#pragma once

#include <optional>
#include <vector>

#include "engine/run/inventory.h"
#include "ui/views/view_context.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct SettingsInputs {
    const std::vector<FieldProblem>& problems;    // of the experiment as it was when the frame began
    const std::optional<FieldProblem>& obstacle;  // why the plan, though right, cannot run here
    const EngineInventory* inventory = nullptr;   // null: not known yet
    Selection& selection;
};

/// Draws into the present window, from the cursor down, and writes changes into the experiment.
void draw_settings_panel(Experiment& experiment, const SettingsInputs& inputs, WidgetContext ui);

/// The table of head groups; part of the panel.
void draw_head_group_table(ProblemSpec& spec, const SettingsInputs& inputs, WidgetContext ui);

}  // namespace ringscope

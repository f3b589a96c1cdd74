// The same schedule on another machine: how long it would take there, where the time goes, and what would change it.
#pragma once

#include <string>

#include "ui/tabs/simulate/advice_search.h"
#include "ui/tabs/simulate/curve_cache.h"
#include "ui/tabs/simulate/simulation_cache.h"
#include "ui/tabs/tab.h"

namespace ringscope {

struct SimulateTab {
    static constexpr TabInfo kInfo{"simulate", "Simulate", "", 0, 0};

    std::string machine;  // name of the chosen one; remembered. "": the first choice
    bool of_run = false;  // the shown run's settings instead of the panel's
    WhatIfSettings what_if;
    CurveKind curve_kind = CurveKind::bandwidth;

    void draw(TabContext& context);
    /// What is shown is about to be replaced: draw soon again. Asked of the tab in front.
    bool calculating() const { return simulation.calculating() || curve.calculating() || advice.searching(); }

    SimulationCache simulation;
    CurveCache curve;
    AdviceSearch advice;

  private:
    const MachineModel* choose_machine(const Inputs& in, int ranks);
    void draw_choices(TabContext& context);
    void draw_sources(TabContext& context);
    void draw_result(TabContext& context);
    void draw_problem(const SimulatedPicture& picture, WidgetContext ui);
    void draw_headline(const SimulatedPicture& picture, TabContext& context);
    void draw_pictures(const SimulatedPicture& picture, ImVec2 size, TabContext& context);
    void draw_advice_of(TabContext& context);
    void draw_curve(const SimulatedPicture& picture, ImVec2 size, TabContext& context);
    const Experiment& experiment_of(const TabContext& context) const;

    std::shared_ptr<const MachineModel> machine_;  // of this frame; null: there is none
};

/// Beside a prediction: what the run took that has these settings, and how far the prediction is from it; "" when the
/// run is not done.
std::string beside_run_sentence(const Run& run, double predicted_seconds);

}  // namespace ringscope

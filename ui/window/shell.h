// Everything the window remembers from frame to frame. One struct, passed by reference; no globals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/experiment/scenarios.h"
#include "ui/inputs.h"
#include "ui/notice.h"
#include "ui/settings/plan_cache.h"
#include "ui/tabs/tab_list.h"
#include "ui/views/numbers/metrics_bar.h"
#include "ui/views/numbers/numbers_panel.h"
#include "ui/views/view_list.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/time_axis.h"
#include "ui/widgets/widgets.h"
#include "ui/window/auto_run.h"
#include "ui/window/command_palette.h"
#include "ui/window/fonts.h"
#include "ui/window/history.h"
#include "ui/window/window_layout.h"

namespace ringscope {

struct Shell {
    Experiment experiment = default_experiment();
    History<Experiment> history{default_experiment()};
    PlanCache plan;
    std::optional<FieldProblem> obstacle;  // why the plan cannot run here
    AutoRun auto_run;

    Selection selection{.focused = &TimelineView::kInfo};
    History<Target> selections{Target{}};
    Clock clock;
    ViewActions actions;                  // of this frame's keys
    std::shared_ptr<const Run> measured;  // Inputs::run of the last frame
    TimedRun shown;                       // the same, on the clock that is shown
    bool measured_clock = false;          // also where there is a replay

    ViewStates views;
    TabStates tabs;
    MetricsBar metrics;
    NumbersPanel numbers;

    Theme theme = make_theme(ThemeName::dark, 1);
    Fonts fonts;
    float person_scale = 1;   // what the person chose
    float display_scale = 1;  // what the monitor asks for; theme.scale is their product
    WindowLayout layout;

    CommandPalette palette;
    Dialogs dialogs;
    std::string keyboard_area = "toolbar";  // of keyboard_areas(), where F6 last went
    std::vector<Notice> log;

    ItemRegistry items;
    Commands commands;  // of this frame
    Inputs in;          // of this frame
    double last_seconds = 0;
    double frame_seconds = 0;

    bool theme_changed = true;
    bool reduced_motion = false;
    bool help_open = false;
    bool log_open = false;
    bool enter_area = false;  // keyboard_area takes the keyboard's focus in this frame

    TimelineView& timeline() { return std::get<TimelineView>(views); }
    const TimelineView& timeline() const { return std::get<TimelineView>(views); }
    RunsTab& runs() { return std::get<RunsTab>(tabs); }
    const RunsTab& runs() const { return std::get<RunsTab>(tabs); }
    SimulateTab& simulate() { return std::get<SimulateTab>(tabs); }
    const SimulateTab& simulate() const { return std::get<SimulateTab>(tabs); }
    /// The Simulate tab is in front, and about to show something else.
    bool is_simulating() const { return layout.tab == &SimulateTab::kInfo && simulate().calculating(); }

    WidgetContext widgets() { return {items, theme}; }
    ViewContext view_context();
    bool has_two_clocks() const { return in.run && in.replayed.run; }
    bool run_is_current() const { return in.run && in.run->experiment == experiment; }
    /// Why StartRun would be refused, or "".
    std::string why_not_run() const;
    void start_run();
    void set_experiment(const Experiment& other);
    void set_theme(ThemeName name);
    void set_scale(float person, float display);
    /// The registered area of the tab, or of the view that fills the workbench or has the focus.
    std::string area_in_front() const;
    void say(const std::string& text, Notice::Level level = Notice::Level::info);
};

/// The parts of the workbench that F6 goes through, as their items begin.
std::vector<std::string> keyboard_areas();
/// Hands the keyboard to the next area (1) or the one before (-1) that is on the screen.
void enter_next_area(Shell& shell, int direction);
/// True once, when the keyboard goes to this area: call inside its window, before its first item.
bool takes_keyboard(Shell& shell, const std::string& area);

/// Moves the clock to the next or previous step's start.
void step_clock(Shell& shell, int direction);
/// Shows the measured clock instead of the replayed one, or back.
void switch_clock(Shell& shell);
/// Advances a playing clock, follows a new run or another of its clocks, keeps selection and clock inside what is shown. Once per frame.
void update_clock_and_selection(Shell& shell);

}  // namespace ringscope

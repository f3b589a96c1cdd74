#include "ui/window/shell.h"

#include <algorithm>

#include "engine/analysis/clock_map.h"
#include "ui/views/run_clock.h"

namespace ringscope {

namespace {
constexpr float kSmallestScale = 0.75f, kLargestScale = 3;
constexpr float kLargestLetters = 4;  // larger ones outgrow the texture that holds them
}  // namespace

ViewContext Shell::view_context() {
    return {.plan = plan.schedule(),
            .prediction = plan.schedule() ? &plan.prediction() : nullptr,
            .run = shown.run,
            .run_index = shown.index,
            .predicted = shown.predicted,
            .busy = in.busy,
            .run_is_current = run_is_current(),
            .selection = selection,
            .clock = clock,
            .items = items,
            .theme = theme,
            .reduced_motion = reduced_motion,
            .frame_seconds = frame_seconds,
            .actions = actions};
}

std::string Shell::why_not_run() const {
    if (in.calibrated) return "this machine is being calibrated";
    if (plan.planning()) return "the settings are still being planned";
    if (!plan.schedule())
        return plan.problems().empty() ? "nothing is planned yet" : "some settings are invalid";
    return obstacle ? obstacle->message : "";
}

void Shell::start_run() {
    if (!why_not_run().empty()) return;
    commands.push_back(StartRun{experiment, true});
    auto_run.started();
}

void Shell::set_experiment(const Experiment& other) {
    experiment = other;
    plan.update(experiment, in.machine);
}

void Shell::set_theme(ThemeName name) {
    const float scale = theme.scale;
    theme = make_theme(name, scale);
    theme.text_font = fonts.text;
    theme.small_font = fonts.small_text;
    theme.title_font = fonts.title;
    theme.headline_font = fonts.headline;
    theme.mono_font = fonts.mono;
    theme_changed = true;
}

void Shell::set_scale(float person, float display) {
    person_scale = std::clamp(person, kSmallestScale, kLargestScale);
    display_scale = std::clamp(display, 0.5f, kLargestScale);
    theme.scale = std::clamp(person_scale * display_scale, 0.5f, kLargestLetters);
    set_theme(theme.name);
}

std::string Shell::area_in_front() const {
    if (layout.tab != &kWorkbench) return std::string(layout.tab->name) + "/view";
    return std::string((layout.maximised ? layout.maximised : selection.focused)->name) + "/view";
}

void Shell::say(const std::string& text, Notice::Level level) { log.push_back({level, text}); }

namespace {

bool is_on_the_screen(const Shell& shell, const std::string& area) {
    if (area == "toolbar") return true;
    if (shell.layout.tab != &kWorkbench) return false;
    const ViewInfo* view = find_view(area);
    if (!view || shell.layout.maximised == view) return true;
    return !shell.layout.maximised && view->place != ViewPlace::alone;
}

}  // namespace

std::vector<std::string> keyboard_areas() {
    std::vector<std::string> areas{"toolbar", "experiment", "prediction"};
    for (const ViewEntry& view : view_list()) areas.push_back(view.info->name);
    areas.push_back("bottom");
    return areas;
}

void enter_next_area(Shell& shell, int direction) {
    const std::vector<std::string> areas = keyboard_areas();
    const size_t count = areas.size();
    size_t at = 0;
    while (at + 1 < count && shell.keyboard_area != areas[at]) ++at;
    do at = (at + count + static_cast<size_t>(direction)) % count;
    while (!is_on_the_screen(shell, areas[at]));
    shell.keyboard_area = areas[at];
    shell.enter_area = true;
    if (const ViewInfo* view = find_view(shell.keyboard_area)) shell.selection.focused = view;
}

bool takes_keyboard(Shell& shell, const std::string& area) {
    if (!shell.enter_area || shell.keyboard_area != area) return false;
    shell.enter_area = false;
    return true;
}

void step_clock(Shell& shell, int direction) {
    const ViewContext context = shell.view_context();
    const auto schedule = shown_schedule(context);
    if (!schedule) return;
    const int step = clock_step(context).step;
    const double begin = step_begin_ns(context, step);
    // Backwards from inside a step goes to its start first, as players do.
    const bool inside = shell.clock.time_ns > begin + 1;
    int target = direction > 0 ? step + 1 : inside ? step : step - 1;
    shell.clock.playing = false;
    if (target >= schedule->steps) {
        shell.clock.time_ns = clock_length_ns(context);
        return;
    }
    target = std::max(target, 0);
    shell.clock.time_ns = step_begin_ns(context, target);
    shell.selection.selected.step = target;
}

namespace {

void keep_selection_inside(Target& target, const Schedule& schedule, size_t spans) {
    const auto keep = [](int& value, size_t count) {
        if (value >= static_cast<int>(count)) value = -1;
    };
    keep(target.rank, static_cast<size_t>(schedule.ranks));
    keep(target.owner, static_cast<size_t>(schedule.ranks));
    keep(target.step, static_cast<size_t>(schedule.steps));
    keep(target.group, static_cast<size_t>(schedule.problem.groups));
    keep(target.transfer, schedule.transfers.size());
    keep(target.span, spans);
    if (target.query >= schedule.problem.seq_len) target.query = -1;
    if (target.key >= schedule.problem.seq_len) target.key = -1;
}

/// The shown run on the clock that is wanted.
TimedRun wanted_run(const Shell& shell) {
    if (shell.has_two_clocks() && !shell.measured_clock) return shell.in.replayed;
    return {shell.in.run, shell.in.run ? shell.in.run_index : nullptr, shell.in.predicted};
}

/// Its index comes with it, or is made here.
void show(Shell& shell, TimedRun run) {
    shell.measured = shell.in.run;
    if (run.run && !run.index)
        run.index =
            run.run == shell.shown.run ? shell.shown.index : std::make_shared<const RunIndex>(*run.run);
    shell.shown = std::move(run);
}

/// Selection, time and zooms stay where they are in the ring.
void follow_clock(Shell& shell, const TimedRun& before) {
    const TimedRun& now = shell.shown;
    const ClockChange change{{before.run->trace, before.index->trace}, {now.run->trace, now.index->trace}};
    Selection& selection = shell.selection;
    const int span = selection.selected.span, moved = span_on(change.from, change.to, span);
    const auto move = [&](Target& target) { target.span = target.span == span ? moved : -1; };
    move(selection.selected);
    shell.selections.change_each(move);
    Clock& clock = shell.clock;
    clock.time_ns = time_on(change.from.index, change.to.index, clock.time_ns);
    clock.view_begin_ns = change.at(clock.view_begin_ns);
    clock.view_end_ns = change.at(clock.view_end_ns);
    shell.timeline().follow_clock(now.run, change);
}

void begin_run(Shell& shell, double length) {
    Selection& selection = shell.selection;
    shell.clock.view_begin_ns = 0;
    shell.clock.view_end_ns = static_cast<int64_t>(length);
    shell.clock.time_ns = 0;
    selection.selected.span = -1;
    selection.selected.transfer = -1;
    shell.selections = History(selection.selected);  // spans of another run mean nothing here
}

}  // namespace

void switch_clock(Shell& shell) { shell.measured_clock = !shell.measured_clock; }

void update_clock_and_selection(Shell& shell) {
    Selection& selection = shell.selection;
    selection.hovered = selection.next_hovered;
    selection.next_hovered = Target{};
    const bool new_run = shell.in.run != shell.measured;
    const TimedRun before = shell.shown;
    show(shell, wanted_run(shell));
    const ViewContext context = shell.view_context();
    const double length = clock_length_ns(context);
    if (new_run) {
        begin_run(shell, length);
    } else if (before.run != shell.shown.run) {
        selection.hovered.span = -1;
        follow_clock(shell, before);
    }
    if (const auto schedule = shown_schedule(context)) {
        const size_t spans = context.run ? context.run->trace.spans.size() : 0;
        keep_selection_inside(selection.selected, *schedule, spans);
        keep_selection_inside(selection.hovered, *schedule, spans);
    }
    if (shell.clock.playing) {
        shell.clock.time_ns += shell.frame_seconds / kPlaySeconds * shell.clock.speed * length;
        if (shell.clock.time_ns >= length) shell.clock.playing = false;
    }
    shell.clock.time_ns = std::clamp(shell.clock.time_ns, 0.0, length);
}

}  // namespace ringscope

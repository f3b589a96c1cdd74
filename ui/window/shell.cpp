#include "ui/window/shell.h"

#include "ui/views/run_clock.h"

#include <algorithm>
#include <iterator>

namespace ringscope {

namespace {
constexpr float kSmallestScale = 0.75f, kLargestScale = 3;
constexpr float kLargestLetters = 4;  // larger ones outgrow the texture that holds them
}  // namespace

ViewContext Shell::view_context() {
    return {.plan = plan.schedule(),
            .prediction = plan.schedule() ? &plan.prediction() : nullptr,
            .run = in.run.get(),
            .busy = in.busy,
            .run_is_current = run_is_current(),
            .selection = selection,
            .clock = clock,
            .items = items,
            .theme = theme,
            .reduced_motion = reduced_motion,
            .frame_seconds = frame_seconds,
            .actions = actions,
            .indices = &indices};
}

std::string Shell::why_not_run() const {
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
    plan.update(experiment);
}

void Shell::set_theme(ThemeName name) {
    const float scale = theme.scale;
    theme = make_theme(name, scale);
    theme.text_font = fonts.text;
    theme.small_font = fonts.small_text;
    theme.title_font = fonts.title;
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
    if (layout.tab != Tab::workbench) return std::string(kTabNames[static_cast<int>(layout.tab)]) + "/view";
    const int view = layout.maximised >= 0 ? layout.maximised : static_cast<int>(selection.focused);
    return std::string(kViewNames[view]) + "/view";
}

void Shell::say(const std::string& text, Notice::Level level) { log.push_back({level, text}); }

namespace {

bool is_on_the_screen(const Shell& shell, const std::string& area) {
    if (area == "toolbar") return true;
    if (shell.layout.tab != Tab::workbench) return false;
    for (int view = 0; view < kViews; ++view)
        if (area == kViewNames[view]) return shell.layout.maximised < 0 || shell.layout.maximised == view;
    return true;
}

}  // namespace

void enter_next_area(Shell& shell, int direction) {
    constexpr int count = static_cast<int>(std::size(kAreas));
    int at = 0;
    while (at + 1 < count && shell.keyboard_area != kAreas[at]) ++at;
    do at = (at + direction + count) % count;
    while (!is_on_the_screen(shell, kAreas[at]));
    shell.keyboard_area = kAreas[at];
    shell.enter_area = true;
    for (int view = 0; view < kViews; ++view)
        if (shell.keyboard_area == kViewNames[view]) shell.selection.focused = static_cast<ViewName>(view);
}

bool takes_keyboard(Shell& shell, const std::string& area) {
    if (!shell.enter_area || shell.keyboard_area != area) return false;
    shell.enter_area = false;
    return true;
}

void step_clock(Shell& shell, int direction) {
    const ViewContext context = shell.view_context();
    const Schedule* schedule = shown_schedule(context);
    if (!schedule) return;
    const int step = clock_step(context).step;
    const double begin = step_begin_ns(context, step);
    // Backwards from inside a step goes to its begin first, as players do.
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

}  // namespace

void update_clock_and_selection(Shell& shell) {
    Selection& selection = shell.selection;
    selection.hovered = selection.next_hovered;
    selection.next_hovered = Target{};
    ViewContext context = shell.view_context();
    const double length = clock_length_ns(context);
    if (shell.in.run != shell.shown_run) {
        shell.shown_run = shell.in.run;
        shell.indices.show(shell.in.run.get(), shell.in.run_index);
        shell.clock.view_begin_ns = 0;
        shell.clock.view_end_ns = static_cast<int64_t>(length);
        shell.clock.time_ns = 0;
        selection.selected.span = -1;
        selection.selected.transfer = -1;
        shell.selections = History(selection.selected);  // spans of another run mean nothing here
    }
    if (const Schedule* schedule = shown_schedule(context)) {
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

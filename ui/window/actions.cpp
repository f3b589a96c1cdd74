#include "ui/window/actions.h"

#include <algorithm>
#include <cmath>

#include "engine/base/error.h"
#include "sessions/experiment_file.h"
#include "ui/keys.h"
#include "ui/views/run_clock.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/shell.h"

namespace ringscope {

namespace {

std::string no_run(const Shell& s) { return s.in.run ? "" : "there is no run yet"; }
std::string no_finished_run(const Shell& s) {
    if (!s.in.run) return "there is no run yet";
    return s.in.run_id != 0 ? "the run is saved already" : "";
}
std::string no_earlier_runs(const Shell& s) {
    return s.in.earlier && !s.in.earlier->empty() ? "" : "every run of earlier windows is saved";
}
std::string no_timed_run(const Shell& s) {
    return s.in.run && !s.in.run->trace.spans.empty() ? "" : "nothing was timed yet";
}
std::string no_calibration(const Shell& s) {
    if (s.in.calibrated) return "it is under way";
    return s.in.busy ? "a run is under way" : "";
}
std::string one_clock(const Shell& s) {
    if (s.in.compared && s.in.compared->measured) return "";
    if (!s.in.run) return "there is no run yet";
    return s.has_two_clocks() ? "" : "the ranks of the run shared no cores: it has one clock";
}
std::string nothing_predicted(const Shell& s) {
    return s.shown.predicted ? "" : "no time was predicted for the run";
}
std::string nothing_to_play(const Shell& s) {
    return s.plan.schedule() || (s.in.run && s.in.run->schedule) ? "" : "there is neither a plan nor a run";
}
std::string not_busy(const Shell& s) { return s.in.busy ? "" : "nothing is running"; }

void change_scale(Shell& s, float factor) {
    s.set_scale(std::round(s.person_scale * factor * 20) / 20, s.display_scale);
}

template <ThemeName name>
void choose_theme(Shell& s) {
    s.set_theme(name);
}
template <ThemeName name>
bool theme_is(const Shell& s) {
    return s.theme.name == name;
}

void paste_experiment(Shell& s) {
    const char* text = ImGui::GetClipboardText();
    try {
        s.set_experiment(parse_experiment(text ? text : "", "clipboard"));
        s.say("Pasted an experiment");
    } catch (const Error& error) {
        s.say(error.what(), Notice::Level::error);
    }
}

/// The view alone; once more: all of them again.
void maximise(Shell& s, const ViewInfo* view) {
    s.layout.show_alone(s.layout.maximised == view ? nullptr : view);
    s.selection.focused = view;
}

/// What the timeline is asked for is seen, whichever view fills the workbench.
void show_timeline(Shell& s) { s.layout.show_alone(s.layout.maximised ? &TimelineView::kInfo : nullptr); }

void play(Shell& s) {
    if (s.clock.time_ns >= clock_length_ns(s.view_context())) s.clock.time_ns = 0;
    s.clock.playing = !s.clock.playing;
}

void change_speed(Shell& s, double factor) {
    s.clock.speed = std::clamp(s.clock.speed * factor, 1.0 / 16, 16.0);
}

void find_spans(Shell& s) {
    show_timeline(s);
    s.selection.focused = &TimelineView::kInfo;
    s.actions.find = true;
}

void show_critical_path(Shell& s) {
    show_timeline(s);
    s.timeline().show_chain = !s.timeline().show_chain;
}

void show_predicted(Shell& s) { s.timeline().show_predicted = !s.timeline().show_predicted; }

using K = Dialogs::Kind;

// clang-format off
const Action kActions[] = {
    {"file/new", "New experiment", "Ctrl-N", kKeyN, kModControl, true, [](Shell& s) { s.set_experiment(default_experiment()); }, nullptr, nullptr},
    {"file/open", "Open experiment...", "Ctrl-O", kKeyO, kModControl, true, [](Shell& s) { s.dialogs.open(K::open_experiment); }, nullptr, nullptr},
    {"file/save_experiment", "Save experiment...", "Ctrl-Shift-S", kKeyS, kModControl | kModShift, true, [](Shell& s) { s.dialogs.open(K::save_experiment); }, nullptr, nullptr},
    {"file/save_preset", "Save settings as preset...", "", 0, 0, false, [](Shell& s) { s.dialogs.open(K::save_preset); }, nullptr, nullptr},
    {"file/save_run", "Save run", "Ctrl-S", kKeyS, kModControl, true, [](Shell& s) { s.commands.push_back(SaveRun{}); }, no_finished_run, nullptr},
    {"file/save_run_as", "Save run as...", "", 0, 0, false, [](Shell& s) { s.dialogs.open(K::save_run); }, no_run, nullptr},
    {"file/add_earlier", "Add unsaved runs of earlier windows", "", 0, 0, false, [](Shell& s) { s.commands.push_back(AddEarlierRuns{}); }, no_earlier_runs, nullptr},
    {"file/drop_earlier", "Discard unsaved runs of earlier windows", "", 0, 0, false, [](Shell& s) { s.commands.push_back(DropEarlierRuns{}); }, no_earlier_runs, nullptr},
    {"file/export", "Export run...", "Ctrl-E", kKeyE, kModControl, true, [](Shell& s) { s.dialogs.open_export(s.in.run_id, false); }, no_run, nullptr},
    {"file/open_run_file", "Open run file...", "", 0, 0, false, [](Shell& s) { s.dialogs.open(K::open_run_file, s.in.run_file); }, nullptr, nullptr},
    {"file/open_trace", "Open trace of another program...", "", 0, 0, false, [](Shell& s) { s.dialogs.open(K::open_trace); }, nullptr, nullptr},
    {"file/picture_view", "Save the view as picture...", "Ctrl-Shift-E", kKeyE, kModControl | kModShift, true, [](Shell& s) { s.dialogs.open_picture(s.area_in_front()); }, nullptr, nullptr},
    {"file/picture", "Save the window as picture...", "", 0, 0, false, [](Shell& s) { s.dialogs.open_picture(""); }, nullptr, nullptr},
    {"file/quit", "Quit", "Ctrl-Q", kKeyQ, kModControl, true, [](Shell& s) { s.commands.push_back(Quit{}); }, nullptr, nullptr},

    {"edit/undo", "Undo settings", "Ctrl-Z", kKeyZ, kModControl, false, [](Shell& s) { s.set_experiment(s.history.undo(s.experiment)); },
     [](const Shell& s) -> std::string { return s.history.can_undo(s.experiment) ? "" : "nothing was changed"; }, nullptr},
    {"edit/redo", "Redo settings", "Ctrl-Y", kKeyY, kModControl, false, [](Shell& s) { s.set_experiment(s.history.redo()); },
     [](const Shell& s) -> std::string { return s.history.can_redo(s.experiment) ? "" : "nothing was undone"; }, nullptr},
    {"edit/copy_text", "Copy the selection as text", "Ctrl-C", kKeyC, kModControl, false, [](Shell& s) { s.commands.push_back(CopyText{s.timeline().copied_text(s.view_context())}); }, no_timed_run, nullptr},
    {"edit/copy_experiment", "Copy experiment as JSON", "", 0, 0, false, [](Shell& s) { s.commands.push_back(CopyText{experiment_to_json(s.experiment)}); }, nullptr, nullptr},
    {"edit/paste_experiment", "Paste experiment from JSON", "", 0, 0, false, paste_experiment, nullptr, nullptr},
    {"edit/run_settings", "Use the shown run's settings", "", 0, 0, false, [](Shell& s) { s.set_experiment(s.in.run->experiment); }, no_run, nullptr},

    {"run/start", "Run", "F5", kKeyF5, 0, true, [](Shell& s) { s.start_run(); }, [](const Shell& s) { return s.why_not_run(); }, nullptr},
    {"run/cancel", "Cancel", "Shift-F5", kKeyF5, kModShift, true, [](Shell& s) { s.commands.push_back(CancelRun{}); }, not_busy, nullptr},
    {"run/auto", "Run when settings change", "", 0, 0, false, [](Shell& s) { s.auto_run.on = !s.auto_run.on; }, nullptr, [](const Shell& s) { return s.auto_run.on; }},
    {"run/calibrate", "Calibrate this machine", "", 0, 0, false, [](Shell& s) { s.commands.push_back(CalibrateMachine{}); }, no_calibration, nullptr},
    {"run/cancel_calibration", "Cancel the calibration", "", 0, 0, false, [](Shell& s) { s.commands.push_back(CancelCalibration{}); }, [](const Shell& s) -> std::string { return s.in.calibrated ? "" : "nothing is being calibrated"; }, nullptr},

    {"view/numbers", "Numbers: figures, formulas, error map", "Alt-5", kKey1 + 4, kModAlt, true, [](Shell& s) { s.numbers.is_open = !s.numbers.is_open; }, nullptr, [](const Shell& s) { return s.numbers.is_open; }},
    {"view/focused", "Maximise the focused view", "F11", kKeyF11, 0, true, [](Shell& s) { maximise(s, s.layout.maximised ? s.layout.maximised : s.selection.focused); }, nullptr, nullptr},
    {"view/next_area", "Keyboard to the next area", "F6", kKeyF6, 0, true, [](Shell& s) { enter_next_area(s, 1); }, nullptr, nullptr},
    {"view/previous_area", "Keyboard to the previous area", "Shift-F6", kKeyF6, kModShift, true, [](Shell& s) { enter_next_area(s, -1); }, nullptr, nullptr},
    {"view/all", "All views", "Alt-0", kKey0, kModAlt, true, [](Shell& s) { s.layout.show_alone(nullptr); }, nullptr, [](const Shell& s) { return !s.layout.maximised; }},
    {"view/dark", "Dark colours", "", 0, 0, false, choose_theme<ThemeName::dark>, nullptr, theme_is<ThemeName::dark>},
    {"view/light", "Light colours", "", 0, 0, false, choose_theme<ThemeName::light>, nullptr, theme_is<ThemeName::light>},
    {"view/contrast", "High contrast", "", 0, 0, false, choose_theme<ThemeName::contrast>, nullptr, theme_is<ThemeName::contrast>},
    {"view/reduced_motion", "Reduced motion", "", 0, 0, false, [](Shell& s) { s.reduced_motion = !s.reduced_motion; }, nullptr, [](const Shell& s) { return s.reduced_motion; }},
    {"view/bigger", "Bigger text", "Ctrl-=", kKeyEqual, kModControl, true, [](Shell& s) { change_scale(s, 1.1f); }, nullptr, nullptr},
    {"view/smaller", "Smaller text", "Ctrl--", kKeyMinus, kModControl, true, [](Shell& s) { change_scale(s, 1 / 1.1f); }, nullptr, nullptr},
    {"view/normal_size", "Normal text size", "Ctrl-0", kKey0, kModControl, true, [](Shell& s) { s.set_scale(1, s.display_scale); }, nullptr, nullptr},
    {"view/layout_tune", "Layout: tune", "", 0, 0, false, [](Shell& s) { s.layout = tune_layout(); }, nullptr, nullptr},
    {"view/layout_teach", "Layout: teach", "", 0, 0, false, [](Shell& s) { s.layout = teach_layout(); }, nullptr, nullptr},
    {"view/layout_compare", "Layout: compare", "", 0, 0, false, [](Shell& s) { s.layout = compare_layout(); }, nullptr, nullptr},
    {"view/reset_layout", "Reset layout", "", 0, 0, false, [](Shell& s) { s.layout = WindowLayout{}; }, nullptr, nullptr},
    {"view/log", "Messages", "", 0, 0, false, [](Shell& s) { s.log_open = !s.log_open; }, nullptr, [](const Shell& s) { return s.log_open; }},

    {"time/clock", "Clock: this machine instead of own devices", "K", kKeyK, 0, false, switch_clock, one_clock, [](const Shell& s) { return s.measured_clock; }},
    {"view/predicted", "Predicted spans behind the timeline's", "P", kKeyP, 0, false, show_predicted, nothing_predicted, [](const Shell& s) { return s.timeline().show_predicted; }},
    {"time/play", "Play or pause", "Space", kKeySpace, 0, false, play, nothing_to_play, [](const Shell& s) { return s.clock.playing; }},
    {"time/previous_step", "Previous ring step", ",", kKeyComma, 0, false, [](Shell& s) { step_clock(s, -1); }, nothing_to_play, nullptr},
    {"time/next_step", "Next ring step", ".", kKeyPeriod, 0, false, [](Shell& s) { step_clock(s, 1); }, nothing_to_play, nullptr},
    {"time/begin", "Go to start", "Home", kKeyHome, 0, false, [](Shell& s) { s.clock.time_ns = 0; }, nothing_to_play, nullptr},
    {"time/end", "Go to end", "End", kKeyEnd, 0, false, [](Shell& s) { s.clock.time_ns = clock_length_ns(s.view_context()); }, nothing_to_play, nullptr},
    {"time/slower", "Play slower", "Shift-,", kKeyComma, kModShift, false, [](Shell& s) { change_speed(s, 0.5); }, nullptr, nullptr},
    {"time/faster", "Play faster", "Shift-.", kKeyPeriod, kModShift, false, [](Shell& s) { change_speed(s, 2); }, nullptr, nullptr},

    {"select/nearer", "Zoom in", "W", kKeyW, 0, false, [](Shell& s) { ++s.actions.zoom; }, nullptr, nullptr},
    {"select/farther", "Zoom out", "S", kKeyS, 0, false, [](Shell& s) { --s.actions.zoom; }, nullptr, nullptr},
    {"select/left", "Pan left", "A", kKeyA, 0, false, [](Shell& s) { --s.actions.pan; }, nullptr, nullptr},
    {"select/right", "Pan right", "D", kKeyD, 0, false, [](Shell& s) { ++s.actions.pan; }, nullptr, nullptr},
    {"select/all", "Show all", "0", kKey0, 0, false, [](Shell& s) { s.actions.show_all = true; }, nullptr, nullptr},
    {"select/frame", "Frame the selection", "F", kKeyF, 0, false, [](Shell& s) { s.actions.frame_selection = true; }, nullptr, nullptr},
    {"select/undo_zoom", "Undo zoom", "Backspace", kKeyBackspace, 0, false, [](Shell& s) { s.actions.undo_zoom = true; }, nullptr, nullptr},
    {"select/find", "Find spans...", "Ctrl-F", kKeyF, kModControl, true, find_spans, no_run, nullptr},
    {"select/measure", "Measure the selection", "M", kKeyM, 0, false, [](Shell& s) { s.actions.measure = true; }, no_timed_run, nullptr},
    {"select/longest", "Go to the longest span of its kind", "L", kKeyL, 0, false, [](Shell& s) { s.actions.longest = true; }, no_timed_run, nullptr},
    {"select/chain", "Critical path over ranks", "C", kKeyC, 0, false, show_critical_path, no_timed_run, [](const Shell& s) { return s.timeline().show_chain; }},
    {"select/sort", "Sort ranks: number, compute, wait", "O", kKeyO, 0, false, [](Shell& s) { s.actions.sort_ranks = true; }, no_timed_run, nullptr},
    {"select/top", "Move the selected rank to the top, or back", "T", kKeyT, 0, false, [](Shell& s) { s.actions.rank_to_top = true; },
     [](const Shell& s) -> std::string { return s.selection.selected.rank >= 0 ? no_timed_run(s) : "no rank is selected"; }, nullptr},
    {"select/previous_span", "Previous span", "Left", kKeyLeft, 0, false, [](Shell& s) { s.actions.previous_span = true; }, no_run, nullptr},
    {"select/next_span", "Next span", "Right", kKeyRight, 0, false, [](Shell& s) { s.actions.next_span = true; }, no_run, nullptr},
    {"select/sender", "Follow the chunk to its sender", "[", kKeyLeftBracket, 0, false, [](Shell& s) { s.actions.follow_sender = true; }, no_run, nullptr},
    {"select/receiver", "Follow the chunk to its receiver", "]", kKeyRightBracket, 0, false, [](Shell& s) { s.actions.follow_receiver = true; }, no_run, nullptr},
    {"select/back", "Previous selection", "Alt-Left", kKeyLeft, kModAlt, false, [](Shell& s) { s.selection.selected = s.selections.undo(s.selection.selected); },
     [](const Shell& s) -> std::string { return s.selections.can_undo(s.selection.selected) ? "" : "there is no earlier selection"; }, nullptr},
    {"select/forward", "Next selection", "Alt-Right", kKeyRight, kModAlt, false, [](Shell& s) { s.selection.selected = s.selections.redo(); },
     [](const Shell& s) -> std::string { return s.selections.can_redo(s.selection.selected) ? "" : "there is no later selection"; }, nullptr},
    {"select/none", "Clear selection", "Escape", kKeyEscape, 0, false, [](Shell& s) { s.selection.selected = Target{}; }, nullptr, nullptr},

    {"help/palette", "Find any command...", "Ctrl-Shift-P", kKeyP, kModControl | kModShift, true, [](Shell& s) { s.palette.open(); }, nullptr, nullptr},
    {"help/keys", "Keys and mouse", "?", kKeySlash, kModShift, false, [](Shell& s) { s.help_open = !s.help_open; }, nullptr, [](const Shell& s) { return s.help_open; }},
};
// clang-format on

Action tab_action(const TabInfo& tab) {
    return {std::string("view/") + tab.name,
            tab.title,
            tab.keys,
            tab.key,
            tab.modifiers,
            true,
            [&tab](Shell& s) { s.layout.tab = &tab; },
            nullptr,
            [&tab](const Shell& s) { return s.layout.tab == &tab; }};
}

Action view_action(const ViewInfo& view) {
    return {std::string("view/") + view.name,
            std::string(view.title) + " fills the screen",
            view.keys,
            view.key,
            view.modifiers,
            true,
            [&view](Shell& s) { maximise(s, &view); },
            nullptr,
            [&view](const Shell& s) { return s.layout.maximised == &view; }};
}

/// Tabs and views stand first in their menu.
std::vector<Action> all_actions() {
    std::vector<Action> all;
    bool listed = false;
    for (const Action& action : kActions) {
        if (!listed && action.id.starts_with("view/")) {
            for (const TabEntry& tab : tab_list()) all.push_back(tab_action(*tab.info));
            for (const ViewEntry& view : view_list()) all.push_back(view_action(*view.info));
            listed = true;
        }
        all.push_back(action);
    }
    return all;
}

int held_modifiers() {
    const ImGuiIO& io = ImGui::GetIO();
    return (io.KeyCtrl ? kModControl : 0) | (io.KeyShift ? kModShift : 0) | (io.KeyAlt ? kModAlt : 0);
}

// The thumb's buttons, as browsers use them.
constexpr int kMouseBack = 3, kMouseForward = 4;

/// Keys that a widget with the keyboard's focus needs for itself.
bool is_for_widgets(int key) {
    return key == kKeySpace || key == kKeyEnter || key == kKeyLeft || key == kKeyRight || key == kKeyUp ||
           key == kKeyDown;
}

}  // namespace

std::span<const Action> actions() {
    static const std::vector<Action> all = all_actions();
    return all;
}

const Action* find_action(const std::string& id) {
    for (const Action& action : actions())
        if (id == action.id) return &action;
    return nullptr;
}

std::string why_not(const Action& action, const Shell& shell) {
    return action.why_not ? action.why_not(shell) : "";
}

void perform(const Action& action, Shell& shell) {
    if (why_not(action, shell).empty()) action.act(shell);
}

void handle_keys(Shell& shell) {
    shell.actions = ViewActions{};
    if (shell.palette.is_open || shell.dialogs.is_open()) return;
    const ImGuiIO& io = ImGui::GetIO();
    const bool popup = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
    if (ImGui::IsMouseClicked(kMouseBack)) perform(*find_action("select/back"), shell);
    if (ImGui::IsMouseClicked(kMouseForward)) perform(*find_action("select/forward"), shell);
    for (const int pressed : shell.in.keys) {
        const int key = key_code(pressed);
        const int modifiers = key_modifiers(pressed) | held_modifiers();
        if (key == kKeyF1) shell.help_open = !shell.help_open;
        if (key == kKeyEscape && shell.help_open) {
            shell.help_open = false;
            continue;
        }
        for (const Action& action : actions()) {
            if (action.key != key || action.key == 0 || action.modifiers != modifiers) continue;
            if (!action.in_text && (io.WantTextInput || popup)) continue;
            if (modifiers == 0 && is_for_widgets(key) && io.NavVisible && io.NavActive) continue;
            perform(action, shell);
            break;
        }
    }
}

}  // namespace ringscope

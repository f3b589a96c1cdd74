#include "ui/window/ui.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "sessions/experiment_file.h"
#include "ui/keys.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/actions.h"
#include "ui/window/help_overlay.h"
#include "ui/window/shell.h"
#include "ui/window/status_line.h"
#include "ui/window/toolbar.h"
#include "ui/window/workbench.h"

namespace ringscope {

struct Ui::State : Shell {};

namespace {

constexpr double kBusyFrameSeconds = 0.1;  // progress moves; more frames would take cores from the run

constexpr double kSimulatingFrameSeconds = 0.004;  // a slider is being watched

constexpr const char* kAllViews = "all";

bool contains(const std::vector<int>& keys, int key) {
    for (const int pressed : keys)
        if (key_code(pressed) == key) return true;
    return false;
}

void begin_frame(Shell& shell, const Inputs& inputs) {
    if (inputs.traces.size() > shell.in.traces.size()) shell.layout.tab = &CompareTab::kInfo;
    shell.in = inputs;
    shell.commands.clear();
    shell.items.begin_frame();
    for (const ViewEntry& view : view_list()) view.begin_frame(shell.views);
    shell.frame_seconds = std::clamp(inputs.seconds - shell.last_seconds, 0.0, 0.1);
    shell.last_seconds = inputs.seconds;
    if (shell.theme_changed) apply_theme(shell.theme);
    shell.theme_changed = false;
    ImGuiIO& io = ImGui::GetIO();
    io.ConfigDragClickToInputText = true;
    io.ConfigInputTextCursorBlink = false;  // a blinking cursor would need frames all the time
    if (inputs.load) shell.set_experiment(*inputs.load);
    shell.log.insert(shell.log.end(), inputs.notices.begin(), inputs.notices.end());
}

/// Behind the actions, in the list's order.
void add_machines(const Shell& shell, std::vector<PaletteEntry>& entries) {
    if (!shell.in.machines) return;
    for (const MachineEntry& entry : *shell.in.machines) {
        const std::string& name = entry.machine->name;
        entries.push_back({"simulate/" + name, "Simulate on " + name, "", ""});
    }
}

void draw_palette(Shell& shell) {
    if (!shell.palette.is_open) return;
    std::vector<PaletteEntry> entries;
    for (const Action& action : actions())
        entries.push_back({action.id, action.label, action.keys, why_not(action, shell)});
    add_machines(shell, entries);
    const int chosen = shell.palette.draw(entries, shell.in.keys, shell.widgets());
    if (chosen < 0) return;
    const auto action = static_cast<size_t>(chosen);
    if (action < actions().size()) return perform(actions()[action], shell);
    shell.simulate().machine = (*shell.in.machines)[action - actions().size()].machine->name;
    shell.layout.tab = &SimulateTab::kInfo;
}

/// The tab in front, which is not the workbench. `below` it, pixels are left free.
void draw_tab(Shell& shell, float below) {
    ImGui::BeginChild("##tab", {0, -below});
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    shell.items.add(shell.area_in_front(), at, {at.x + size.x, at.y + size.y}, "");
    TabContext context{shell.in,       shell.dialogs,        shell.widgets(),
                       shell.commands, shell.measured_clock, shell.experiment};
    for (const TabEntry& tab : tab_list())
        if (tab.info == shell.layout.tab) tab.draw(shell.tabs, context);
    ImGui::EndChild();
}

void draw_frame(Shell& shell) {
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(screen->Pos);
    ImGui::SetNextWindowSize(screen->Size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(shell.theme.px(6), shell.theme.px(3)));
    const ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                   ImGuiWindowFlags_MenuBar | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollWithMouse;
    ImGui::Begin("RingScope", nullptr, flags);
    draw_menu_bar(shell);
    if (takes_keyboard(shell, "toolbar")) focus_first_item();
    draw_toolbar(shell);
    const float status = ImGui::GetTextLineHeightWithSpacing();
    if (shell.layout.tab == &kWorkbench)
        draw_workbench(shell, status);
    else
        draw_tab(shell, status);
    for (const Command& command : shell.commands) {
        if (std::holds_alternative<CompareRuns>(command)) shell.layout.tab = &CompareTab::kInfo;
        if (!std::holds_alternative<ShowSimulation>(command)) continue;
        shell.layout.tab = &kWorkbench;
        shell.auto_run.started();  // else a measured run would replace it at once
    }
    draw_status_line(shell);
    ImGui::End();
    ImGui::PopStyleVar();
}

}  // namespace

Ui::Ui() : state_(std::make_unique<State>()) {}
Ui::~Ui() = default;

Commands Ui::draw(const Inputs& inputs) {
    Shell& shell = *state_;
    begin_frame(shell, inputs);
    shell.plan.update(shell.experiment, shell.in.machine);
    update_clock_and_selection(shell);
    handle_keys(shell);
    push_font(shell.theme.text_font);
    draw_frame(shell);
    if (shell.layout.tab == &kWorkbench && shell.metrics.clicked) shell.numbers.is_open = true;
    ViewContext context = shell.view_context();
    shell.numbers.draw(context);
    draw_help_overlay(shell);
    draw_log(shell);
    draw_palette(shell);
    const bool enter = contains(inputs.keys, kKeyEnter) || contains(inputs.keys, kKeypadEnter);
    shell.dialogs.draw(shell.experiment, inputs.presets.get(), enter, contains(inputs.keys, kKeyEscape),
                       shell.widgets(), shell.commands);
    pop_font();
    shell.plan.update(shell.experiment, shell.in.machine);
    shell.obstacle.reset();
    if (shell.plan.schedule()) shell.obstacle = run_obstacle(*shell.plan.schedule(), inputs.inventory.get());
    shell.history.track(shell.experiment, !ImGui::IsAnyItemActive());
    shell.selections.track(shell.selection.selected, !ImGui::IsMouseDown(ImGuiMouseButton_Left));
    // While another run is under way, its result is about to replace what is shown.
    const Experiment* shown = inputs.run && !inputs.busy ? &inputs.run->experiment : nullptr;
    if (shell.auto_run.due(shell.experiment, shell.why_not_run().empty(), shown, inputs.seconds))
        shell.start_run();
    return std::move(shell.commands);
}

double Ui::seconds_to_next_frame() const {
    const bool wanted = std::any_of(view_list().begin(), view_list().end(),
                                    [&](const ViewEntry& view) { return view.wants_frame(state_->views); });
    if (state_->clock.playing || state_->theme_changed || wanted) return 0;
    double seconds = INFINITY;
    if (state_->in.busy || state_->plan.planning() || state_->plan.timing() || state_->in.calibrated)
        seconds = kBusyFrameSeconds;
    if (state_->is_simulating()) seconds = kSimulatingFrameSeconds;
    if (state_->auto_run.pending()) seconds = std::min(seconds, AutoRun::kPauseSeconds / 5);
    return seconds;
}

bool Ui::wants_frames() const { return std::isfinite(seconds_to_next_frame()); }

bool Ui::planning() const {
    return state_->plan.planning() || state_->plan.timing() || state_->is_simulating();
}

const ItemRegistry& Ui::items() const { return state_->items; }
const Experiment& Ui::experiment() const { return state_->experiment; }
void Ui::set_experiment(const Experiment& experiment) { state_->set_experiment(experiment); }
void Ui::set_auto_run(bool on) { state_->auto_run.on = on; }
void Ui::set_theme(ThemeName name) { state_->set_theme(name); }
ThemeName Ui::theme() const { return state_->theme.name; }
void Ui::set_scale(float scale) { state_->set_scale(scale, state_->display_scale); }
void Ui::set_display_scale(float scale) {
    if (scale != state_->display_scale) state_->set_scale(state_->person_scale, scale);
}
float Ui::scale() const { return state_->theme.scale; }

void Ui::set_fonts(const Fonts& fonts) {
    state_->fonts = fonts;
    state_->set_theme(state_->theme.name);
}

bool Ui::show_view(const std::string& name) {
    const ViewInfo* view = find_view(name);
    const TabInfo* tab = find_tab(name);
    if (view || name == kAllViews)
        state_->layout.show_alone(view);
    else if (tab)
        state_->layout.tab = tab;
    return view || tab || name == kAllViews;
}

void Ui::set_measured_clock(bool on) { state_->measured_clock = on; }

std::vector<std::string> Ui::view_names() {
    std::vector<std::string> names{kAllViews};
    for (const ViewEntry& view : view_list()) names.push_back(view.info->name);
    for (const TabEntry& tab : tab_list())
        if (tab.info != &kWorkbench) names.push_back(tab.info->name);
    return names;
}

std::string Ui::set_field_text(const std::string& path, const std::string& text) {
    try {
        Experiment changed = state_->experiment;
        set_experiment_field(changed, path, text);
        state_->set_experiment(changed);
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

WindowState Ui::window_state() const {
    const Shell& shell = *state_;
    std::ostringstream text;
    text << layout_text(shell.layout) << "theme=" << kThemeNames[static_cast<int>(shell.theme.name)]
         << "\nscale=" << shell.person_scale << "\nauto_run=" << shell.auto_run.on
         << "\nreduced_motion=" << shell.reduced_motion << "\nspeed=" << shell.clock.speed
         << "\nsimulate_machine=" << shell.simulate().machine
         << "\nruns_columns=" << column_choices_text(shell.runs().columns) << "\n";
    return {text.str()};
}

void Ui::restore(const WindowState& state) {
    Shell& shell = *state_;
    std::istringstream lines(state.text);
    std::string line;
    while (std::getline(lines, line)) {
        const size_t equals = line.find('=');
        if (equals == std::string::npos) continue;
        const std::string key = line.substr(0, equals), value = line.substr(equals + 1);
        if (read_layout(shell.layout, key, value)) continue;
        const bool is_flag = value == "0" || value == "1";
        if (key == "theme" && theme_named(value)) shell.set_theme(*theme_named(value));
        if (key == "auto_run" && is_flag) shell.auto_run.on = value == "1";
        if (key == "reduced_motion" && is_flag) shell.reduced_motion = value == "1";
        if (key == "simulate_machine") shell.simulate().machine = value;
        if (key == "runs_columns") shell.runs().columns = read_column_choices(value);
        std::istringstream number(value);
        float read = 0;
        if (!(number >> read) || !std::isfinite(read)) continue;
        if (key == "scale") shell.set_scale(read, shell.display_scale);
        if (key == "speed") shell.clock.speed = std::clamp<double>(read, 1.0 / 16, 16);
    }
}

}  // namespace ringscope

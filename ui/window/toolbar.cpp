#include "ui/window/toolbar.h"

#include <algorithm>
#include <vector>

#include "engine/analysis/verification_text.h"
#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/actions.h"
#include "ui/window/preset_menu.h"

namespace ringscope {

namespace {

struct Menu {
    const char* id;
    const char* title;
};
constexpr Menu kMenus[] = {{"file", "File"}, {"edit", "Edit"},     {"run", "Run"},  {"view", "View"},
                           {"time", "Time"}, {"select", "Select"}, {"help", "Help"}};

void draw_menu(Shell& shell, const Menu& menu) {
    const WidgetContext ui = shell.widgets();
    const bool open = ImGui::BeginMenu(menu.title);
    ui.items.add_last(std::string("menu/") + menu.id, menu.title);
    if (!open) return;
    const std::string prefix = std::string(menu.id) + "/";
    const Action* chosen = nullptr;
    for (const Action& action : actions()) {
        if (!action.id.starts_with(prefix)) continue;
        const std::string reason = why_not(action, shell);
        const bool on = action.checked && action.checked(shell);
        if (ImGui::MenuItem(action.label.c_str(), action.keys.c_str(), on, reason.empty())) chosen = &action;
        ui.items.add_last("menu/" + action.id, action.label, reason.empty());
        tooltip(ui.theme, reason.empty() ? "" : "Not now: " + reason);
    }
    ImGui::EndMenu();
    if (chosen) perform(*chosen, shell);
}

/// Large letters in a small window: one box in place of the buttons.
void draw_tab_choice(Shell& shell) {
    std::vector<Option> options;
    int index = 0;
    for (const TabEntry& tab : tab_list()) {
        if (tab.info == shell.layout.tab) index = static_cast<int>(options.size());
        options.push_back({tab.info->title, ""});
    }
    const float room = std::max(1.0f, ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ItemSpacing.x);
    if (combo(shell.widgets(), "tab/choose", options, index, room, fitted(shell.layout.tab->title, room)))
        shell.layout.tab = tab_list()[static_cast<size_t>(index)].info;
}

void draw_tabs(Shell& shell) {
    const WidgetContext ui = shell.widgets();
    float needed = 0;
    for (const TabEntry& tab : tab_list())
        needed += ImGui::CalcTextSize(tab.info->title).x + 2 * ImGui::GetStyle().FramePadding.x +
                  ImGui::GetStyle().ItemSpacing.x;
    if (needed > ImGui::GetContentRegionAvail().x) return draw_tab_choice(shell);
    for (const TabEntry& tab : tab_list())
        if (toggle(ui, std::string("tab/") + tab.info->name, tab.info->title, shell.layout.tab == tab.info,
                   ""))
            shell.layout.tab = tab.info;
}

void draw_run_buttons(Shell& shell) {
    const WidgetContext ui = shell.widgets();
    ImGui::PushStyleColor(ImGuiCol_Button, ImGui::GetStyleColorVec4(ImGuiCol_ButtonActive));
    const bool run =
        button(ui, "run/start", "Run F5", "Run the experiment and verify the answer.", shell.why_not_run());
    ImGui::PopStyleColor();
    if (run) shell.start_run();
    ImGui::SameLine();
    if (button(ui, "run/cancel", "Cancel", "Stop the run (Shift-F5).",
               shell.in.busy ? "" : "nothing is running"))
        shell.commands.push_back(CancelRun{});
    ImGui::SameLine();
    checkbox(ui, "run/auto", "auto", shell.auto_run.on, "Run whenever the settings change and can run.");
}

/// "measured", of the clock that is shown; "" without a run.
std::string origin_text(const Shell& shell) {
    return shell.shown.run ? name_of(shell.shown.run->origin) : "";
}

/// A switch where the run has two clocks.
void draw_origin(Shell& shell, const std::string& origin) {
    const WidgetContext ui = shell.widgets();
    const Run& run = *shell.shown.run;
    std::string help = origin + "\n" + explanation_of(run.origin);
    if (!shell.has_two_clocks()) {
        text_item(ui, "toolbar/origin", origin, ui.theme.text_dim);
        return tooltip(ui.theme, help);
    }
    help += "\n" + clock_words(run) + "\nClick (K): the other clock.";
    if (button(ui, "toolbar/origin", origin.c_str(), help)) switch_clock(shell);
}

float badge_width(const Shell& shell) {
    const ReferenceBadge badge = reference_badge(shell.in.run.get(), shell.run_is_current(), shell.theme);
    const std::string origin = origin_text(shell);
    const float spacing = ImGui::GetStyle().ItemSpacing.x;
    const float padding = shell.has_two_clocks() ? 2 * ImGui::GetStyle().FramePadding.x : 0;
    return (origin.empty() ? 0 : ImGui::CalcTextSize(origin.c_str()).x + padding + spacing) +
           ImGui::GetFontSize() * 0.6f + spacing + ImGui::CalcTextSize(badge.text.c_str()).x;
}

void draw_badge(Shell& shell, float right) {
    const WidgetContext ui = shell.widgets();
    const ReferenceBadge badge = reference_badge(shell.in.run.get(), shell.run_is_current(), ui.theme);
    ImGui::AlignTextToFramePadding();
    if (const std::string origin = origin_text(shell); !origin.empty()) {
        draw_origin(shell, origin);
        ImGui::SameLine();
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float side = ImGui::GetFontSize() * 0.6f;
    ImGui::Dummy({side, ImGui::GetFrameHeight()});
    const float middle = at.y + ImGui::GetFrameHeight() / 2;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({at.x, middle - side / 2}, {at.x + side, middle + side / 2}, badge.colour);
    add_rect(list, {at.x, middle - side / 2}, {at.x + side, middle + side / 2}, ui.theme.text);
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    const float room = right - ImGui::GetCursorScreenPos().x;
    text_item(ui, "toolbar/reference", fitted(badge.text, room), badge.colour);
    tooltip(ui.theme, badge.text + "\n" + badge.help);
}

std::string device_text(const Shell& shell) {
    const Run* run = shell.in.run.get();
    if (run && run->schedule && run->state == RunState::done)
        return (run->experiment.backend.device == "auto" ? "auto: " : "") + run->device + " " + run->kernel +
               ", " + std::to_string(run->schedule->ranks) + (run->schedule->ranks == 1 ? " rank" : " ranks");
    const Experiment& e = shell.experiment;
    return "device " + e.backend.device + ", kernel " + e.backend.kernel + ", " +
           std::to_string(e.ring.ranks) + (e.ring.ranks == 1 ? " rank" : " ranks");
}

}  // namespace

std::string chosen_device_help(const Run& run, const EngineInventory* inventory) {
    if (run.experiment.backend.device != "auto" || run.device.empty()) return "";
    std::string help = "backend.device is auto and took " + run.device;
    const bool made_here = inventory && inventory->machine.host == run.machine.host;
    if (run.device != "cpu" || !made_here) return help + ".";
    std::string why = "there is none";
    for (const EngineOption& device : inventory->devices) {
        if (device.name != "cuda") continue;
        if (device.usable) return help + ": no GPU kernel or transport here is what was asked for.";
        why = device.why_not;
    }
    return help + ", because there is no GPU: " + why + ".";
}

ReferenceBadge reference_badge(const Run* run, bool is_current, const Theme& theme) {
    if (!run) return {"not run yet", "Press F5 to run the experiment.", theme.text_dim};
    const std::string earlier = is_current ? "" : " (earlier settings)";
    if (run->state == RunState::failed) return {"run failed" + earlier, run->error, theme.error};
    if (run->state == RunState::cancelled) return {"cancelled" + earlier, run->error, theme.text_dim};
    if (!run->verification)
        return {"not verified" + earlier, "The run was not checked against the reference.", theme.text_dim};
    const Verification& v = *run->verification;
    const std::string help = "Against the float64 reference: " + verification_line(v) + ". LSE error " +
                             error_text(v.max_lse_error) +
                             ", every allowed pair planned once: " + (v.coverage_ok ? "yes" : "no") + ".";
    if (v.passed) return {"= reference, max " + error_text(v.max_abs_error) + earlier, help, theme.good};
    return {"WRONG: differs from reference, max " + error_text(v.max_abs_error) + earlier, help, theme.error};
}

void draw_menu_bar(Shell& shell) {
    if (!ImGui::BeginMenuBar()) return;
    for (const Menu& menu : kMenus) draw_menu(shell, menu);
    ImGui::SameLine(0, shell.theme.px(24));
    draw_tabs(shell);
    const char* palette = "commands: Ctrl-Shift-P   keys: ?";
    const float width = ImGui::CalcTextSize(palette).x + 3 * ImGui::GetStyle().ItemSpacing.x;
    if (ImGui::GetContentRegionAvail().x > width) {
        ImGui::SameLine(ImGui::GetWindowWidth() - width);
        if (ImGui::MenuItem(palette)) shell.palette.open();
        shell.items.add_last("toolbar/palette", palette);
    }
    ImGui::EndMenuBar();
}

void draw_toolbar(Shell& shell) {
    const WidgetContext ui = shell.widgets();
    const float gap = ui.theme.px(14);
    draw_preset_menu(shell);
    ImGui::SameLine(0, gap);
    draw_run_buttons(shell);
    // The badge is always in sight, on a line of its own if need be.
    const float run_end = ImGui::GetItemRectMax().x + gap;
    const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
    if (run_end + badge_width(shell) <= right) ImGui::SameLine(0, gap);
    draw_badge(shell, right);
    const std::string device = device_text(shell);
    const float width = ImGui::CalcTextSize(device.c_str()).x;
    if (right - ImGui::GetItemRectMax().x - gap < std::min(width, ui.theme.px(80))) return;
    ImGui::SameLine(0, gap);
    const float room = ImGui::GetContentRegionAvail().x;
    if (room > width) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room - width);
    ImGui::AlignTextToFramePadding();
    text_item(ui, "toolbar/device", fitted(device, room), ui.theme.text_dim);
    std::string help = "Device, kernel and ring of the shown run: " + device;
    if (shell.in.run) help += "\n" + chosen_device_help(*shell.in.run, shell.in.inventory.get());
    tooltip(ui.theme, help);
}

}  // namespace ringscope

#include "ui/window/preset_menu.h"

#include <algorithm>

#include "ui/widgets/imgui_compat.h"
#include "ui/window/shell.h"

namespace ringscope {

namespace {

constexpr const char* kName = "toolbar/preset";

struct Shown {
    std::string name = "Custom";
    std::string help = "Named experiments. These settings match none of them.";
};

Shown shown_preset(const Shell& shell) {
    for (const Scenario& scenario : scenarios())
        if (scenario.experiment == shell.experiment) return {scenario.name, scenario.summary};
    if (shell.in.presets)
        for (const Preset& own : *shell.in.presets)
            if (own.experiment == shell.experiment) return {own.name, "A preset of your own."};
    return {};
}

/// `width` leaves room for what stands at the row's end; 0: the whole row.
bool row(Shell& shell, const std::string& name, const Shown& shown, const std::string& help,
         float width = 0) {
    const WidgetContext ui = shell.widgets();
    const bool chosen = ImGui::Selectable(name.c_str(), name == shown.name, 0, {width, 0});
    ui.items.add_last(std::string(kName) + "/" + name, name);
    tooltip(ui.theme, help);
    return chosen;
}

void own_rows(Shell& shell, const Shown& shown) {
    const WidgetContext ui = shell.widgets();
    ImGui::Separator();
    const float cross = ImGui::CalcTextSize("x").x + 2 * ImGui::GetStyle().FramePadding.x;
    for (const Preset& own : *shell.in.presets) {
        ImGui::PushID(own.name.c_str());
        const float room = ImGui::GetContentRegionAvail().x - cross - ImGui::GetStyle().ItemSpacing.x;
        if (row(shell, own.name, shown, "", std::max(1.0f, room))) shell.set_experiment(own.experiment);
        ImGui::SameLine();
        if (ImGui::SmallButton("x")) shell.dialogs.open(Dialogs::Kind::delete_preset, own.name);
        ui.items.add_last(std::string(kName) + "/" + own.name + "/delete", "x");
        tooltip(ui.theme, "Delete this preset.");
        ImGui::PopID();
    }
}

}  // namespace

void draw_preset_menu(Shell& shell) {
    const WidgetContext ui = shell.widgets();
    const Shown shown = shown_preset(shell);
    const float width = std::min(ui.theme.px(196), ImGui::GetWindowWidth() * 0.32f);
    ImGui::SetNextItemWidth(width);
    const bool open = ImGui::BeginCombo(
        "##presets",
        fitted(shown.name, width - ImGui::GetFrameHeight() - 2 * ImGui::GetStyle().FramePadding.x).c_str(),
        ImGuiComboFlags_HeightLargest);
    ui.items.add_last(kName, shown.name);
    if (!open) {
        tooltip(ui.theme, shown.help);
        return;
    }
    for (const Scenario& scenario : scenarios())
        if (row(shell, scenario.name, shown, scenario.summary)) shell.set_experiment(scenario.experiment);
    if (shell.in.presets && !shell.in.presets->empty()) own_rows(shell, shown);
    ImGui::Separator();
    if (ImGui::Selectable("Save these settings as preset...")) shell.dialogs.open(Dialogs::Kind::save_preset);
    ui.items.add_last(std::string(kName) + "/save", "Save these settings as preset...");
    ImGui::EndCombo();
}

}  // namespace ringscope

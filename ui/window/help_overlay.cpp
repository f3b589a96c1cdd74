#include "ui/window/help_overlay.h"

#include <algorithm>
#include <vector>

#include "ui/widgets/imgui_compat.h"
#include "ui/window/actions.h"
#include "ui/window/shell.h"

namespace ringscope {

namespace {

struct MouseHelp {
    const char* gesture;
    const char* effect;
};
constexpr MouseHelp kMouse[] = {
    {"wheel", "zoom at the cursor"},
    {"right drag", "pan"},
    {"left drag", "measure and select time"},
    {"double-click", "frame a span"},
    {"click", "select in all views"},
    {"Shift-drag a number", "powers of two"},
    {"click a number", "type it"},
    {"drag a bar between areas", "resize them"},
};

void help_line(WidgetContext ui, const std::string& name, const std::string& left, const std::string& right) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    text_item(ui, name + "/keys", left, ui.theme.accent);
    ImGui::TableNextColumn();
    text_item(ui, name, right, ui.theme.text);
}

}  // namespace

void draw_help_overlay(Shell& shell) {
    if (!shell.help_open) return;
    const WidgetContext ui = shell.widgets();
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const ImVec2 size{std::min(ui.theme.px(900), screen->Size.x * 0.95f),
                      std::min(ui.theme.px(640), screen->Size.y * 0.92f)};
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x / 2, screen->Pos.y + screen->Size.y / 2},
                            ImGuiCond_Always, {0.5f, 0.5f});
    ImGui::SetNextWindowSize(size);
    ImGui::SetNextWindowFocus();
    const ImGuiWindowFlags flags = ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove |
                                   ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoSavedSettings;
    if (ImGui::Begin("Keys and mouse", &shell.help_open, flags) && ImGui::BeginTable("##columns", 2)) {
        ImGui::TableNextColumn();
        std::vector<const Action*> keyed;
        for (const Action& action : actions())
            if (!action.keys.empty()) keyed.push_back(&action);
        const size_t half = (keyed.size() + 1) / 2 + 4;
        for (size_t part = 0; part < 2; ++part) {
            if (part == 1) ImGui::TableNextColumn();
            const ImVec2 padding = ImGui::GetStyle().CellPadding;
            ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(3 * padding.x, padding.y));
            const bool is_open = ImGui::BeginTable(part == 0 ? "##keys left" : "##keys right", 2,
                                                   ImGuiTableFlags_SizingFixedFit);
            ImGui::PopStyleVar();
            if (!is_open) continue;
            const size_t end = part == 0 ? std::min(half, keyed.size()) : keyed.size();
            for (size_t i = part == 0 ? 0 : std::min(half, keyed.size()); i < end; ++i)
                help_line(ui, "help/" + keyed[i]->id, keyed[i]->keys, keyed[i]->label);
            if (part == 1)
                for (const MouseHelp& line : kMouse)
                    help_line(ui, std::string("help/mouse/") + line.gesture, line.gesture, line.effect);
            ImGui::EndTable();
        }
        ImGui::EndTable();
    }
    ImGui::End();
}

}  // namespace ringscope

#include "ui/window/command_palette.h"

#include <algorithm>
#include <vector>

#include "ui/widgets/imgui_compat.h"
#include "ui/window/actions.h"
#include "ui/window/keys.h"
#include "ui/window/shell.h"

namespace ringscope {

namespace {

std::string lower(const char* text) {
    std::string out = text;
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Every word of the filter stands in the action's menu or label.
bool matches(const Action& action, const std::string& filter) {
    const std::string all = lower(action.id) + " " + lower(action.label);
    const std::string words = lower(filter.c_str());
    for (size_t at = 0; at < words.size();) {
        const size_t begin = words.find_first_not_of(' ', at);
        if (begin == std::string::npos) break;
        const size_t end = std::min(words.find(' ', begin), words.size());
        if (all.find(words.substr(begin, end - begin)) == std::string::npos) return false;
        at = end;
    }
    return true;
}

bool pressed(const Shell& shell, int key) {
    return std::any_of(shell.in.keys.begin(), shell.in.keys.end(),
                       [&](int code) { return key_code(code) == key; });
}

void entry_text(const Action& action, WidgetContext ui) {
    const float keys = ImGui::CalcTextSize(action.keys).x;
    ImGui::SameLine(ImGui::GetContentRegionMax().x - keys);
    text_item(ui, std::string("palette/") + action.id + "/keys", action.keys, ui.theme.text_dim);
}

}  // namespace

void CommandPalette::open() {
    is_open = just_opened = true;
    filter.clear();
    cursor = 0;
}

void CommandPalette::draw(Shell& shell) {
    if (!is_open) return;
    const WidgetContext ui = shell.widgets();
    if (just_opened) ImGui::OpenPopup("##palette");
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const float width = std::min(ui.theme.px(480), screen->Size.x * 0.9f);
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x / 2, screen->Pos.y + screen->Size.y * 0.12f},
                            ImGuiCond_Always, {0.5f, 0});
    ImGui::SetNextWindowSize({width, std::min(ui.theme.px(420), screen->Size.y * 0.8f)});
    if (!ImGui::BeginPopup("##palette")) {
        is_open = false;
        return;
    }
    if (just_opened) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(-FLT_MIN);
    if (ImGui::InputTextWithHint("##find", "find a command", &filter)) cursor = 0;
    ui.items.add_last("palette/find", filter);
    std::vector<const Action*> found;
    for (const Action& action : actions())
        if (matches(action, filter)) found.push_back(&action);
    const int last = static_cast<int>(found.size()) - 1;
    if (pressed(shell, kKeyDown)) ++cursor;
    if (pressed(shell, kKeyUp)) --cursor;
    cursor = std::clamp(cursor, 0, std::max(last, 0));
    const bool enter = !just_opened && (pressed(shell, kKeyEnter) || pressed(shell, kKeypadEnter));
    const Action* chosen = enter && last >= 0 ? found[static_cast<size_t>(cursor)] : nullptr;
    ImGui::BeginChild("##found");
    if (found.empty()) text_item(ui, "palette/none", "No command has these words.", ui.theme.text_dim);
    for (int i = 0; i <= last; ++i) {
        const Action& action = *found[static_cast<size_t>(i)];
        const std::string reason = why_not(action, shell);
        ImGui::BeginDisabled(!reason.empty());
        if (ImGui::Selectable(action.label, i == cursor)) chosen = &action;
        ImGui::EndDisabled();
        ui.items.add_last(std::string("palette/") + action.id, action.label, reason.empty());
        tooltip(ui.theme, reason.empty() ? "" : "Not now: " + reason);
        if (i == cursor && (pressed(shell, kKeyDown) || pressed(shell, kKeyUp))) ImGui::SetScrollHereY();
        entry_text(action, ui);
    }
    ImGui::EndChild();
    just_opened = false;
    if (chosen || pressed(shell, kKeyEscape)) {
        is_open = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
    if (chosen) perform(*chosen, shell);
}

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

void help_line(WidgetContext ui, const std::string& name, const char* left, const char* right) {
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
            if (*action.keys) keyed.push_back(&action);
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
                help_line(ui, std::string("help/") + keyed[i]->id, keyed[i]->keys, keyed[i]->label);
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

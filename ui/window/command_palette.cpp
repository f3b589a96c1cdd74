#include "ui/window/command_palette.h"

#include <algorithm>

#include "sessions/plain_text.h"
#include "ui/keys.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

/// Every word of the filter stands in the entry's menu or label.
bool matches(const PaletteEntry& entry, const std::string& filter) {
    const std::string all = lower_case(entry.id) + " " + lower_case(entry.label);
    const std::string words = lower_case(filter);
    for (size_t at = 0; at < words.size();) {
        const size_t begin = words.find_first_not_of(' ', at);
        if (begin == std::string::npos) break;
        const size_t end = std::min(words.find(' ', begin), words.size());
        if (all.find(words.substr(begin, end - begin)) == std::string::npos) return false;
        at = end;
    }
    return true;
}

bool contains(const std::vector<int>& pressed, int key) {
    return std::any_of(pressed.begin(), pressed.end(), [&](int code) { return key_code(code) == key; });
}

void draw_keys(const PaletteEntry& entry, WidgetContext ui) {
    const float width = ImGui::CalcTextSize(entry.keys.c_str()).x;
    ImGui::SameLine(ImGui::GetContentRegionMax().x - width);
    text_item(ui, "palette/" + entry.id + "/keys", entry.keys, ui.theme.text_dim);
}

}  // namespace

void CommandPalette::open() {
    is_open = just_opened = true;
    filter.clear();
    cursor = 0;
}

/// The lines below the field: the clicked entry's index, or -1. `moved`: the cursor is brought into sight.
int CommandPalette::draw_found(std::span<const PaletteEntry> entries, const std::vector<int>& found,
                               bool moved, WidgetContext ui) const {
    int clicked = -1;
    ImGui::BeginChild("##found");
    if (found.empty()) text_item(ui, "palette/none", "No command matches.", ui.theme.text_dim);
    for (int line = 0; line < static_cast<int>(found.size()); ++line) {
        const int index = found[static_cast<size_t>(line)];
        const PaletteEntry& entry = entries[static_cast<size_t>(index)];
        const bool possible = entry.why_not.empty();
        ImGui::BeginDisabled(!possible);
        if (ImGui::Selectable(entry.label.c_str(), line == cursor)) clicked = index;
        ImGui::EndDisabled();
        ui.items.add_last("palette/" + entry.id, entry.label, possible);
        tooltip(ui.theme, possible ? "" : "Not now: " + entry.why_not);
        if (line == cursor && moved) ImGui::SetScrollHereY();
        draw_keys(entry, ui);
    }
    ImGui::EndChild();
    return clicked;
}

int CommandPalette::draw(std::span<const PaletteEntry> entries, const std::vector<int>& pressed,
                         WidgetContext ui) {
    if (!is_open) return -1;
    if (just_opened) ImGui::OpenPopup("##palette");
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const float width = std::min(ui.theme.px(480), screen->Size.x * 0.9f);
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x / 2, screen->Pos.y + screen->Size.y * 0.12f},
                            ImGuiCond_Always, {0.5f, 0});
    ImGui::SetNextWindowSize({width, std::min(ui.theme.px(420), screen->Size.y * 0.8f)});
    if (!ImGui::BeginPopup("##palette")) {
        is_open = false;
        return -1;
    }
    if (just_opened) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(-FLT_MIN);
    if (ImGui::InputTextWithHint("##find", "find a command", &filter)) cursor = 0;
    ui.items.add_last("palette/find", filter);
    std::vector<int> found;
    for (size_t i = 0; i < entries.size(); ++i)
        if (matches(entries[i], filter)) found.push_back(static_cast<int>(i));
    const int last = static_cast<int>(found.size()) - 1;
    const bool down = contains(pressed, kKeyDown), up = contains(pressed, kKeyUp);
    cursor = std::clamp(cursor + (down ? 1 : 0) - (up ? 1 : 0), 0, std::max(last, 0));
    const bool enter = !just_opened && (contains(pressed, kKeyEnter) || contains(pressed, kKeypadEnter));
    int chosen = draw_found(entries, found, down || up, ui);
    if (chosen < 0 && enter && last >= 0) chosen = found[static_cast<size_t>(cursor)];
    just_opened = false;
    if (chosen >= 0 || contains(pressed, kKeyEscape)) {
        is_open = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
    return chosen;
}

}  // namespace ringscope

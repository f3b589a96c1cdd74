#include "ui/widgets/widgets.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

std::string hidden_label(const std::string& name) { return "##" + name; }

ImVec4 vec(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

constexpr float kDoublingPoints = 18;  // mouse way that doubles or halves a number

/// With Shift a drag multiplies the number it began with by powers of two.
bool double_by_drag(int64_t& value, int64_t before, float points_per_pixel) {
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID low = ImGui::GetID("##drag start low"), high = ImGui::GetID("##drag start high");
    if (ImGui::IsItemActivated()) {
        storage->SetInt(low, static_cast<int>(before & 0xFFFFFFFF));
        storage->SetInt(high, static_cast<int>(before >> 32));
    }
    if (!ImGui::IsItemActive() || !ImGui::GetIO().KeyShift || !ImGui::IsMouseDragging(ImGuiMouseButton_Left))
        return false;
    const int64_t start =
        static_cast<int64_t>(storage->GetInt(high)) << 32 | static_cast<uint32_t>(storage->GetInt(low));
    const float way = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left).x * points_per_pixel;
    const int doublings = std::clamp(static_cast<int>(std::lround(way / kDoublingPoints)), -40, 40);
    const double target = static_cast<double>(std::max<int64_t>(start, 1)) * std::ldexp(1.0, doublings);
    value = static_cast<int64_t>(std::clamp(target, 1.0, std::ldexp(1.0, 31) - 1));
    return true;
}

}  // namespace

void tooltip(const Theme& theme, const std::string& text) {
    if (text.empty() || !ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(360));
    ImGui::TextUnformatted(text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

bool button(WidgetContext ui, const std::string& name, const char* label, const std::string& help,
            const std::string& why_not, float width) {
    ImGui::BeginDisabled(!why_not.empty());
    const bool pressed = ImGui::Button((label + ("##" + name)).c_str(), ImVec2(width, 0));
    ImGui::EndDisabled();
    ui.items.add_last(name, label, why_not.empty());
    tooltip(ui.theme, why_not.empty() ? help : help + "\nNot now: " + why_not);
    return pressed;
}

bool checkbox(WidgetContext ui, const std::string& name, const char* label, bool& value,
              const std::string& help) {
    const bool changed = ImGui::Checkbox((label + ("##" + name)).c_str(), &value);
    ui.items.add_last(name, value ? "true" : "false");
    tooltip(ui.theme, help);
    return changed;
}

bool toggle(WidgetContext ui, const std::string& name, const char* label, bool on, const std::string& help) {
    if (on) {
        ImGui::PushStyleColor(ImGuiCol_Button, ImGui::GetStyleColorVec4(ImGuiCol_HeaderActive));
        ImGui::PushStyleColor(ImGuiCol_Border, vec(ui.theme.accent));
    }
    const bool pressed = ImGui::Button((label + ("##" + name)).c_str());
    if (on) ImGui::PopStyleColor(2);
    ui.items.add_last(name, label);
    tooltip(ui.theme, help);
    return pressed;
}

bool drag_whole(WidgetContext ui, const std::string& name, int64_t& value, float width) {
    const int64_t before = value;
    const float speed = std::max(0.05f, static_cast<float>(std::llabs(value)) * 0.005f);
    ImGui::PushID(name.c_str());
    ImGui::SetNextItemWidth(width);
    bool changed = ImGui::DragScalar("##drag", ImGuiDataType_S64, &value, speed);
    if (double_by_drag(value, before, 1 / ui.theme.scale)) changed = value != before;
    ImGui::PopID();
    ui.items.add_last(name, std::to_string(value));
    return changed;
}

bool drag_real(WidgetContext ui, const std::string& name, double& value, float width) {
    const float speed = std::max(0.001f, static_cast<float>(std::fabs(value)) * 0.01f);
    ImGui::SetNextItemWidth(width);
    const bool changed = ImGui::DragScalar(hidden_label(name).c_str(), ImGuiDataType_Double, &value, speed,
                                           nullptr, nullptr, "%.6g");
    ui.items.add_last(name, exact_text(value));
    return changed;
}

bool combo(WidgetContext ui, const std::string& name, std::span<const Option> options, int& index,
           float width, const std::string& preview) {
    const bool known = index >= 0 && index < static_cast<int>(options.size());
    const std::string shown = !preview.empty() ? preview
                              : known          ? options[static_cast<size_t>(index)].label
                                               : "";
    ImGui::SetNextItemWidth(width);
    const bool open =
        ImGui::BeginCombo(hidden_label(name).c_str(), shown.c_str(), ImGuiComboFlags_HeightLarge);
    ui.items.add_last(name, shown);
    if (!open) return false;
    bool changed = false;
    for (int i = 0; i < static_cast<int>(options.size()); ++i) {
        const Option& option = options[static_cast<size_t>(i)];
        if (!option.why_not.empty()) ImGui::PushStyleColor(ImGuiCol_Text, vec(ui.theme.text_dim));
        if (ImGui::Selectable(option.label.c_str(), i == index)) {
            changed = i != index;
            index = i;
        }
        if (!option.why_not.empty()) ImGui::PopStyleColor();
        ui.items.add_last(name + "/" + option.label, option.label);
        tooltip(ui.theme, option.why_not);
        if (i == index) ImGui::SetItemDefaultFocus();
    }
    ImGui::EndCombo();
    return changed;
}

void text_item(WidgetContext ui, const std::string& name, const std::string& text, ImU32 colour) {
    ImGui::PushStyleColor(ImGuiCol_Text, vec(colour));
    ImGui::TextUnformatted(text.c_str());
    ImGui::PopStyleColor();
    ui.items.add_last(name, text);
}

void wrapped_item(WidgetContext ui, const std::string& name, const std::string& text, ImU32 colour) {
    ImGui::PushTextWrapPos(0);
    text_item(ui, name, text, colour);
    ImGui::PopTextWrapPos();
}

void empty_state(WidgetContext ui, const std::string& name, const std::string& title,
                 const std::string& hint) {
    const ImVec2 space = ImGui::GetContentRegionAvail();
    const float width = std::min(space.x * 0.8f, ui.theme.px(420));
    const float left = ImGui::GetCursorPosX() + (space.x - width) / 2;
    ImGui::SetCursorPos({left, ImGui::GetCursorPosY() + std::max(0.0f, space.y * 0.35f)});
    ImGui::BeginGroup();
    ImGui::PushTextWrapPos(left + width);
    push_font(ui.theme.title_font);
    ImGui::TextUnformatted(title.c_str());
    pop_font();
    ImGui::PushStyleColor(ImGuiCol_Text, vec(ui.theme.text_dim));
    ImGui::TextUnformatted(hint.c_str());
    ImGui::PopStyleColor();
    ImGui::PopTextWrapPos();
    ImGui::EndGroup();
    ui.items.add_last(name, title + " " + hint);
}

namespace {

bool inside_character(const std::string& text, size_t at) {  // of UTF-8
    return at < text.size() && (text[at] & 0xC0) == 0x80;
}

/// The longest that `shortened(letters)` makes within `width`, letters from 0 to the whole text's.
std::string longest_fitting(const std::string& text, float width, const auto& shortened) {
    if (ImGui::CalcTextSize(text.c_str()).x <= width) return text;
    size_t low = 0, high = text.size();
    while (low < high) {
        const size_t middle = (low + high + 1) / 2;
        if (ImGui::CalcTextSize(shortened(middle).c_str()).x <= width)
            low = middle;
        else
            high = middle - 1;
    }
    return low > 0 ? shortened(low) : "";
}

}  // namespace

std::string fitted(const std::string& text, float width) {
    return longest_fitting(text, width, [&](size_t letters) {
        while (letters > 0 && inside_character(text, letters)) --letters;
        return letters > 0 ? text.substr(0, letters) + ".." : "";
    });
}

std::string fitted_name(const std::string& text, float width) {
    return longest_fitting(text, width, [&](size_t letters) {
        size_t head = 2 * letters / 3;
        size_t tail = text.size() - (letters - head);
        while (head > 0 && inside_character(text, head)) --head;
        while (inside_character(text, tail)) ++tail;
        return text.substr(0, head) + ".." + text.substr(tail);
    });
}

void beside_or_below(float width) {
    const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
    if (ImGui::GetItemRectMax().x + ImGui::GetStyle().ItemSpacing.x + width <= right) ImGui::SameLine();
}

float button_width(const char* label) {
    return ImGui::CalcTextSize(label, nullptr, true).x + 2 * ImGui::GetStyle().FramePadding.x;
}

float checkbox_width(const char* label) {
    return ImGui::GetFrameHeight() + ImGui::GetStyle().ItemInnerSpacing.x + ImGui::CalcTextSize(label).x;
}

float splitter_thickness(const Theme& theme) { return theme.px(5); }

bool splitter(WidgetContext ui, const std::string& name, bool vertical, float& size, float sign,
              float length) {
    const float thickness = splitter_thickness(ui.theme);
    const ImVec2 extent = vertical ? ImVec2(thickness, length) : ImVec2(length, thickness);
    ImGui::InvisibleButton(hidden_label(name).c_str(),
                           ImVec2(std::max(1.0f, extent.x), std::max(1.0f, extent.y)));
    ui.items.add_last(name, "");
    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
    if (hot) ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
    const ImVec2 middle{(min.x + max.x) / 2, (min.y + max.y) / 2};
    const float half = ui.theme.px(hot ? 1.5f : 0.5f);
    const ImU32 colour = hot ? ui.theme.accent : ui.theme.border;
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (vertical)
        list->AddRectFilled({middle.x - half, min.y}, {middle.x + half, max.y}, colour);
    else
        list->AddRectFilled({min.x, middle.y - half}, {max.x, middle.y + half}, colour);
    if (!ImGui::IsItemActive()) return false;
    const ImVec2 way = ImGui::GetIO().MouseDelta;
    size += sign * (vertical ? way.x : way.y);
    return true;
}

namespace {

std::string tab_separated(const TableTwin& twin) {
    std::string text;
    const int columns = static_cast<int>(twin.headers.size());
    for (int column = 0; column < columns; ++column)
        text += std::string(twin.headers[static_cast<size_t>(column)]) + (column + 1 < columns ? "\t" : "\n");
    for (int row = 0; row < twin.rows; ++row)
        for (int column = 0; column < columns; ++column)
            text += twin.cell(row, column) + (column + 1 < columns ? "\t" : "\n");
    return text;
}

void twin_rows(WidgetContext ui, const std::string& name, const TableTwin& twin) {
    const int columns = static_cast<int>(twin.headers.size());
    const float height =
        std::min(ui.theme.px(380), ImGui::GetTextLineHeightWithSpacing() * (twin.rows + 2.5f));
    const ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                  ImGuiTableFlags_ScrollY | ImGuiTableFlags_ScrollX |
                                  ImGuiTableFlags_SizingFixedFit;
    if (!ImGui::BeginTable("##twin", columns, flags, ImVec2(ui.theme.px(90.0f * columns + 30), height)))
        return;
    ImGui::TableSetupScrollFreeze(1, 1);
    for (const char* header : twin.headers) ImGui::TableSetupColumn(header);
    ImGui::TableHeadersRow();
    ImGuiListClipper clipper;
    clipper.Begin(twin.rows);
    while (clipper.Step())
        for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
            ImGui::TableNextRow();
            for (int column = 0; column < columns; ++column) {
                ImGui::TableSetColumnIndex(column);
                const std::string text = twin.cell(row, column);
                ImGui::TextUnformatted(text.c_str());
                ui.items.add_last(name + "/" + std::to_string(row) + "/" + std::to_string(column), text);
            }
        }
    ImGui::EndTable();
}

}  // namespace

std::string table_twin(WidgetContext ui, const std::string& name, const TableTwin& twin) {
    ImGui::PushID(name.c_str());
    std::string copied;
    if (ImGui::SmallButton("table")) ImGui::OpenPopup("##table");
    ui.items.add_last(name, "table");
    tooltip(ui.theme, "The same as numbers, to read or to copy.");
    if (ImGui::BeginPopup("##table")) {
        ImGui::TextUnformatted(twin.title);
        ImGui::SameLine();
        if (ImGui::SmallButton("copy")) copied = tab_separated(twin);
        ui.items.add_last(name + "/copy", "copy");
        twin_rows(ui, name, twin);
        ImGui::EndPopup();
    }
    ImGui::PopID();
    return copied;
}

}  // namespace ringscope

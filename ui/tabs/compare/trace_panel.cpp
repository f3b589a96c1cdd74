#include "ui/tabs/compare/trace_panel.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kLeastText = 9;  // of a column of words that is cut, in letters' heights
constexpr size_t kMeasuredRows = 100;

const char* tab_label(TraceTable::Kind kind) {
    switch (kind) {
        case TraceTable::Kind::traces:
            return "Traces";
        case TraceTable::Kind::names:
            return "Names";
        case TraceTable::Kind::ranks:
            return "Ranks";
        case TraceTable::Kind::communications:
            return "Waiting or transfer";
        case TraceTable::Kind::matches:
            return "Most skew";
        case TraceTable::Kind::notes:
            return "Not shown";
    }
    return "";
}

const TraceTable* table_with(const TraceGuests& guests, const std::string& key) {
    for (const TraceTable& table : guests.tables)
        if (table.key == key) return &table;
    return nullptr;
}

const TraceTable* table_named(const TraceGuests& guests, const std::string& key) {
    const TraceTable* chosen = table_with(guests, key);
    if (!chosen && guests.comparison.one_job) chosen = table_with(guests, "ranks");
    if (!chosen) chosen = table_with(guests, "names");
    return chosen || guests.tables.empty() ? chosen : &guests.tables.front();
}

/// Of each title and the first rows: more could be as wide, and are cut then. Words give way until all columns
/// stand in `room`.
std::vector<float> column_widths(const TraceTable& table, float room) {
    std::vector<float> widths;
    float sum = 0;
    for (size_t column = 0; column < table.columns.size(); ++column) {
        float widest = ImGui::CalcTextSize(table.columns[column].title.c_str()).x;
        for (size_t row = 0; row < std::min(table.rows.size(), kMeasuredRows); ++row)
            widest = std::max(widest, ImGui::CalcTextSize(table.rows[row][column].text.c_str()).x);
        widths.push_back(std::ceil(widest) + 2);
        sum += widths.back() + 2 * ImGui::GetStyle().CellPadding.x + 1;
    }
    const float least = ImGui::GetFontSize() * kLeastText;
    while (sum > room) {
        size_t widest = table.columns.size();
        for (size_t column = 0; column < table.columns.size(); ++column)
            if (table.columns[column].is_text && widths[column] > least &&
                (widest == table.columns.size() || widths[column] > widths[widest]))
                widest = column;
        if (widest == table.columns.size()) break;
        const float cut = std::min(sum - room, widths[widest] - least);
        widths[widest] -= cut;
        sum -= cut;
    }
    return widths;
}

void draw_cell(const TraceTable& table, size_t row, size_t column, WidgetContext ui) {
    const TraceCell& cell = table.rows[row][column];
    const bool is_text = table.columns[column].is_text;
    const float room = ImGui::GetContentRegionAvail().x;
    const std::string shown = fitted(cell.text, room);
    if (!is_text) {
        const float width = ImGui::CalcTextSize(shown.c_str()).x;
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(room - width, 0.0f));
    }
    const ImU32 colour = cell.grew ? ui.theme.warning : cell.shrank ? ui.theme.good : ui.theme.text;
    text_item(
        ui,
        "compare/guests/" + table.key + "/row " + std::to_string(row + 1) + "/" + table.columns[column].title,
        shown, colour);
    if (shown != cell.text) tooltip(ui.theme, cell.text);
}

void draw_titles(const TraceTable& table, WidgetContext ui) {
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    for (const TraceTable::Column& column : table.columns) {
        ImGui::TableNextColumn();
        const float room = ImGui::GetContentRegionAvail().x;
        const float width = ImGui::CalcTextSize(column.title.c_str()).x;
        if (!column.is_text) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(room - width, 0.0f));
        text_item(ui, "compare/guests/" + table.key + "/" + column.title, column.title, ui.theme.text_dim);
        tooltip(ui.theme, column.hint);
    }
}

void draw_table(const TraceTable& table, ImVec2 size, WidgetContext ui) {
    constexpr ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                      ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
                                      ImGuiTableFlags_SizingFixedFit;
    if (!ImGui::BeginTable(("##guests " + table.key).c_str(), static_cast<int>(table.columns.size()), flags,
                           size))
        return;
    const std::vector<float> widths =
        column_widths(table, ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ScrollbarSize);
    for (size_t column = 0; column < table.columns.size(); ++column)
        ImGui::TableSetupColumn(table.columns[column].title.c_str(), ImGuiTableColumnFlags_WidthFixed,
                                widths[column]);
    ImGui::TableSetupScrollFreeze(0, 1);
    draw_titles(table, ui);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(table.rows.size()));
    while (clipper.Step())
        for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
            ImGui::TableNextRow();
            for (size_t column = 0; column < table.columns.size(); ++column) {
                ImGui::TableNextColumn();
                draw_cell(table, static_cast<size_t>(row), column, ui);
            }
        }
    ImGui::EndTable();
}

}  // namespace

void TracePanel::draw_choice(const TraceGuests& guests, WidgetContext ui) {
    const TraceTable* shown = table_named(guests, table);
    bool first = true;
    for (const TraceTable& choice : guests.tables) {
        std::string label = tab_label(choice.kind);
        const size_t number = choice.key.find(' ');
        if (number != std::string::npos) label += choice.key.substr(number);
        const float width = ImGui::CalcTextSize(label.c_str()).x + 2 * ImGui::GetStyle().FramePadding.x;
        if (!first) {
            ImGui::SameLine();
            if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
        }
        first = false;
        if (toggle(ui, "compare/guests/" + choice.key, (label + "##" + choice.key).c_str(), &choice == shown,
                   choice.title + "."))
            table = choice.key;
    }
}

void TracePanel::draw(const TraceGuests& guests, ImVec2 size, WidgetContext ui) {
    ImGui::BeginChild("##guests", size);
    const float top = ImGui::GetCursorPosY();
    for (size_t i = 0; i < guests.comparison.sentences.size(); ++i)
        wrapped_item(ui, "compare/guests/sentence " + std::to_string(i + 1), guests.comparison.sentences[i],
                     ui.theme.text);
    if (guests.comparison.sentences.empty())
        wrapped_item(ui, "compare/guests/sentence 1", "The trace has no slices: nothing to add up.",
                     ui.theme.text_dim);
    ImGui::Spacing();
    draw_choice(guests, ui);
    const TraceTable* shown = table_named(guests, table);
    const float left = size.y - (ImGui::GetCursorPosY() - top);
    if (shown && left > ImGui::GetFrameHeight()) draw_table(*shown, {0, left}, ui);
    ImGui::EndChild();
}

}  // namespace ringscope

#include "ui/tabs/runs/run_table.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr int64_t kDayMs = 86'400'000;

float text_width(const char* text) { return ImGui::CalcTextSize(text).x; }

/// As Dear ImGui draws it beside the title that the list is sorted by.
float sort_arrow_width() {
    return std::floor(ImGui::GetFontSize() * 0.65f + ImGui::GetStyle().FramePadding.x);
}

/// Check box and the mark of the shown run.
float beside_the_name() { return ImGui::GetFontSize() + ImGui::GetStyle().ItemSpacing.x + text_width("> "); }

}  // namespace

void RunTable::measure(const std::vector<RunSummary>& runs, int64_t now_utc_ms) {
    for (size_t i = 0; i < run_columns().size(); ++i) {
        const RunColumn& column = run_columns()[i];
        ColumnNeed need{.header = text_width(column.title.c_str()), .silent = true};
        need.width = need.header;
        const float beside = i == kNameColumn ? beside_the_name() : 0;
        for (const RunSummary& run : runs) {
            need.width = std::max(need.width, beside + text_width(column.shown(run, now_utc_ms).c_str()));
            need.silent = need.silent && !says_something(i, run);
        }
        needs_[i] = need;
    }
}

void RunTable::begin(ColumnChoices& choices, const std::shared_ptr<const std::vector<RunSummary>>& runs,
                     int sorted, int64_t now_utc_ms, const Theme& theme) {
    ColumnRoom room{.pixels_per_point = theme.scale, .sorted = sorted};
    room.width = table_width(room.gap);
    const bool same_letters = letters_ == ImGui::GetFontSize();
    for (int i = 0; i < static_cast<int>(run_columns().size()); ++i) {
        const float set = widths_[static_cast<size_t>(i)];
        // With other letters Dear ImGui has scaled the widths itself.
        if (same_letters && set > 0 && std::abs(column_width(i) - set) >= 1)
            choices[static_cast<size_t>(i)].points = column_width(i) / theme.scale;
    }
    const int64_t day = now_utc_ms / kDayMs;
    if (runs != runs_ || !same_letters || day != day_) measure(*runs, now_utc_ms);
    runs_ = runs;
    letters_ = ImGui::GetFontSize();
    day_ = day;
    std::vector<ColumnNeed> needs = needs_;
    ColumnNeed& with_arrow = needs[static_cast<size_t>(sorted)];
    with_arrow.header += sort_arrow_width();
    with_arrow.width = std::max(with_arrow.width, with_arrow.header);
    widths_ = fit_columns(needs, choices, room);
    ImGui::TableSetupScrollFreeze(1, 1);
    for (int i = 0; i < static_cast<int>(run_columns().size()); ++i) {
        const float width = widths_[static_cast<size_t>(i)];
        const ImGuiTableColumnFlags extra =
            i == kStartedColumn
                ? ImGuiTableColumnFlags_DefaultSort | ImGuiTableColumnFlags_PreferSortDescending
            : i == kNameColumn ? ImGuiTableColumnFlags_NoHide
                               : 0;
        ImGui::TableSetupColumn(run_columns()[static_cast<size_t>(i)].title.c_str(),
                                ImGuiTableColumnFlags_WidthFixed | extra, std::max(width, 1.0f));
        ImGui::TableSetColumnEnabled(i, width > 0);
        if (width > 0) set_column_width(i, width);
    }
}

void RunTable::draw_header(int sorted, WidgetContext ui) {
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    for (int i = 0; i < static_cast<int>(run_columns().size()); ++i) {
        if (!ImGui::TableSetColumnIndex(i)) continue;
        const RunColumn& column = run_columns()[static_cast<size_t>(i)];
        ImGui::PushID(i);
        // Dear ImGui would keep the arrow's room free in every title, and stand figures' titles at the left.
        ImVec2 at = ImGui::GetCursorScreenPos();
        const float room = ImGui::GetContentRegionAvail().x - (i == sorted ? sort_arrow_width() : 0);
        const std::string title = fitted(column.title, room);
        if (column.at_right) at.x += room - text_width(title.c_str());
        ImGui::TableHeader("##header");
        ImGui::GetWindowDrawList()->AddText(at, ui.theme.text, title.c_str());
        ui.items.add_last("runs/header/" + column.title, column.title);
        tooltip(ui.theme, column.help);
        ImGui::PopID();
    }
}

void RunTable::draw_cells(const RunSummary& run, int64_t now_utc_ms, WidgetContext ui) {
    for (int i = kNameColumn + 1; i < static_cast<int>(run_columns().size()); ++i) {
        if (!ImGui::TableSetColumnIndex(i)) continue;
        const RunColumn& column = run_columns()[static_cast<size_t>(i)];
        const std::string text = column.shown(run, now_utc_ms);
        const std::string drawn = fitted(text, ImGui::GetContentRegionAvail().x);
        const bool failed = i == kStateColumn && run.state == RunState::failed;
        const bool alarm = failed || (i == reference_column() && known_wrong(run));
        if (column.at_right) to_the_right(drawn);
        ImGui::PushStyleColor(ImGuiCol_Text, alarm ? ui.theme.error : ui.theme.text);
        ImGui::TextUnformatted(drawn.c_str());
        ImGui::PopStyleColor();
        ui.items.add_last("runs/row " + std::to_string(run.id) + "/" + column.title, text);
        tooltip(ui.theme, failed ? run.error : drawn != text ? text : "");
    }
}

void RunTable::take_choices(ColumnChoices& choices) const {
    using Show = ColumnChoice::Show;
    for (int i = 0; i < static_cast<int>(run_columns().size()); ++i)
        if (column_enabled(i) != (widths_[static_cast<size_t>(i)] > 0))
            choices[static_cast<size_t>(i)].show = column_enabled(i) ? Show::yes : Show::no;
}

void open_columns_menu() { ImGui::OpenPopup("##columns"); }

void draw_columns_menu(ColumnChoices& choices, const std::vector<float>& widths, WidgetContext ui) {
    using Show = ColumnChoice::Show;
    if (!ImGui::BeginPopup("##columns")) return;
    for (size_t i = kNameColumn + 1; i < run_columns().size(); ++i) {
        bool shown = widths[i] > 0;
        if (checkbox(ui, "runs/columns/" + run_columns()[i].title, run_columns()[i].title.c_str(), shown,
                     run_columns()[i].help))
            choices[i].show = shown ? Show::yes : Show::no;
    }
    const bool chosen = choices != ColumnChoices{};
    if (button(ui, "runs/columns/automatic", "Automatic",
               "As many columns as fit, as wide as their texts: forgets what was chosen and dragged.",
               chosen ? "" : "nothing was chosen"))
        choices = {};
    ImGui::EndPopup();
}

}  // namespace ringscope

#include "ui/tabs/compare/compare_all.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr size_t kMostCompared = 8;

}  // namespace

/// How many there are, how many are picked out, and what is not shown.
void CompareAll::draw_words(WidgetContext ui, Commands& commands) {
    std::vector<int64_t> picked;
    for (size_t run = 0; run < plot_.runs.size(); ++run)
        if (brush.keeps(plot_.shares[run])) picked.push_back(plot_.runs[run]->id);
    std::string text = count_text(static_cast<int64_t>(picked.size())) + " of " +
                       count_text(static_cast<int64_t>(plot_.runs.size())) + " runs picked";
    if (plot_.left_out > 0)
        text += ", " + count_text(static_cast<int64_t>(plot_.left_out)) + " older ones not shown";
    if (plot_.unfinished > 0)
        text += ", " + count_text(static_cast<int64_t>(plot_.unfinished)) + " without figures";
    ImGui::SameLine(0, ui.theme.px(20));
    const bool fits = picked.size() >= 2 && picked.size() <= kMostCompared;
    if (button(ui, "compare/picked", "Compare picked runs",
               "Side by side; the first in the table is the baseline.",
               fits ? "" : "pick 2 to " + std::to_string(kMostCompared) + " runs"))
        commands.push_back(CompareRuns{picked});
    ImGui::SameLine();
    if (button(ui, "compare/pick all", "Pick all", "Clear the ranges of all axes.",
               brush.active() ? "" : "all are picked"))
        brush.pick_all();
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    text_item(ui, "compare/all", text, ui.theme.text_dim);
    ImGui::SameLine(0, ui.theme.px(20));
    text_item(ui, "compare/marks", "disc: verified   ring: not verified   x, red: wrong answer",
              ui.theme.text_dim);
}

/// The pictures' twin: the picked runs, with every figure.
void CompareAll::draw_table(ImVec2 size, WidgetContext ui) {
    std::vector<const char*> columns{"run"};
    for (const RunAxis& figure : run_axes()) columns.push_back(figure.label);
    columns.push_back("answer");
    std::vector<int> picked;
    for (size_t run = 0; run < plot_.runs.size(); ++run)
        if (brush.keeps(plot_.shares[run])) picked.push_back(static_cast<int>(run));
    if (!begin_table("##picked", columns, size)) return;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(picked.size()));
    while (clipper.Step())
        for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
            const int index = picked[static_cast<size_t>(row)];
            const RunSummary& run = *plot_.runs[static_cast<size_t>(index)];
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::PushID(index);
            ImGui::Selectable(run.name.c_str(), brush.hovered == index, ImGuiSelectableFlags_SpanAllColumns);
            ui.items.add_last("compare/all/row " + std::to_string(run.id), run.name);
            if (ImGui::IsItemHovered()) brush.next_hovered = index;
            ImGui::PopID();
            for (const RunAxis& figure : run_axes()) {
                ImGui::TableNextColumn();
                ImGui::TextUnformatted(figure_text(figure.value(run), figure.unit).c_str());
            }
            ImGui::TableNextColumn();
            ImGui::TextUnformatted(!run.verified ? "not verified" : run.verify_passed ? "verified" : "WRONG");
        }
    ImGui::EndTable();
}

void CompareAll::draw(const Inputs& in, WidgetContext ui, Commands& commands) {
    if (plot_.list != in.saved) {
        plot_ = make_run_plot(in.saved);
        brush.hovered = -1;
    }
    if (plot_.runs.empty()) {
        empty_state(
            ui, "compare/all/empty", "No finished runs are saved",
            "Save runs (Ctrl-S), or sweep over settings on the command line: every run is then a line here, "
            "and ranges on the axes pick some out.");
        return;
    }
    brush.hovered = brush.next_hovered;
    brush.next_hovered = -1;
    draw_words(ui, commands);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    parallel.draw(plot_, brush, {room.x, room.y * 0.48f}, ui);
    const ImVec2 rest = ImGui::GetContentRegionAvail();
    ImGui::BeginChild("##scatter", {rest.x * 0.45f, 0});
    scatter.draw(plot_, brush, ImGui::GetContentRegionAvail(), ui);
    ImGui::EndChild();
    ImGui::SameLine();
    draw_table(ImGui::GetContentRegionAvail(), ui);
}

}  // namespace ringscope

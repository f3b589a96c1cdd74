#include "ui/views/numbers/numbers_panel.h"

#include <algorithm>

#include "engine/analysis/figures.h"
#include "engine/base/number_text.h"
#include "ui/views/numbers/metrics_bar.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

void draw_figures(ViewContext& context, float height) {
    const ImGuiTableFlags flags =
        ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV;
    if (!ImGui::BeginTable("figures", 4, flags, {0, height})) return;
    const float em = ImGui::GetFontSize();
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("figure", ImGuiTableColumnFlags_WidthFixed, 8 * em);
    ImGui::TableSetupColumn(context.run ? name_of(context.run->origin) : "measured",
                            ImGuiTableColumnFlags_WidthFixed, 7 * em);
    ImGui::TableSetupColumn("predicted", ImGuiTableColumnFlags_WidthFixed, 7 * em);
    ImGui::TableSetupColumn("what it is and how it is derived");
    ImGui::TableHeadersRow();
    for (const MetricFigure& figure : metric_figures(context, Figures::all)) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(figure.name);
        const std::string* const cells[] = {&figure.measured, &figure.predicted};
        for (const std::string* cell : cells) {
            ImGui::TableNextColumn();
            to_the_right(cell->empty() ? "-" : *cell);
            ImGui::TextUnformatted(cell->empty() ? "-" : cell->c_str());
            if (cell == &figure.measured)
                context.items.add_last(std::string("numbers/") + figure.name, cell->empty() ? "-" : *cell);
        }
        ImGui::TableNextColumn();
        ImGui::TextWrapped("%s", figure.formula.c_str());
    }
    ImGui::EndTable();
}

/// A row per rank, with each of its figures.
void draw_ranks(const Run& run, ImVec2 size, ItemRegistry& items) {
    std::vector<const char*> columns{"rank"};
    for (const RankFigure& figure : rank_figures()) columns.push_back(figure.name);
    if (!begin_table("ranks", columns, size)) return;
    const auto put = [](const std::string& cell) {
        ImGui::TableNextColumn();
        to_the_right(cell);
        ImGui::TextUnformatted(cell.c_str());
    };
    for (const RankMetrics& rank : run.metrics.ranks) {
        ImGui::TableNextRow();
        put(std::to_string(rank.rank));
        for (const RankFigure& figure : rank_figures()) {
            const std::string cell = figure_text(figure.of(rank), figure.unit);
            put(cell);
            items.add_last("numbers/rank " + std::to_string(rank.rank) + "/" + figure.name, cell);
        }
    }
    ImGui::EndTable();
}

}  // namespace

void NumbersPanel::draw(ViewContext& context) {
    if (!is_open) return;
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowSize({screen->Size.x * 0.72f, screen->Size.y * 0.8f}, ImGuiCond_Appearing);
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x * 0.14f, screen->Pos.y + screen->Size.y * 0.1f},
                            ImGuiCond_Appearing);
    if (ImGui::Begin("Numbers", &is_open, ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoCollapse)) {
        const float room = ImGui::GetContentRegionAvail().y;
        const bool finished = context.run && context.run->state == RunState::done;
        draw_figures(context, finished ? room * 0.45f : room);
        if (finished) {
            const float line = ImGui::GetTextLineHeightWithSpacing();
            const float rows = line * static_cast<float>(context.run->metrics.ranks.size() + 3);
            draw_ranks(*context.run, {ImGui::GetContentRegionAvail().x, std::min(rows, room * 0.25f)},
                       context.items);
            errors.draw(context, ImGui::GetContentRegionAvail());
        }
    }
    ImGui::End();
}

}  // namespace ringscope

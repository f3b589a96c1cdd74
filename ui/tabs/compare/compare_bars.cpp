#include "ui/tabs/compare/compare_bars.h"

#include <algorithm>

#include "ui/tabs/compare/compare_memory.h"
#include "ui/tabs/compare/run_axes.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

std::vector<const RankFigure*> headline_figures() {
    std::vector<const RankFigure*> headlines;
    for (const RankFigure& figure : rank_figures())
        if (figure.headline) headlines.push_back(&figure);
    return headlines;
}

double largest_figure(const Comparison& c, const RankFigure& figure) {
    double most = 0;
    for (const RankRow& row : c.ranks)
        for (const auto& rank : row.runs)
            if (rank) most = std::max(most, figure.of(*rank));
    return most;
}

}  // namespace

void CompareBars::draw(const ComparedSet& set, ImVec2 size, WidgetContext ui) {
    const float top = ImGui::GetCursorPosY();
    const std::vector<const RankFigure*> choices = headline_figures();
    for (int i = 0; i < static_cast<int>(choices.size()); ++i) {
        const RankFigure& choice = *choices[static_cast<size_t>(i)];
        if (i > 0) ImGui::SameLine();
        const bool on = !memory && figure == i;
        if (!toggle(ui, std::string("compare/bars/") + choice.name, choice.name, on, choice.formula))
            continue;
        figure = i;
        memory = false;
    }
    const float needed = ImGui::CalcTextSize("memory over time").x + 2 * ImGui::GetStyle().FramePadding.x;
    ImGui::SameLine();
    if (ImGui::GetContentRegionAvail().x < needed) ImGui::NewLine();
    if (toggle(ui, "compare/bars/memory", "memory over time", memory,
               "The fullest rank of every run, on one axis."))
        memory = true;
    size.y = std::max(1.0f, size.y - (ImGui::GetCursorPosY() - top));
    if (memory)
        draw_compare_memory(set, size, ui);
    else
        draw_bars(set.comparison, size, ui);
}

/// Groups of bars, one group per rank and one bar per run, from the left; as many groups as have room, scrolled.
void CompareBars::draw_bars(const Comparison& c, ImVec2 size, WidgetContext ui) {
    const RankFigure& choice = *headline_figures()[static_cast<size_t>(figure)];
    const double most = largest_figure(c, choice);
    if (!ImGui::BeginChild("##bars", size)) {
        ImGui::EndChild();
        return;
    }
    const float line = ImGui::GetTextLineHeight();
    const float bar = line * 0.95f;
    const float height =
        (bar * static_cast<float>(c.names.size()) + line * 0.5f) * static_cast<float>(c.ranks.size());
    const Canvas canvas = begin_canvas("compare/bars", {ImGui::GetContentRegionAvail().x, height}, ui.items,
                                       std::string(choice.name) + " of every rank");
    const float left = canvas.box.min.x + line * 4, right = canvas.box.max.x - line * 6;
    float y = canvas.box.min.y;
    for (const RankRow& row : c.ranks) {
        draw_text(*canvas.list, nullptr, {canvas.box.min.x, y}, ui.theme.text_dim,
                  "rank " + std::to_string(row.rank), canvas.box);
        for (size_t run = 0; run < row.runs.size(); ++run) {
            if (!row.runs[run]) continue;
            const double value = choice.of(*row.runs[run]);
            const float share = most > 0 ? static_cast<float>(value / most) : 0;
            const Box box{{left, y + 1}, {left + std::max(1.0f, share * (right - left)), y + bar - 1}};
            canvas.list->AddRectFilled(box.min, box.max, ui.theme.category_colour(static_cast<int>(run)));
            const std::string text = figure_text(value, choice.unit);
            draw_text(*canvas.list, nullptr, {box.max.x + 4, y}, ui.theme.text, text, canvas.box);
            ui.items.add("compare/bars/rank " + std::to_string(row.rank) + "/run " + std::to_string(run + 1),
                         box.min, box.max, text);
            y += bar;
        }
        y += line * 0.5f;
    }
    ImGui::EndChild();
}

}  // namespace ringscope

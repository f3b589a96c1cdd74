#include "ui/compare_tab.h"

#include <algorithm>

#include "ui/format.h"
#include "ui/imgui_compat.h"
#include "ui/plot.h"

namespace ringscope::ui {

namespace {

std::string figure_text(double value, const std::string& unit) {
    if (unit == "s") return seconds_text(value);
    if (unit == "B") return bytes_text(value);
    if (unit == "FLOP") return flops_text(value);
    if (unit == "GFLOP/s") return rate_text(value * 1e9);
    return ratio_text(value);
}

std::string metric_cell(const MetricRow& row, size_t run) {
    if (!row.values[run]) return "-";
    std::string text = figure_text(*row.values[run], row.unit);
    if (row.bands[run]) text += " +- " + figure_text(*row.bands[run], row.unit);
    if (run > 0 && row.ratios[run]) text += "  x" + ratio_text(*row.ratios[run]);
    if (row.best == static_cast<int>(run)) text += "  best";
    return text;
}

void draw_verdict(const Comparison& c, WidgetContext ui) {
    wrapped_item(ui, "compare/verdict", c.verdict, ui.theme.text);
    for (size_t i = 0; i < c.warnings.size(); ++i)
        wrapped_item(ui, "compare/warning " + std::to_string(i + 1), "! " + c.warnings[i], ui.theme.warning);
}

bool begin_side_table(const char* id, const char* first, const Comparison& c, WidgetContext ui) {
    const ImGuiTableFlags flags =
        ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_SizingStretchProp;
    if (!ImGui::BeginTable(id, static_cast<int>(c.names.size()) + 1, flags)) return false;
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    ImGui::TableNextColumn();
    text_item(ui, std::string("compare/") + first, first, ui.theme.text_dim);
    for (size_t run = 0; run < c.names.size(); ++run) {
        ImGui::TableNextColumn();
        const std::string name = fitted(c.names[run], ImGui::GetContentRegionAvail().x);
        text_item(ui, std::string("compare/") + first + "/run " + std::to_string(run + 1), name,
                  ui.theme.category_colour(static_cast<int>(run)));
        tooltip(ui.theme, c.names[run] + (run == 0 ? " (baseline)" : ""));
    }
    return true;
}

void draw_row(const std::string& item, const std::string& title, const std::vector<std::string>& cells,
              WidgetContext ui, int best) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    text_item(ui, item, title, ui.theme.text_dim);
    for (size_t run = 0; run < cells.size(); ++run) {
        ImGui::TableNextColumn();
        text_item(ui, item + "/run " + std::to_string(run + 1),
                  fitted(cells[run], ImGui::GetContentRegionAvail().x),
                  best == static_cast<int>(run) ? ui.theme.good : ui.theme.text);
        tooltip(ui.theme, cells[run]);
    }
}

void draw_tables(const Comparison& c, WidgetContext ui) {
    if (c.settings.empty()) {
        text_item(ui, "compare/settings", "All settings are the same.", ui.theme.text_dim);
    } else if (begin_side_table("##settings", "setting", c, ui)) {
        for (const SettingDifference& setting : c.settings)
            draw_row("compare/settings/" + setting.path, setting.path, setting.values, ui, -1);
        ImGui::EndTable();
    }
    ImGui::Spacing();
    if (!begin_side_table("##figures", "figure", c, ui)) return;
    for (const MetricRow& row : c.metrics) {
        std::vector<std::string> cells;
        for (size_t run = 0; run < c.names.size(); ++run) cells.push_back(metric_cell(row, run));
        draw_row("compare/metrics/" + row.key, row.label, cells, ui, row.best);
    }
    ImGui::EndTable();
}

struct FigureChoice {
    const char* name;
    const char* unit;
    double (*value)(const RankMetrics&);
};
constexpr FigureChoice kFigures[] = {
    {"compute", "s", [](const RankMetrics& r) { return r.compute_seconds; }},
    {"wait", "s", [](const RankMetrics& r) { return r.wait_seconds(); }},
    {"peak", "B", [](const RankMetrics& r) { return static_cast<double>(r.peak_bytes); }},
    {"sent", "B", [](const RankMetrics& r) { return static_cast<double>(r.sent_bytes); }},
};

double largest_figure(const Comparison& c, const FigureChoice& choice) {
    double most = 0;
    for (const RankRow& row : c.ranks)
        for (const auto& rank : row.runs)
            if (rank) most = std::max(most, choice.value(*rank));
    return most;
}

}  // namespace

/// Groups of bars, one group a rank and one bar a run, from the left; as many groups as have room, scrolled.
void CompareTab::draw_bars(const Comparison& c, ImVec2 size, WidgetContext ui) {
    for (int i = 0; i < static_cast<int>(std::size(kFigures)); ++i) {
        if (i > 0) ImGui::SameLine();
        if (toggle(ui, std::string("compare/bars/") + kFigures[i].name, kFigures[i].name,
                   figure == static_cast<RankFigure>(i), "Show this of every rank."))
            figure = static_cast<RankFigure>(i);
    }
    const FigureChoice& choice = kFigures[static_cast<int>(figure)];
    const double most = largest_figure(c, choice);
    if (!ImGui::BeginChild("##bars", {size.x, size.y - ImGui::GetFrameHeightWithSpacing()})) {
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
        for (size_t run = 0; run < row.runs.size(); ++run, y += bar) {
            if (!row.runs[run]) continue;
            const double value = choice.value(*row.runs[run]);
            const float share = most > 0 ? static_cast<float>(value / most) : 0;
            const Box box{{left, y + 1}, {left + std::max(1.0f, share * (right - left)), y + bar - 1}};
            canvas.list->AddRectFilled(box.min, box.max, ui.theme.category_colour(static_cast<int>(run)));
            const std::string text = figure_text(value, choice.unit);
            draw_text(*canvas.list, nullptr, {box.max.x + 4, y}, ui.theme.text, text, canvas.box);
            ui.items.add("compare/bars/rank " + std::to_string(row.rank) + "/run " + std::to_string(run + 1),
                         box.min, box.max, text);
        }
        y += line * 0.5f;
    }
    ImGui::EndChild();
}

/// What was chosen to be compared; with a trace open and nothing chosen, the shown run alone.
void CompareTab::follow(const Inputs& in) {
    std::shared_ptr<const ComparedSet> now = in.compared;
    if (!now && !in.traces.empty()) {
        const std::shared_ptr<const Run> alone =
            shown_ && shown_->runs.size() == 1 ? shown_->runs[0].run : nullptr;
        now = shown_ && alone == in.run && shown_->runs.size() < 2 ? shown_ : nullptr;
        if (!now) {
            std::vector<ComparedRun> runs;
            if (in.run) runs.push_back({in.run_name, in.run});
            now = std::make_shared<const ComparedSet>(make_compared_set({}, std::move(runs)));
        }
    }
    shown_ = now;
    if (shown_) timelines.show(*shown_, in.traces);
}

void CompareTab::draw(const Inputs& in, WidgetContext ui, Commands& commands) {
    follow(in);
    if (!shown_) {
        empty_state(
            ui, "compare/empty", "Nothing to compare yet",
            "Check two or more runs in the Runs tab and press Compare: settings, figures and timelines "
            "then stand here side by side. A Chrome or PyTorch trace that is dropped on the window is shown "
            "here too.");
        return;
    }
    const Comparison& c = shown_->comparison;
    if (c.names.empty()) {
        timelines.draw(*shown_, ImGui::GetContentRegionAvail(), ui, commands);
        return;
    }
    const float all = ImGui::GetContentRegionAvail().y;
    const float words =
        ImGui::GetTextLineHeightWithSpacing() * (2.5f + static_cast<float>(c.warnings.size()));
    ImGui::BeginChild("##verdict", {0, std::min(words, all * 0.2f)});
    draw_verdict(c, ui);
    ImGui::EndChild();
    const float rest = ImGui::GetContentRegionAvail().y;
    float upper = std::max(1.0f, rest * upper_share);
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::BeginChild("##tables", {width * 0.62f, upper});
    draw_tables(c, ui);
    ImGui::EndChild();
    ImGui::SameLine();
    ImGui::BeginChild("##ranks", {0, upper});
    draw_bars(c, ImGui::GetContentRegionAvail(), ui);
    ImGui::EndChild();
    if (splitter(ui, "splitter/compare", false, upper, 1, width))
        upper_share = std::clamp(upper / std::max(rest, 1.0f), 0.05f, 0.9f);
    timelines.draw(*shown_, ImGui::GetContentRegionAvail(), ui, commands);
}

}  // namespace ringscope::ui

#include "ui/tabs/compare/compare_tab.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"

#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

/// What is said of a run's figure, from all of it to the value alone: as much as fits is shown.
std::vector<std::string> metric_cells(const MetricRow& row, size_t run) {
    if (!row.values[run]) return {"-"};
    const std::string value = figure_text(*row.values[run], row.unit);
    const std::string band = row.bands[run] ? " \xC2\xB1 " + figure_text(*row.bands[run], row.unit) : "";
    const std::string ratio = run > 0 && row.ratios[run] ? "  \xC3\x97" + ratio_text(*row.ratios[run]) : "";
    const std::string best = row.best == static_cast<int>(run) ? "  best" : "";
    return {value + band + ratio + best, value + ratio + best, value + best, value};
}

struct Sentence {
    std::string item, text;
    bool warning = false;
};

/// What makes the comparison unfair stands first.
std::vector<Sentence> sentences_on(const Comparison& c) {
    std::vector<Sentence> all;
    for (size_t i = 0; i < c.warnings.size(); ++i)
        all.push_back({"compare/warning " + std::to_string(i + 1), "! " + c.warnings[i], true});
    all.push_back({"compare/verdict", c.verdict});
    const std::vector<std::string> outputs = output_sentences(c);
    for (size_t i = 0; i < outputs.size(); ++i)
        all.push_back({"compare/output " + std::to_string(i + 1), outputs[i]});
    return all;
}

float height_of(const std::vector<Sentence>& sentences, float width) {
    float height = 0;
    for (const Sentence& sentence : sentences)
        height += ImGui::CalcTextSize(sentence.text.c_str(), nullptr, false, width).y +
                  ImGui::GetStyle().ItemSpacing.y;
    return height;
}

/// A run's colour, beside its name: as letters some of the colours would be hard to read.
void draw_swatch(ImU32 colour) {
    const float side = ImGui::GetTextLineHeight() * 0.7f;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float top = at.y + (ImGui::GetTextLineHeight() - side) / 2;
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, top}, {at.x + side, top + side}, colour);
    ImGui::Dummy({side, side});
    ImGui::SameLine();
}

/// Of the settings' paths and the figures' names, so that both tables' columns line up and none is cut.
float first_column_width(const Comparison& c) {
    float widest = 0;
    for (const SettingDifference& setting : c.settings)
        widest = std::max(widest, ImGui::CalcTextSize(setting.path.c_str()).x);
    for (const MetricRow& row : c.metrics)
        widest = std::max(widest, ImGui::CalcTextSize(row.label.c_str()).x);
    return std::ceil(widest);
}

/// The part of the width that shows every run's name whole, as far as that leaves the bars beside it legible.
float tables_share(const Comparison& c, float width) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float swatch = ImGui::GetTextLineHeight() * 0.7f + style.ItemSpacing.x;
    float widest = 0;
    for (const std::string& name : c.names) widest = std::max(widest, ImGui::CalcTextSize(name.c_str()).x);
    const float columns =
        static_cast<float>(c.names.size()) * (swatch + widest + 2 * style.CellPadding.x + 1);
    const float wanted = first_column_width(c) + 2 * style.CellPadding.x + columns + style.ScrollbarSize;
    return std::clamp(wanted / std::max(width, 1.0f), 0.5f, c.names.size() > 2 ? 0.8f : 0.7f);
}

bool begin_side_table(const char* id, const char* first, const Comparison& c, WidgetContext ui) {
    const ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV;
    if (!ImGui::BeginTable(id, static_cast<int>(c.names.size()) + 1, flags)) return false;
    ImGui::TableSetupColumn(first, ImGuiTableColumnFlags_WidthFixed, first_column_width(c));
    for (const std::string& name : c.names)
        ImGui::TableSetupColumn(name.c_str(), ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    ImGui::TableNextColumn();
    text_item(ui, std::string("compare/") + first, first, ui.theme.text_dim);
    for (size_t run = 0; run < c.names.size(); ++run) {
        ImGui::TableNextColumn();
        draw_swatch(ui.theme.category_colour(static_cast<int>(run)));
        const std::string name = fitted_name(c.names[run], ImGui::GetContentRegionAvail().x);
        text_item(ui, std::string("compare/") + first + "/run " + std::to_string(run + 1), name,
                  ui.theme.text);
        tooltip(ui.theme, c.names[run] + (run == 0 ? " (baseline)" : ""));
    }
    return true;
}

/// `cells` of each run: the first that fits is shown, and the whole on hover.
void draw_row(const std::string& item, const std::string& title,
              const std::vector<std::vector<std::string>>& cells, WidgetContext ui, int best,
              const std::string& hint) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    text_item(ui, item, fitted(title, ImGui::GetContentRegionAvail().x), ui.theme.text_dim);
    tooltip(ui.theme, hint);
    for (size_t run = 0; run < cells.size(); ++run) {
        ImGui::TableNextColumn();
        const float room = ImGui::GetContentRegionAvail().x;
        const auto fits = std::find_if(cells[run].begin(), cells[run].end(), [&](const std::string& text) {
            return ImGui::CalcTextSize(text.c_str()).x <= room;
        });
        const std::string shown = fits != cells[run].end() ? *fits : fitted(cells[run].back(), room);
        text_item(ui, item + "/run " + std::to_string(run + 1), shown,
                  best == static_cast<int>(run) ? ui.theme.good : ui.theme.text);
        tooltip(ui.theme, cells[run].front());
    }
}

void draw_tables(const Comparison& c, WidgetContext ui) {
    if (c.settings.empty()) {
        text_item(ui, "compare/settings", "All settings are the same.", ui.theme.text_dim);
    } else if (begin_side_table("##settings", "setting", c, ui)) {
        for (const SettingDifference& setting : c.settings) {
            std::vector<std::vector<std::string>> cells;
            for (const std::string& value : setting.values) cells.push_back({value});
            draw_row("compare/settings/" + setting.path, setting.path, cells, ui, -1, setting.path);
        }
        ImGui::EndTable();
    }
    ImGui::Spacing();
    if (!begin_side_table("##figures", "figure", c, ui)) return;
    for (const MetricRow& row : c.metrics) {
        std::vector<std::vector<std::string>> cells;
        for (size_t run = 0; run < c.names.size(); ++run) cells.push_back(metric_cells(row, run));
        draw_row("compare/metrics/" + row.key, row.label, cells, ui, row.best,
                 row.label + ": " + row.formula);
    }
    ImGui::EndTable();
}

}  // namespace

/// What was chosen to be compared; with a trace open and nothing chosen, the shown run alone, or no run.
void CompareTab::follow(const Inputs& in, bool measured_clock) {
    std::shared_ptr<const ComparedSet> now = in.compared;
    if (now && now->measured && measured_clock) now = now->measured;
    if (!now && !in.traces.empty()) {
        const std::shared_ptr<const Run>& on_clock =
            in.replayed.run && !measured_clock ? in.replayed.run : in.run;
        const std::shared_ptr<const Run> wanted = shows_run(in) ? on_clock : nullptr;
        const std::shared_ptr<const Run> alone =
            shown_ && shown_->runs.size() == 1 ? shown_->runs[0].run : nullptr;
        now = shown_ && alone == wanted && shown_->runs.size() < 2 ? shown_ : nullptr;
        if (!now) {
            std::vector<ComparedRun> runs;
            if (wanted) runs.push_back({in.run_name, wanted});
            now = std::make_shared<const ComparedSet>(make_compared_set({}, std::move(runs)));
        }
    }
    const bool same_runs = in.compared ? in.compared == chosen_ : now == shown_;
    if (now && !same_runs) all_runs = false;
    chosen_ = in.compared;
    shown_ = now;
    timelines.show(shown_, in.traces, in.trace_ids, in.guests.get());
}

/// Of runs whose ranks shared cores: all of the tab is on one clock.
void CompareTab::draw_clock(TabContext& context) {
    const Inputs& in = context.in;
    const bool has_two = in.compared ? in.compared->measured != nullptr : in.replayed.run != nullptr;
    if (all_runs || !shown_ || shown_->runs.empty() || !has_two) return;
    const WidgetContext ui = context.ui;
    ImGui::SameLine();
    if (toggle(
            ui, "compare/measured clock", "Measured clock", context.measured_clock,
            "Figures, verdict and timelines as this machine's clock had them, with ranks that waited for a "
            "core, instead of every rank on a device of its own."))
        context.measured_clock = !context.measured_clock;
    std::string words = "clock: this machine (measured); ranks shared cores";
    if (!context.measured_clock) words = "clock: every rank its own device (replayed)";
    beside_or_below(ImGui::CalcTextSize(words.c_str()).x);
    ImGui::AlignTextToFramePadding();
    text_item(ui, "compare/clock words", words, ui.theme.text_dim);
}

void CompareTab::draw(TabContext& context) {
    const WidgetContext ui = context.ui;
    follow(context.in, context.measured_clock);
    if (toggle(ui, "compare/side by side", "Side by side", !all_runs, "The runs chosen in the Runs tab."))
        all_runs = false;
    ImGui::SameLine();
    if (toggle(ui, "compare/all runs", "All runs", all_runs,
               "Every saved run: parallel coordinates and a scatter of any two figures."))
        all_runs = true;
    if (!all_runs && !context.in.compared && !context.in.traces.empty() && context.in.run) {
        ImGui::SameLine();
        if (toggle(ui, "compare/with run", "With the shown run", shows_run(context.in),
                   "The run of the Workbench above the traces' lanes."))
            with_run = !shows_run(context.in);
    }
    draw_clock(context);
    if (ImGui::GetContentRegionAvail().y < 8) return;
    if (all_runs)
        all.draw(context.in, ui, context.commands);
    else
        draw_side_by_side(context.in, ui, context.commands);
}

/// Words and tables above, lanes below. Until they are derived the lanes have all of it.
void CompareTab::draw_traces(const Inputs& in, WidgetContext ui, Commands& commands) {
    if (in.guests) {
        const ImVec2 room = ImGui::GetContentRegionAvail();
        float upper = std::max(1.0f, room.y * upper_share);
        traces.draw(*in.guests, {0, upper}, ui);
        if (splitter(ui, "splitter/compare", false, upper, 1, room.x))
            upper_share = std::clamp(upper / std::max(room.y, 1.0f), 0.05f, 0.9f);
    }
    timelines.draw(ImGui::GetContentRegionAvail(), ui, commands);
}

void CompareTab::draw_side_by_side(const Inputs& in, WidgetContext ui, Commands& commands) {
    if (!shown_) {
        empty_state(
            ui, "compare/empty", "Nothing to compare yet",
            "Check two or more runs in the Runs tab and press Compare: settings, figures and timelines "
            "then stand here side by side. A Chrome or PyTorch trace that is dropped on the window, or a "
            "kept trace that is opened there, is shown here too: its lanes, and where its time went.");
        return;
    }
    const Comparison& c = shown_->comparison;
    if (c.names.empty()) return draw_traces(in, ui, commands);
    const float height = ImGui::GetContentRegionAvail().y;
    const std::vector<Sentence> sentences = sentences_on(c);
    const float words =
        height_of(sentences, ImGui::GetContentRegionAvail().x) + ImGui::GetStyle().ItemSpacing.y;
    ImGui::BeginChild("##verdict", {0, std::min(words, height * 0.3f)});
    for (const Sentence& sentence : sentences)
        wrapped_item(ui, sentence.item, sentence.text, sentence.warning ? ui.theme.warning : ui.theme.text);
    ImGui::EndChild();
    const float rest = ImGui::GetContentRegionAvail().y;
    float upper = std::max(1.0f, rest * upper_share);
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::BeginChild("##tables", {width * tables_share(c, width), upper});
    draw_tables(c, ui);
    ImGui::EndChild();
    ImGui::SameLine();
    ImGui::BeginChild("##ranks", {0, upper});
    bars.draw(*shown_, ImGui::GetContentRegionAvail(), ui);
    ImGui::EndChild();
    if (splitter(ui, "splitter/compare", false, upper, 1, width))
        upper_share = std::clamp(upper / std::max(rest, 1.0f), 0.05f, 0.9f);
    timelines.draw(ImGui::GetContentRegionAvail(), ui, commands);
}

}  // namespace ringscope

#include "ui/runs/runs_tab.h"

#include <algorithm>
#include <numeric>

#include "sessions/run_figures.h"
#include "ui/format.h"
#include "ui/imgui_compat.h"
#include "ui/plot.h"
#include "ui/runs/run_menu.h"

namespace ringscope::ui {

namespace {

std::string error_cell(const RunSummary& run) {
    if (!run.verified) return "not verified";
    return (run.verify_passed ? "ok, " : "WRONG, ") + error_text(run.max_abs_error);
}

std::string state_cell(const RunSummary& run) { return state_text(run); }

struct Column {
    const char* title;
    float points;  // width
    std::string (*text)(const RunSummary&);
    bool (*less)(const RunSummary&, const RunSummary&);
    bool of_traces = false;  // a kept trace has it too
    std::string shown(const RunSummary& run) const { return of_traces || !run.is_trace ? text(run) : "-"; }
};

template <auto member>
bool less_by(const RunSummary& a, const RunSummary& b) {
    return a.*member < b.*member;
}

double error_order(const RunSummary& run) { return run.verified ? run.max_abs_error : 1e300; }

constexpr Column kColumns[] = {
    {"name", 200, [](const RunSummary& r) { return r.name; }, less_by<&RunSummary::name>, true},
    {"tags", 80, tags_text, less_by<&RunSummary::tags>, true},
    {"started (UTC)", 128, [](const RunSummary& r) { return utc_text(r.started_utc_ms); },
     less_by<&RunSummary::started_utc_ms>, true},
    {"state", 70, state_cell,
     [](const RunSummary& a, const RunSummary& b) { return std::string_view(state_text(a)) < state_text(b); },
     true},
    {"tokens", 78, [](const RunSummary& r) { return count_text(r.seq_len); }, less_by<&RunSummary::seq_len>},
    {"ranks", 54, [](const RunSummary& r) { return std::to_string(r.ranks); }, less_by<&RunSummary::ranks>},
    {"strategy", 80, [](const RunSummary& r) { return r.strategy; }, less_by<&RunSummary::strategy>},
    {"time", 70, [](const RunSummary& r) { return seconds_text(r.seconds); }, less_by<&RunSummary::seconds>},
    {"speed", 98, [](const RunSummary& r) { return rate_text(r.gflops_per_second * 1e9); },
     less_by<&RunSummary::gflops_per_second>},
    {"overlap", 70, [](const RunSummary& r) { return ratio_text(r.overlap_efficiency); },
     less_by<&RunSummary::overlap_efficiency>},
    {"imbalance", 86, [](const RunSummary& r) { return ratio_text(r.compute_imbalance); },
     less_by<&RunSummary::compute_imbalance>},
    {"on the wire", 92, [](const RunSummary& r) { return bytes_text(static_cast<double>(r.bytes_on_wire)); },
     less_by<&RunSummary::bytes_on_wire>},
    {"peak a rank", 92, [](const RunSummary& r) { return bytes_text(static_cast<double>(r.peak_bytes)); },
     less_by<&RunSummary::peak_bytes>},
    {"reference", 90, error_cell,
     [](const RunSummary& a, const RunSummary& b) { return error_order(a) < error_order(b); }},
    {"settings", 360, [](const RunSummary& r) { return r.settings; }, less_by<&RunSummary::settings>, true},
};
constexpr int kColumnCount = static_cast<int>(std::size(kColumns));
/// Figures stand at the right, so that their digits and units line up.
constexpr bool is_figure(int column) { return column == 4 || column == 5 || (column >= 7 && column <= 12); }
constexpr int kStartedColumn = 2, kStateColumn = 3, kErrorColumn = 13;
constexpr size_t kMostCompared = 8;  // more do not fit on a screen

}  // namespace

/// What cannot be read leaves the list as it was, so that it does not jump while a term is being typed.
void RunsTab::read_filter() {
    shown_filter_ = filter;
    try {
        filter_ = RunFilter(filter);
        filter_error_.clear();
    } catch (const Error& error) {
        filter_error_ = error.what();
    }
}

void RunsTab::update(const std::shared_ptr<const std::vector<RunSummary>>& runs) {
    if (runs == runs_ && filter == shown_filter_ && !stale_) return;
    runs_ = runs;
    if (filter != shown_filter_) read_filter();
    stale_ = false;
    order_.clear();
    const bool archived = show_archived || filter_.names("archived");
    for (int i = 0; i < static_cast<int>(runs_->size()); ++i) {
        const RunSummary& run = (*runs_)[static_cast<size_t>(i)];
        if ((archived || !run.archived) && filter_.matches(run)) order_.push_back(i);
    }
    const Column& column = kColumns[sort_column_];
    std::stable_sort(order_.begin(), order_.end(), [&](int a, int b) {
        const bool a_last = (*runs_)[static_cast<size_t>(a)].is_trace && !column.of_traces;
        const bool b_last = (*runs_)[static_cast<size_t>(b)].is_trace && !column.of_traces;
        if (a_last || b_last) return !a_last;
        const RunSummary& x = (*runs_)[static_cast<size_t>(ascending_ ? a : b)];
        const RunSummary& y = (*runs_)[static_cast<size_t>(ascending_ ? b : a)];
        return column.less(x, y);
    });
    if (!selected_run()) selected = 0;
}

const RunSummary* RunsTab::selected_run() const {
    if (!runs_ || selected == 0) return nullptr;
    for (const RunSummary& run : *runs_)
        if (run.id == selected) return &run;
    return nullptr;
}

void RunsTab::draw(const Inputs& in, Dialogs& dialogs, WidgetContext ui, Commands& commands) {
    if (!in.saved) {
        const std::string why = in.run_file_message.empty() ? "No run file is open." : in.run_file_message;
        empty_state(ui, "runs/empty", "No run file", why + " Open one with File > Open run file.");
        return;
    }
    update(in.saved);
    if (in.saved->empty()) {
        empty_state(
            ui, "runs/empty", "No saved runs yet",
            "Run an experiment on the Workbench (F5) and save it with Ctrl-S: it appears here, to reopen and "
            "to compare.");
        return;
    }
    draw_toolbar(in, dialogs, ui, commands);
    if (!filter_error_.empty()) wrapped_item(ui, "runs/filter/error", filter_error_, ui.theme.error);
    if (order_.empty()) {
        empty_state(ui, "runs/no match", filter.empty() ? "All runs are archived" : "No run matches",
                    filter.empty() ? "Tick \"archived\" to see them."
                                   : "Clear the filter to see all " +
                                         count_text(static_cast<int64_t>(in.saved->size())) + ".");
        return;
    }
    draw_table(in, ui, commands);
    if (menu_asked_) open_run_menu();
    menu_asked_ = false;
    if (const RunSummary* run = selected_run()) draw_run_menu(*run, dialogs, ui, commands);
}

void RunsTab::draw_toolbar(const Inputs& in, Dialogs& dialogs, WidgetContext ui, Commands& commands) {
    const bool wrong = !filter_error_.empty();
    if (wrong) ImGui::PushStyleColor(ImGuiCol_Border, ImGui::ColorConvertU32ToFloat4(ui.theme.error));
    ImGui::SetNextItemWidth(ui.theme.px(300));
    ImGui::InputTextWithHint("##filter", "filter: p=8 w>4096 overlap=false words", &filter);
    if (wrong) ImGui::PopStyleColor();
    ui.items.add_last("runs/filter", filter);
    tooltip(ui.theme,
            "Every term must hold. FIGURE=VALUE, or with != < <= > >=; FIGURE:TEXT looks for a part; "
            "plain words look at name, settings, note, tags, device, kernel and state. Times take ms "
            "or s, sizes KiB or MiB.\n\nFigures: every field of the experiment, and " +
                run_figure_names());
    ImGui::SameLine();
    if (checkbox(ui, "runs/archived", "archived", show_archived, "Show archived runs too.")) stale_ = true;
    const RunSummary* run = selected_run();
    const std::string no_run = run ? "" : "select a run first";
    ImGui::SameLine();
    if (button(ui, "runs/open", "Open",
               "Show this run on the Workbench, a kept trace in the Compare tab. Also: double-click, Enter.",
               no_run))
        commands.push_back(OpenRun{selected});
    ImGui::SameLine();
    if (button(ui, "runs/rename", "Rename", "Give the run another name.", no_run))
        dialogs.open_for_run(Dialogs::Kind::rename_run, selected, run->name);
    ImGui::SameLine();
    if (button(ui, "runs/delete", "Delete", "Remove the run from the file. Asks first.", no_run))
        dialogs.open_for_run(Dialogs::Kind::delete_run, selected, run->name);
    ImGui::SameLine();
    if (button(ui, "runs/more", "More", "Note, tags, baseline, archive. Also: right-click on a run.", no_run))
        open_run_menu();
    ImGui::SameLine();
    if (button(ui, "runs/export", "Export",
               "Write the run as Perfetto trace, CSV, JSON, experiment or run file; a kept trace as the file "
               "it came in.",
               no_run))
        dialogs.open_export(selected, run->is_trace);
    ImGui::SameLine();
    draw_compare_button(ui, commands);
    ImGui::SameLine();
    const std::string count = count_text(static_cast<int64_t>(order_.size())) + " of " +
                              count_text(static_cast<int64_t>(in.saved->size())) + " runs";
    ImGui::AlignTextToFramePadding();
    text_item(ui, "runs/count", count, ui.theme.text_dim);
}

void RunsTab::draw_compare_button(WidgetContext ui, Commands& commands) {
    const std::string few = chosen.size() < 2 ? "check two or more runs in the list" : "";
    const std::string many =
        chosen.size() > kMostCompared ? "at most " + std::to_string(kMostCompared) + " at once" : few;
    const std::string label =
        chosen.empty() ? "Compare" : "Compare (" + std::to_string(chosen.size()) + ")###compare";
    if (button(ui, "runs/compare", label.c_str(),
               "Show the checked runs side by side. The one that was checked first is the baseline.", many))
        commands.push_back(CompareRuns{chosen});
}

void RunsTab::draw_choice(const RunSummary& run, WidgetContext ui) {
    const auto at = std::find(chosen.begin(), chosen.end(), run.id);
    bool on = at != chosen.end();
    const std::string name = "runs/row " + std::to_string(run.id) + "/choose";
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ImGui::GetStyle().FramePadding.x, 0));
    const bool changed = checkbox(ui, name, ("##" + name).c_str(), on, "Compare this run.");
    ImGui::PopStyleVar();
    if (!changed) return;
    if (on)
        chosen.push_back(run.id);
    else
        chosen.erase(at);
}

void RunsTab::draw_table(const Inputs& in, WidgetContext ui, Commands& commands) {
    const ImGuiTableFlags flags = ImGuiTableFlags_Sortable | ImGuiTableFlags_Resizable |
                                  ImGuiTableFlags_Reorderable | ImGuiTableFlags_RowBg |
                                  ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
                                  ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_SizingFixedFit;
    if (!ImGui::BeginTable("##runs", kColumnCount, flags, ImGui::GetContentRegionAvail())) return;
    ImGui::TableSetupScrollFreeze(1, 1);
    for (int i = 0; i < kColumnCount; ++i) {
        const ImGuiTableColumnFlags first =
            i == kStartedColumn
                ? ImGuiTableColumnFlags_DefaultSort | ImGuiTableColumnFlags_PreferSortDescending
                : 0;
        ImGui::TableSetupColumn(kColumns[i].title, ImGuiTableColumnFlags_WidthFixed | first,
                                ui.theme.px(kColumns[i].points));
    }
    ImGui::TableHeadersRow();
    if (ImGuiTableSortSpecs* specs = ImGui::TableGetSortSpecs();
        specs && specs->SpecsDirty && specs->SpecsCount > 0) {
        sort_column_ = specs->Specs[0].ColumnIndex;
        ascending_ = specs->Specs[0].SortDirection != ImGuiSortDirection_Descending;
        specs->SpecsDirty = false;
        stale_ = true;
        update(in.saved);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(order_.size()));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            draw_row((*runs_)[static_cast<size_t>(order_[static_cast<size_t>(i)])], in, ui, commands);
    ImGui::EndTable();
}

void RunsTab::draw_row(const RunSummary& run, const Inputs& in, WidgetContext ui, Commands& commands) {
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(0);
    ImGui::PushID(static_cast<int>(run.id));
    draw_choice(run, ui);
    ImGui::SameLine();
    const std::string shown = (run.id == in.run_id && in.run_id != 0 ? "> " : "") + name_with_state(run);
    const ImGuiSelectableFlags flags =
        ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowDoubleClick;
    if (ImGui::Selectable((shown + "##run").c_str(), run.id == selected, flags)) {
        selected = run.id;
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) commands.push_back(OpenRun{run.id});
    }
    if (ImGui::IsItemClicked(ImGuiMouseButton_Right)) {
        selected = run.id;
        menu_asked_ = true;  // opened after the table: a popup belongs to the window it is asked from
    }
    ui.items.add_last("runs/row " + std::to_string(run.id), shown);
    if (!run.note.empty()) tooltip(ui.theme, run.note);
    for (int i = 1; i < kColumnCount; ++i) {
        if (!ImGui::TableSetColumnIndex(i)) continue;
        const bool wrong = i == kErrorColumn && known_wrong(run);
        const ImU32 colour =
            wrong || (i == kStateColumn && run.state == RunState::failed) ? ui.theme.error : ui.theme.text;
        const std::string text = kColumns[i].shown(run);
        if (is_figure(i)) to_the_right(text);
        text_item(ui, "runs/row " + std::to_string(run.id) + "/" + kColumns[i].title, text, colour);
    }
    ImGui::PopID();
}

}  // namespace ringscope::ui

#include "ui/tabs/runs/runs_tab.h"

#include <algorithm>
#include <numeric>

#include "engine/base/number_text.h"
#include "sessions/store/run_properties.h"
#include "ui/tabs/runs/run_menu.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

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
    const RunColumn& column = run_columns()[static_cast<size_t>(sort_column_)];
    std::stable_sort(order_.begin(), order_.end(), [&](int a, int b) {
        const bool a_last = (*runs_)[static_cast<size_t>(a)].is_trace && !column.of_traces;
        const bool b_last = (*runs_)[static_cast<size_t>(b)].is_trace && !column.of_traces;
        if (a_last || b_last) return !a_last;
        const RunSummary& x = (*runs_)[static_cast<size_t>(ascending_ ? a : b)];
        const RunSummary& y = (*runs_)[static_cast<size_t>(ascending_ ? b : a)];
        return column.before(x, y);
    });
    if (!selected_run()) selected = 0;
}

const RunSummary* RunsTab::selected_run() const {
    if (!runs_ || selected == 0) return nullptr;
    for (const RunSummary& run : *runs_)
        if (run.id == selected) return &run;
    return nullptr;
}

void RunsTab::draw(TabContext& context) {
    const Inputs& in = context.in;
    Dialogs& dialogs = context.dialogs;
    const WidgetContext ui = context.ui;
    Commands& commands = context.commands;
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
    draw_toolbar(in.saved->size(), dialogs, ui, commands);
    if (!filter_error_.empty()) wrapped_item(ui, "runs/filter/error", filter_error_, ui.theme.error);
    if (order_.empty()) {
        empty_state(ui, "runs/no match", filter.empty() ? "All runs are archived" : "No run matches",
                    filter.empty() ? "Tick \"archived\" to see them."
                                   : "Clear the filter to see all " +
                                         count_text(static_cast<int64_t>(in.saved->size())) + ".");
        return;
    }
    draw_table(in, ui, commands);
    draw_columns_menu(columns, table_.widths(), ui);
    if (menu_asked_) open_run_menu();
    menu_asked_ = false;
    if (const RunSummary* run = selected_run()) draw_run_menu(*run, dialogs, ui, commands);
}

void RunsTab::draw_toolbar(size_t all, Dialogs& dialogs, WidgetContext ui, Commands& commands) {
    const bool wrong = !filter_error_.empty();
    if (wrong) ImGui::PushStyleColor(ImGuiCol_Border, ImGui::ColorConvertU32ToFloat4(ui.theme.error));
    ImGui::SetNextItemWidth(std::min(ui.theme.px(300), ImGui::GetContentRegionAvail().x));
    ImGui::InputTextWithHint("##filter", "filter: p=8 w>4096 overlap=false words", &filter);
    if (wrong) ImGui::PopStyleColor();
    ui.items.add_last("runs/filter", filter);
    tooltip(ui.theme,
            "Every term must hold. FIGURE=VALUE, or with != < <= > >=; FIGURE:TEXT looks for a part; "
            "plain words look at name, settings, note, tags, device, kernel and state. Times take ms "
            "or s, sizes KiB or MiB.\n\nFigures: every field of the experiment, and " +
                run_property_names());
    beside_or_below(checkbox_width("archived"));
    if (checkbox(ui, "runs/archived", "archived", show_archived, "Show archived runs too.")) stale_ = true;
    const RunSummary* run = selected_run();
    const auto for_run = [&](const char* name, const char* label, const char* help) {
        beside_or_below(button_width(label));
        return button(ui, name, label, help, run ? "" : "select a run first");
    };
    if (for_run("runs/open", "Open",
                "Show this run on the Workbench, a kept trace in the Compare tab. Also: double-click."))
        commands.push_back(OpenRun{selected});
    if (for_run("runs/rename", "Rename", "Give the run another name."))
        dialogs.open_for_run(Dialogs::Kind::rename_run, selected, run->name);
    if (for_run("runs/delete", "Delete", "Remove the run from the file. Asks first."))
        dialogs.open_for_run(Dialogs::Kind::delete_run, selected, run->name);
    if (for_run("runs/more", "More", "Note, tags, baseline, archive. Also: right-click on a run."))
        open_run_menu();
    if (for_run("runs/export", "Export",
                "Write the run as Perfetto trace, CSV, JSON, tables, experiment or run file; a kept trace as "
                "the file it came in, or as a page, tables, CSV or JSON."))
        dialogs.open_export(selected, run->is_trace);
    draw_compare_button(ui, commands);
    beside_or_below(button_width("Columns"));
    if (button(ui, "runs/columns", "Columns", "Which columns are shown. Also: right-click on their titles."))
        open_columns_menu();
    const std::string count = count_text(static_cast<int64_t>(order_.size())) + " of " +
                              count_text(static_cast<int64_t>(all)) + " runs";
    beside_or_below(ImGui::CalcTextSize(count.c_str()).x);
    ImGui::AlignTextToFramePadding();
    text_item(ui, "runs/count", count, ui.theme.text_dim);
}

void RunsTab::draw_compare_button(WidgetContext ui, Commands& commands) {
    const auto is_trace = [&](int64_t id) {
        return runs_ && std::any_of(runs_->begin(), runs_->end(),
                                    [&](const RunSummary& run) { return run.id == id && run.is_trace; });
    };
    const bool enough = chosen.size() > 1 || (chosen.size() == 1 && is_trace(chosen.front()));
    const std::string few = enough ? "" : "check two or more runs in the list, or one kept trace";
    const std::string many =
        chosen.size() > kMostCompared ? "at most " + std::to_string(kMostCompared) + " at once" : few;
    const std::string label =
        chosen.empty() ? "Compare" : "Compare (" + std::to_string(chosen.size()) + ")###compare";
    beside_or_below(button_width(label.c_str()));
    if (button(
            ui, "runs/compare", label.c_str(),
            "Show the checked runs side by side. The one that was checked first is the baseline. Kept traces "
            "alone show their lanes, and where their time went.",
            many))
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
    const ImGuiTableFlags flags =
        ImGuiTableFlags_Sortable | ImGuiTableFlags_Resizable | ImGuiTableFlags_Reorderable |
        ImGuiTableFlags_Hideable | ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
        ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_NoBordersInBody | ImGuiTableFlags_SizingFixedFit;
    const ImVec2 padding = ImGui::GetStyle().CellPadding;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(2 * padding.x, padding.y));
    const bool drawn = ImGui::BeginTable("##runs", static_cast<int>(run_columns().size()), flags,
                                         ImGui::GetContentRegionAvail());
    ImGui::PopStyleVar();
    if (!drawn) return;
    table_.begin(columns, runs_, sort_column_, in.utc_ms, ui.theme);
    if (ImGuiTableSortSpecs* specs = ImGui::TableGetSortSpecs();
        specs && specs->SpecsDirty && specs->SpecsCount > 0) {
        sort_column_ = specs->Specs[0].ColumnIndex;
        ascending_ = specs->Specs[0].SortDirection != ImGuiSortDirection_Descending;
        specs->SpecsDirty = false;
        stale_ = true;
        update(in.saved);
    }
    table_.draw_header(sort_column_, ui);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(order_.size()));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            draw_row((*runs_)[static_cast<size_t>(order_[static_cast<size_t>(i)])], in, ui, commands);
    table_.take_choices(columns);
    ImGui::EndTable();
}

void RunsTab::draw_row(const RunSummary& run, const Inputs& in, WidgetContext ui, Commands& commands) {
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(kNameColumn);
    ImGui::PushID(static_cast<int>(run.id));
    draw_choice(run, ui);
    ImGui::SameLine();
    const std::string name = (run.id == in.run_id && in.run_id != 0 ? "> " : "") + name_with_state(run);
    const std::string shown = fitted(name, ImGui::GetContentRegionAvail().x);
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
    ui.items.add_last("runs/row " + std::to_string(run.id), name);
    const bool name_hidden =
        shown != name && (ImGui::TableGetColumnFlags(kNameColumn) & ImGuiTableColumnFlags_IsHovered);
    tooltip(ui.theme, !name_hidden ? run.note : run.note.empty() ? name : name + "\n" + run.note);
    table_.draw_cells(run, in.utc_ms, ui);
    ImGui::PopID();
}

}  // namespace ringscope

#include "ui/tabs/runs/run_menu.h"

#include <imgui.h>

namespace ringscope {

namespace {

bool menu_item(WidgetContext ui, const std::string& name, const char* label, const std::string& help) {
    const bool chosen = ImGui::MenuItem(label);
    ui.items.add_last(name, label);
    tooltip(ui.theme, help);
    return chosen;
}

}  // namespace

void open_run_menu() { ImGui::OpenPopup("##run menu"); }

void draw_run_menu(const RunSummary& run, Dialogs& dialogs, WidgetContext ui, Commands& commands) {
    if (!ImGui::BeginPopup("##run menu")) return;
    if (menu_item(ui, "runs/menu/note", "Note...", "A line of your own about this run."))
        dialogs.open_for_run(Dialogs::Kind::note_run, run.id, run.note);
    if (menu_item(ui, "runs/menu/tags", "Tags...", "Words to find this run by: tag:WORD in the filter."))
        dialogs.open_for_run(Dialogs::Kind::tag_run, run.id, tags_text(run));
    if (!run.is_trace &&
        menu_item(ui, "runs/menu/baseline", run.baseline ? "Remove as baseline" : "Make baseline",
                  "At most one run per file: the run that others are compared with."))
        commands.push_back(SetBaseline{run.baseline ? 0 : run.id});
    if (menu_item(ui, "runs/menu/archive", run.archived ? "Unarchive" : "Archive",
                  "Archived runs stay in the file and are listed only on request."))
        commands.push_back(ArchiveRun{run.id, !run.archived});
    ImGui::EndPopup();
}

}  // namespace ringscope

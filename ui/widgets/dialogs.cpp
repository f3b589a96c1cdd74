#include "ui/widgets/dialogs.h"

#include <iterator>
#include <sstream>
#include <vector>

#include "engine/base/error.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

struct Question {
    const char* title;
    const char* label;  // of the text field; null: no field
    const char* accept;
    const char* help;
};

Question question(Dialogs::Kind kind) {
    switch (kind) {
        case Dialogs::Kind::open_experiment:
            return {"Open experiment", "File", "Open",
                    "A JSON experiment file. A file can also be dropped on the window."};
        case Dialogs::Kind::save_experiment:
            return {"Save experiment", "File", "Save",
                    "Written as JSON; an older file of that name is replaced."};
        case Dialogs::Kind::save_preset:
            return {"Save as preset", "Name", "Save",
                    "Listed with the presets, and known to --preset. An experiment file in the folder of "
                    "presets."};
        case Dialogs::Kind::delete_preset:
            return {"Delete preset", nullptr, "Delete", ""};
        case Dialogs::Kind::save_run:
            return {"Save run", "Name", "Save", "Left empty, the run gets a name from its settings."};
        case Dialogs::Kind::export_run:
            return {"Export run", "File", "Export", ""};  // each format explains itself
        case Dialogs::Kind::open_run_file:
            return {"Open run file", "File", "Open", "A .ringscope file; one that does not exist is made."};
        case Dialogs::Kind::open_trace:
            return {"Open trace", "File", "Open",
                    "A Chrome or PyTorch profiler trace, .json or .json.gz. It can also be dropped on the "
                    "window."};
        case Dialogs::Kind::picture:
            return {"Save a picture", "File", "Save",
                    "PNG, or SVG when the name ends in .svg: its text can be searched and edited."};
        case Dialogs::Kind::rename_run:
            return {"Rename run", "Name", "Rename", ""};
        case Dialogs::Kind::note_run:
            return {"Note", "Note", "Keep",
                    "Shown beside the run's name; plain words of the filter find it."};
        case Dialogs::Kind::tag_run:
            return {"Tags", "Tags, with spaces between them", "Keep",
                    "The filter finds them as tag:WORD. Left empty, the run has none."};
        case Dialogs::Kind::delete_run:
            return {"Delete run", nullptr, "Delete", ""};
        case Dialogs::Kind::none:
            break;
    }
    RINGSCOPE_CHECK(!"a dialog is open");
    return {};
}

constexpr ExportFormat kExportFormats[] = {
    {"perfetto", "A trace for ui.perfetto.dev and chrome://tracing."},
    {"csv", "One line per span: rank, kind, step, begin and end."},
    {"json", "Settings and figures, as 'ringscope run --json' prints them."},
    {"sqlite", "Plain tables of runs, ranks, spans and memory, for SQLite, pandas and others."},
    {"experiment", "The settings alone: a file to open, or for --experiment."},
    {"run", "A run file with this run alone, to share. The file must be a new one."},
};
constexpr ExportFormat kTraceFormats[] = {
    {"trace", "The file that was imported, byte for byte."},
    {"html", "A page of its totals and lanes that needs no network."},
    {"csv", "One line per slice: process, lane, name, begin and end."},
    {"json", "Totals by name, as 'ringscope compare --json' prints them."},
    {"perfetto", "A trace for ui.perfetto.dev, as it was understood here."},
    {"sqlite", "Plain tables of slices, counters and flows."},
    {"run", "A run file with this trace alone, to share. The file must be a new one."},
};

const ExportFormat& format_of(const Dialogs& dialog) {
    return dialog_export_formats(dialog.run_id > 0, dialog.of_trace)[static_cast<size_t>(dialog.format)];
}

std::string missing(const Dialogs& dialog, const std::vector<Preset>* presets) {
    using Kind = Dialogs::Kind;
    if (dialog.kind == Kind::save_preset)
        return preset_name_problem(dialog.text, presets ? *presets : std::vector<Preset>{});
    const bool optional = dialog.kind == Kind::save_run || dialog.kind == Kind::delete_run ||
                          dialog.kind == Kind::delete_preset || dialog.kind == Kind::note_run ||
                          dialog.kind == Kind::tag_run;
    if (optional || dialog.text.find_first_not_of(" \t") != std::string::npos) return "";
    return dialog.kind == Dialogs::Kind::rename_run ? "the name is empty" : "the file name is empty";
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

Command answer(const Dialogs& dialog, const Experiment& experiment) {
    switch (dialog.kind) {
        case Dialogs::Kind::open_experiment:
            return OpenExperiment{dialog.text};
        case Dialogs::Kind::save_experiment:
            return SaveExperiment{experiment, dialog.text};
        case Dialogs::Kind::save_preset:
            return SavePreset{experiment, dialog.text};
        case Dialogs::Kind::delete_preset:
            return DeletePreset{dialog.text};
        case Dialogs::Kind::save_run:
            return SaveRun{dialog.text};
        case Dialogs::Kind::export_run:
            return ExportRun{format_of(dialog).name, dialog.text, dialog.run_id};
        case Dialogs::Kind::open_run_file:
            return OpenRunFile{dialog.text};
        case Dialogs::Kind::open_trace:
            return OpenTrace{dialog.text};
        case Dialogs::Kind::picture:
            return TakePicture{dialog.text, dialog.area};
        case Dialogs::Kind::rename_run:
            return RenameRun{dialog.run_id, dialog.text};
        case Dialogs::Kind::note_run:
            return NoteRun{dialog.run_id, dialog.text};
        case Dialogs::Kind::tag_run:
            return TagRun{dialog.run_id, words(dialog.text)};
        case Dialogs::Kind::delete_run:
            return DeleteRun{dialog.run_id};
        case Dialogs::Kind::none:
            break;
    }
    RINGSCOPE_CHECK(!"a dialog is open");
    return Quit{};
}

void format_combo(Dialogs& dialog, WidgetContext ui) {
    std::vector<Option> options;
    for (const ExportFormat& format : dialog_export_formats(dialog.run_id > 0, dialog.of_trace))
        options.push_back({format.name, ""});
    ImGui::TextUnformatted("Format");
    combo(ui, "dialog/format", options, dialog.format, -FLT_MIN);
    wrapped_item(ui, "dialog/format/help", format_of(dialog).help, ui.theme.text_dim);
}

}  // namespace

void Dialogs::open(Kind which, const std::string& first_text) {
    kind = which;
    text = first_text;
    just_opened = true;
}

void Dialogs::open_picture(const std::string& area_name) {
    open(Kind::picture,
         area_name.empty() ? "ringscope.png" : area_name.substr(0, area_name.find('/')) + ".svg");
    area = area_name;
}

void Dialogs::open_for_run(Kind which, int64_t id, const std::string& name) {
    open(which, name);
    run_id = id;
}

std::span<const ExportFormat> dialog_export_formats(bool saved, bool is_trace) {
    if (is_trace) return kTraceFormats;
    return std::span(kExportFormats).first(std::size(kExportFormats) - (saved ? 0 : 1));
}

void Dialogs::open_export(int64_t id, bool is_trace) {
    open(Kind::export_run);
    run_id = id;
    if (is_trace != of_trace || format >= static_cast<int>(dialog_export_formats(id > 0, is_trace).size()))
        format = 0;
    of_trace = is_trace;
}

void Dialogs::draw(const Experiment& experiment, const std::vector<Preset>* presets, bool enter, bool escape,
                   WidgetContext ui, Commands& commands) {
    if (kind == Kind::none) return;
    const Question asked = question(kind);
    if (just_opened) ImGui::OpenPopup("##dialog");
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x / 2, screen->Pos.y + screen->Size.y * 0.35f},
                            ImGuiCond_Always, {0.5f, 0.5f});
    ImGui::SetNextWindowSize({ui.theme.px(440), 0});
    const ImGuiWindowFlags flags =
        ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize;
    if (!ImGui::BeginPopupModal("##dialog", nullptr, flags)) {
        kind = Kind::none;
        return;
    }
    push_font(ui.theme.title_font);
    text_item(ui, "dialog/title", asked.title, ui.theme.text);
    pop_font();
    if (kind == Kind::export_run) format_combo(*this, ui);
    if (asked.label) {
        ImGui::TextUnformatted(asked.label);
        if (just_opened) ImGui::SetKeyboardFocusHere();
        ImGui::SetNextItemWidth(-FLT_MIN);
        ImGui::InputText("##text", &text);
        ui.items.add_last("dialog/text", text);
    } else {
        wrapped_item(ui, "dialog/question",
                     "Delete \"" + text + "\" from the " +
                         (kind == Kind::delete_run ? "run file" : "presets") + "? This cannot be undone.",
                     ui.theme.text);
    }
    if (*asked.help) wrapped_item(ui, "dialog/help", asked.help, ui.theme.text_dim);
    const std::string why_not = missing(*this, presets);
    if (!why_not.empty() && !text.empty()) wrapped_item(ui, "dialog/problem", why_not, ui.theme.error);
    const bool accept =
        button(ui, "dialog/accept", asked.accept, "", why_not) || (enter && !just_opened && why_not.empty());
    ImGui::SameLine();
    const bool cancel = button(ui, "dialog/cancel", "Cancel", "") || escape;
    just_opened = false;
    if (accept) commands.push_back(answer(*this, experiment));
    if (accept || cancel) {
        kind = Kind::none;
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

}  // namespace ringscope

// Questions in the middle of the window: a path, a name, "really?". One at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/experiment/experiment.h"
#include "sessions/preset_files.h"
#include "ui/commands.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct Dialogs {
    enum class Kind {
        none,
        open_experiment,
        save_experiment,
        save_preset,
        delete_preset,
        save_run,
        export_run,
        open_run_file,
        open_trace,
        picture,
        rename_run,
        note_run,
        tag_run,
        delete_run,
    };

    void open(Kind which, const std::string& first_text = "");
    /// Asks where a picture of a registered area goes; "": of the whole window.
    void open_picture(const std::string& area_name);
    void open_for_run(Kind which, int64_t id, const std::string& name);
    /// Asks how and where a run goes. `id`: in the run file; 0: the shown run, which is not saved.
    void open_export(int64_t id, bool is_trace);
    bool is_open() const { return kind != Kind::none; }
    /// Draws the open dialog, if any. `enter` and `escape`: those keys were pressed in this frame.
    /// `presets`: the person's own, whose names are taken; null: not known.
    void draw(const Experiment& experiment, const std::vector<Preset>* presets, bool enter, bool escape,
              WidgetContext ui, Commands& commands);

    Kind kind = Kind::none;
    std::string text;
    int format = 0;  // index into dialog_export_formats()
    int64_t run_id = 0;
    bool of_trace = false;
    std::string area;
    bool just_opened = false;
};

struct ExportFormat {
    const char* name;
    const char* help;
};
/// What can be written of a saved run, of one that is not saved, and of a kept trace.
std::span<const ExportFormat> dialog_export_formats(bool saved, bool is_trace);

}  // namespace ringscope

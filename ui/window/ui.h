// The window's content: inputs in, commands out. Knows Dear ImGui and nothing of GLFW, OpenGL, SQLite or
// executors.
//
// Thread rule: one thread draws. Between ImGui::NewFrame() and ImGui::Render() call draw() once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/executor.h"
#include "engine/run/run.h"
#include "sessions/preset_files.h"
#include "sessions/store/run_record.h"
#include "sessions/traces/imported_trace.h"
#include "ui/tabs/compare/compared_set.h"
#include "ui/views/run_index.h"
#include "ui/widgets/item_registry.h"
#include "ui/widgets/theme.h"
#include "ui/window/commands.h"

namespace ringscope {

/// A message to the person: shown in the status line until another replaces it, kept in the log.
struct Notice {
    enum class Level { info, warning, error };
    Level level = Level::info;
    std::string text;
    uint64_t serial = 0;  // rises with every notice
};

/// Of a trace whose file is not at hand: it was kept in a run file that is closed, or was deleted from it.
inline constexpr int64_t kNotHere = -1;

/// The world as it is in this frame. Everything is immutable or copied; nothing is locked while drawing.
struct Inputs {
    std::shared_ptr<const Run> run;  // the shown run: the newest result, or one reopened from the file
    std::shared_ptr<const RunIndex> run_index;  // of it; null: made in the frame that first needs it
    int64_t run_id = 0;                         // its id in the run file; 0: not saved
    std::string run_name;
    bool busy = false;
    double work_done = 0;  // FLOPs of the running request
    double work_total = 0;
    const char* phase = "";
    double running_seconds = 0;
    std::shared_ptr<const EngineInventory> inventory;
    std::shared_ptr<const std::vector<Preset>> presets;    // the person's own, by name; null: not read yet
    std::shared_ptr<const std::vector<RunSummary>> saved;  // newest first; null: no run file open
    std::string run_file;                                  // its path
    std::string run_file_message;                 // why it is absent or read-only; "" when all is well
    bool run_file_unmade = false;                 // the first save makes it: nothing is wrong
    std::shared_ptr<const ComparedSet> compared;  // null: none were chosen yet
    /// Of other programs, in the order they were opened.
    std::vector<std::shared_ptr<const ImportedTrace>> traces;
    std::vector<int64_t> trace_ids;  // of each in the run file; 0: not kept, kNotHere: cannot be
    std::optional<Experiment> load;  // set once: put this experiment into the panel
    Notice notice;
    std::vector<int> keys;  // GLFW key codes pressed since the last frame (positional; taps are never lost);
                            // the modifiers held at the press may ride along, see keys.h
    double seconds = 0;     // monotonic, for animation
    int64_t utc_ms = 0;     // the calendar's, Unix milliseconds
};

/// The fonts that the caller has loaded into ImGui's atlas, for the present scale. Null: ImGui's current one.
struct Fonts {
    ImFont* text = nullptr;
    ImFont* small_text = nullptr;
    ImFont* title = nullptr;
    ImFont* mono = nullptr;
};

/// What is remembered between starts, as "key=value" lines; unknown keys are kept out, bad values ignored.
struct WindowState {
    std::string text;
};

class Ui {
  public:
    Ui();
    ~Ui();
    Ui(const Ui&) = delete;
    Ui& operator=(const Ui&) = delete;

    Commands draw(const Inputs& inputs);

    /// True while something moves (playback, a busy spinner): the caller then draws the next frame soon.
    /// Otherwise it may sleep until there is input.
    bool wants_frames() const;
    /// Seconds after which the next frame should be drawn without input: 0 while playing, a tenth while a run
    /// is under way, infinity when nothing moves.
    double seconds_to_next_frame() const;

    const ItemRegistry& items() const;
    const Experiment& experiment() const;  // as it stands in the panel
    void set_experiment(const Experiment& experiment);
    void set_auto_run(bool on);
    void set_theme(ThemeName name);
    ThemeName theme() const;
    void set_scale(float scale);          // the person's, 0.75 to 3
    void set_display_scale(float scale);  // the monitor's pixels a point
    void set_fonts(const Fonts& fonts);   // after each rebuild of the font atlas, between frames
    /// Of fonts and spacing, both scales together; the caller rebuilds the font atlas when it changes.
    float scale() const;
    /// Shows one view alone (pattern, ring, timeline, memory), all of them, or a tab (runs, compare).
    /// False: no such view.
    bool show_view(const std::string& name);
    /// Sets an experiment field by dotted path from text, as --set does; the error in words, or "".
    std::string set_field_text(const std::string& path, const std::string& text);

    WindowState window_state() const;
    void restore(const WindowState& state);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ringscope

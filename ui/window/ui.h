// The window's content: inputs in, commands out. Knows Dear ImGui and nothing of GLFW, OpenGL, SQLite or
// executors.
//
// Thread rule: one thread draws. Between ImGui::NewFrame() and ImGui::Render() call draw() once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ui/commands.h"
#include "ui/inputs.h"
#include "ui/widgets/item_registry.h"
#include "ui/widgets/theme.h"
#include "ui/window/fonts.h"
#include "ui/window/window_state.h"

namespace ringscope {

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
    /// or a plan is under way, infinity when nothing moves.
    double seconds_to_next_frame() const;

    /// The experiment of the panel is still being planned or timed, or what is shown of it simulated: views show the
    /// one before it.
    bool planning() const;

    const ItemRegistry& items() const;
    const Experiment& experiment() const;  // as it stands in the panel
    void set_experiment(const Experiment& experiment);
    void set_auto_run(bool on);
    void set_theme(ThemeName name);
    ThemeName theme() const;
    void set_scale(float scale);          // the person's, 0.75 to 3
    void set_display_scale(float scale);  // the monitor's pixels per point
    void set_fonts(const Fonts& fonts);   // after each rebuild of the font atlas, between frames
    /// Of fonts and spacing, both scales together; the caller rebuilds the font atlas when it changes.
    float scale() const;
    /// Shows one view alone, all of them, or a tab, by one of view_names(). False: no such view.
    bool show_view(const std::string& name);
    /// Shows the measured clock also of runs that have a replay, or the replayed one, which is the default.
    void set_measured_clock(bool on);
    /// "all", every view, and every tab beside the workbench.
    static std::vector<std::string> view_names();
    /// Sets an experiment field by dotted path from text, as --set does; the error in words, or "".
    std::string set_field_text(const std::string& path, const std::string& text);

    WindowState window_state() const;
    void restore(const WindowState& state);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ringscope

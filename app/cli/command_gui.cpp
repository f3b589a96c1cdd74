// ringscope gui: the window.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/machine_option.h"
#include "app/cli/run_file_option.h"
#include "app/process/at_exit.h"
#include "app/process/config_folder.h"
#include "app/process/standard_output.h"
#include "app/script/script.h"
#include "app/window/controller.h"
#include "app/window/frame_loop.h"
#include "app/window/imgui_context.h"
#include "app/window/offscreen.h"
#include "app/window/pixel_size.h"
#include "app/window/state_file.h"
#include "app/window/window.h"

namespace ringscope {

namespace {

struct GuiCommand {
    ExperimentOptions experiment;
    std::string db, script;
    std::vector<std::string> traces;
    bool offscreen = false;
};

WindowSize remembered_size(const std::string& state) {
    WindowSize size;
    if (const auto remembered = read_pixel_size(state_value(state, "window_size")))
        size.width = remembered->width, size.height = remembered->height;
    size.maximised = state_value(state, "window_maximised") == "1";
    return size;
}

std::string state_text(const Ui& content, const WindowSize& size) {
    return content.window_state().text + "window_size=" + std::to_string(size.width) + "x" +
           std::to_string(size.height) + "\nwindow_maximised=" + (size.maximised ? "1" : "0") + "\n";
}

/// The runner and the worker wake whatever surface there is; it is made after them and goes before them.
class Waker {
  public:
    void set(Surface* target) {
        const std::lock_guard lock(mutex_);
        surface_ = target;
    }
    /// At once, on any thread: the surface may hang.
    void silence() { silent_ = true; }
    void wake() {
        if (silent_) return;
        const std::lock_guard lock(mutex_);
        if (surface_) surface_->wake();
    }

  private:
    std::mutex mutex_;
    std::atomic<bool> silent_{false};
    Surface* surface_ = nullptr;
};

/// Lets go of the surface before it is destroyed, also when an exception ends the window.
struct Woken {
    Waker& waker;
    Woken(Waker& by, Surface& surface) : waker(by) { waker.set(&surface); }
    ~Woken() { waker.set(nullptr); }
    Woken(const Woken&) = delete;
    Woken& operator=(const Woken&) = delete;
};

/// Xlib has called exit(), on whichever thread it met the lost display. The engine's threads go on: what they
/// compute is not lost.
[[noreturn]] void leave_without_display(Waker& waker, Controller& controller, bool is_window_thread,
                                        const std::stop_token& stop) {
    waker.silence();
    print_error("the display is lost; runs that are not saved are kept for the next window");
    if (is_window_thread) controller.finish(stop);
    constexpr int kPeriodsUs = 100'000, kPeriods = 50;
    for (int i = 0; i < kPeriods && !controller.all_kept(); ++i) usleep(kPeriodsUs);
    _exit(kExitRunFailed);
}

int drive(const Script& script, FrameLoop& loop, std::stop_token stop) {
    try {
        run_script(script, loop, stop);
        return 0;
    } catch (const ExpectationFailed& problem) {
        print_error(problem.what());
        return kExitWrongAnswer;
    }
}

int gui_command(const GuiCommand& command, std::stop_token stop) {
    const Experiment experiment = read_experiment(command.experiment, stop);
    std::optional<Script> script;
    if (!command.script.empty()) script = read_script(command.script, stop);
    if (command.offscreen && !script) throw Error(ErrorKind::bad_input, "--offscreen needs --script FILE");
    // A script always starts from the same window.
    const std::string state_path = script ? "" : state_file_path();
    const std::string state = read_state(state_path);

    const ImGuiContextOwner context;
    Waker waker;
    ControllerOptions options;
    options.run_file = run_file_path(command.db);
    options.traces = command.traces;
    options.preset_folder = preset_folder();
    options.machine_folder = machine_folder();
    options.machines = machine_folders();
    if (!script) options.unsaved_folder = unsaved_folder();
    Controller controller(options, [&waker] { waker.wake(); });
    Ui content;
    std::unique_ptr<Surface> surface;
    Window* window = nullptr;
    if (command.offscreen) {
        surface = std::make_unique<OffscreenSurface>(1280, 800);
    } else {
        auto opened = std::make_unique<Window>(
            remembered_size(state),
            [&controller](const std::string& path) { controller.open_any_file(path); });
        window = opened.get();
        surface = std::move(opened);
    }
    const Woken woken(waker, *surface);
    const AtExit at_exit([&, window_thread = std::this_thread::get_id()] {
        leave_without_display(waker, controller, std::this_thread::get_id() == window_thread, stop);
    });

    content.restore({state});
    content.set_experiment(experiment);
    controller.start(experiment);
    FrameLoop loop(*surface, controller, content);
    int code = 0;
    if (script)
        code = drive(*script, loop, stop);
    else
        loop.run(stop);

    if (window && !state_path.empty()) write_state(state_path, state_text(content, window->size()));
    return code;
}

}  // namespace

void declare_gui(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<GuiCommand>();
    Arguments arguments = program.command("gui", "Open the window (also: no command at all)",
                                          [command, stop] { return gui_command(*command, stop); });
    declare(arguments, command->experiment);
    declare_run_file(arguments, command->db, "Run file to show and save to");
    arguments.files("--trace", command->traces, FileUse::read,
                    "Show a Chrome or PyTorch trace beside the runs, .json or .json.gz");
    arguments.file("--script", command->script, FileUse::read, "Drive the window by a script, then close it");
    arguments.flag("--offscreen", command->offscreen, "With --script: draw in memory, without a display");
}

}  // namespace ringscope

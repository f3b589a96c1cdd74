// ringscope screenshot: a picture of a view over a run that is really made, without a display.
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/machine_option.h"
#include "app/cli/run_file_option.h"
#include "app/process/config_folder.h"
#include "app/window/controller.h"
#include "app/window/display_scale.h"
#include "app/window/frame_loop.h"
#include "app/window/imgui_context.h"
#include "app/window/offscreen.h"
#include "app/window/pixel_size.h"

namespace ringscope {

namespace {

constexpr double kPollSeconds =
    0.25;                           // the end of a run wakes the loop; drawing more would take cores from it
constexpr int kSettlingFrames = 8;  // layout, scroll bars and hover come to rest

struct ScreenshotCommand {
    ExperimentOptions experiment;
    std::vector<std::string> runs, traces;
    std::string view, out, db, size = "1280x720", theme = "dark", scale, clock;
    bool only = false;
};

PixelSize read_size(const std::string& text) {
    const std::optional<PixelSize> size = read_pixel_size(text);
    if (!size)
        throw Error(ErrorKind::bad_input,
                    "--size: '" + text + "' is not a size; give WIDTHxHEIGHT, 1 to 16384 each");
    return *size;
}

float read_scale(const std::string& text, const PixelSize& size) {
    if (text.empty()) return picture_scale(size.width, size.height);
    char* end = nullptr;
    const float scale = std::strtof(text.c_str(), &end);
    if (*end || !(scale >= 0.75f && scale <= 3))
        throw Error(ErrorKind::bad_input, "--scale: '" + text + "' is not a factor from 0.75 to 3");
    return scale;
}

/// Draws until nothing is under way.
void wait_until_idle(FrameLoop& loop, const std::stop_token& stop) {
    do {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
        loop.surface().wait_events(kPollSeconds);
        loop.draw_frame();
    } while (loop.busy());
}

std::shared_ptr<const Run> wait_for_run(FrameLoop& loop, const std::stop_token& stop) {
    Controller& controller = loop.controller();
    wait_until_idle(loop, stop);
    const auto run = controller.shown_run();
    if (!run) throw Error(ErrorKind::io, controller.last_notice().text);
    return run;
}

/// Checks that need only the options.
void require_shown(const ScreenshotCommand& command) {
    const bool comparing = command.view == "compare";
    if (!comparing && command.runs.size() > 1)
        throw Error(ErrorKind::bad_input, "--run: only --view compare takes more than one");
    if (comparing && command.runs.empty() && command.traces.empty())
        throw Error(ErrorKind::bad_input, "--view compare needs two or more --run RUN, or --trace FILE");
    if (!comparing && !command.traces.empty())
        throw Error(ErrorKind::bad_input, "--trace: only --view compare shows traces");
    if (!command.runs.empty() && command.experiment.given())
        throw Error(ErrorKind::bad_input,
                    "--run shows a saved run: it excludes --experiment, --preset and --set");
}

/// The first run is opened; several, and kept traces, are compared.
void find_runs(const ScreenshotCommand& command, ControllerOptions& options) {
    const bool comparing = command.view == "compare";
    const auto store = open_run_file(command.db);
    bool traces = !command.traces.empty();
    for (const std::string& run : command.runs) {
        const int64_t id = store->find(run);
        const bool is_trace = store->summary(id).is_trace;
        if (is_trace && !comparing)
            throw Error(ErrorKind::bad_input, "--run: run " + std::to_string(id) +
                                                  " is a kept trace: only --view compare shows it");
        if (!is_trace && !options.open_run) options.open_run = id;
        traces = traces || is_trace;
        options.compare.push_back(id);
    }
    if (comparing && options.compare.size() < 2 && !traces)
        throw Error(ErrorKind::bad_input, "--view compare needs two or more --run RUN, or --trace FILE");
    const bool alone = options.compare.size() == 1 && options.open_run;
    if (alone) options.compare.clear();
}

/// A replay that is asked for is there: known only when the run is.
void require_clock(const ScreenshotCommand& command, Controller& controller) {
    if (command.clock != name_of(Origin::replayed)) return;
    const Inputs shown = controller.inputs(0);
    if (shown.replayed.run || (shown.compared && shown.compared->measured)) return;
    throw Error(ErrorKind::bad_input,
                "--clock is replayed: the ranks of the run shared no cores, so measured is its one clock");
}

int screenshot_command(const ScreenshotCommand& command, std::stop_token stop) {
    require_shown(command);
    const PixelSize size = read_size(command.size);
    const float scale = read_scale(command.scale, size);
    const Experiment experiment = read_experiment(command.experiment, stop);
    require_writable_file(command.out);
    ControllerOptions options;
    options.traces = command.traces;
    options.machine_folder = machine_folder();
    options.machines = machine_folders();
    if (!command.runs.empty() || !command.db.empty() || command.view == "runs")
        options.run_file = run_file_path(command.db);
    if (!command.runs.empty()) find_runs(command, options);

    const ImGuiContextOwner context;
    OffscreenSurface surface(size.width, size.height);
    Controller controller(options, [&surface] { surface.wake(); });
    Ui content;
    content.set_auto_run(false);
    content.set_theme(*theme_named(command.theme));
    content.set_scale(scale);
    content.set_measured_clock(command.clock == name_of(Origin::measured));
    if (!content.show_view(command.view))
        throw Error(ErrorKind::bad_input, "--view: there is no view '" + command.view + "' in this version");
    // Kept traces by themselves need no run, nor does the list of runs.
    const bool without_run = !options.open_run && (!options.compare.empty() || command.view == "runs");
    if (!options.open_run && options.compare.empty()) content.set_experiment(experiment);
    if (!options.open_run && !without_run) controller.start(experiment);
    FrameLoop loop(surface, controller, content);
    if (without_run) {
        wait_until_idle(loop, stop);
        if (loop.controller().last_notice().level == Notice::Level::error)
            throw Error(ErrorKind::io, loop.controller().last_notice().text);
        for (int i = 0; i < kSettlingFrames; ++i) loop.draw_frame();
        loop.save_picture(command.out, command.only ? command.view + "/view" : "", stop);
        return 0;
    }
    const auto run = wait_for_run(loop, stop);
    if (!options.open_run && run->state != RunState::done) throw Error(run->error_kind, run->error);
    require_clock(command, controller);
    for (int i = 0; i < kSettlingFrames; ++i) loop.draw_frame();
    loop.save_picture(command.out, command.only ? command.view + "/view" : "", stop);
    if (run->verification && !run->verification->passed) return kExitWrongAnswer;
    return 0;
}

}  // namespace

void declare_screenshot(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<ScreenshotCommand>();
    Arguments arguments = program.command("screenshot", "Draw a view to a PNG or SVG file; needs no display",
                                          [command, stop] { return screenshot_command(*command, stop); });
    arguments.required_value("--view", command->view, "NAME", "What to show", Ui::view_names());
    arguments.required_file("--out", command->out, FileUse::written_binary,
                            "PNG file to write, or SVG when it ends in .svg");
    arguments.flag("--only", command->only, "The view alone: no settings, menus and metrics around it");
    declare(arguments, command->experiment);
    arguments.values(
        "--run", command->runs, "RUN",
        "Show a saved run instead: number, name or start of the uuid; --view compare takes several");
    arguments.files("--trace", command->traces, FileUse::read,
                    "With --view compare: a Chrome or PyTorch trace beside the runs");
    declare_run_file(arguments, command->db);
    arguments.value("--size", command->size, "WxH", "Pixels; 1280x720 when not given");
    arguments.value("--theme", command->theme, "THEME", "Colours; dark when not given",
                    {std::begin(kThemeNames), std::end(kThemeNames)});
    arguments.value(
        "--clock", command->clock, "CLOCK",
        "Of a run whose ranks shared cores: replayed, every rank on a device of its own, which is shown "
        "when not given, or as measured",
        {name_of(Origin::measured), name_of(Origin::replayed)});
    arguments.value("--scale", command->scale, "FACTOR",
                    "Size of letters and spacing, 0.75 to 3; when not given, 1 up to 1920x1080, larger in "
                    "proportion");
}

}  // namespace ringscope

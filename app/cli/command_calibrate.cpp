// ringscope calibrate: measures this machine and writes its model.
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/run_file_option.h"
#include "app/cli/text_table.h"
#include "app/process/config_folder.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/calibrate/calibration.h"
#include "sessions/machines/machine_file.h"
#include "sessions/machines/machine_folder.h"

namespace ringscope {

namespace {

struct CalibrateCommand {
    std::string out;
    bool json = false;
};

/// The given file, or this-machine in the person's folder, which is made.
std::string target_of(const CalibrateCommand& command) {
    if (!command.out.empty()) return command.out;
    const std::string folder = machine_folder();
    if (folder.empty())
        throw Error(
            ErrorKind::io,
            "there is no folder for machine models: neither XDG_CONFIG_HOME nor HOME is set; give --out");
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) throw Error(ErrorKind::io, folder + ": cannot make the folder: " + failed.message());
    return folder + "/" + kThisMachine + ".json";
}

std::string to_json(const Calibration& calibration, const std::string& file) {
    nlohmann::ordered_json object{{"file", file}, {"fits", nlohmann::ordered_json::array()}};
    for (const CalibrationFit& fit : calibration.fits)
        object["fits"].push_back({{"what", fit.what},
                                  {"measurements", fit.measurements},
                                  {"median_error", fit.median_error},
                                  {"worst_error", fit.worst_error}});
    object["machine"] = nlohmann::ordered_json::parse(machine_to_json(calibration.machine));
    return object.dump(2) + "\n";
}

std::string to_text(const Calibration& calibration, const std::string& file) {
    TextTable table({{"model of", Align::left}, {"measurements"}, {"median error"}, {"worst error"}});
    for (const CalibrationFit& fit : calibration.fits)
        table.add_row({fit.what, std::to_string(fit.measurements), percent_text(fit.median_error),
                       percent_text(fit.worst_error)});
    return calibration.machine.title + "\n\n" + table.text() + "\nwritten to " + file + "\n";
}

int calibrate_command(const CalibrateCommand& command, const std::stop_token& stop) {
    const std::string file = target_of(command);
    require_writable_file(file);
    Calibration calibration;
    {
        Progress progress;
        progress.phase.store(RunPhase::running);
        progress.work_total.store(1);
        const ProgressLine line(progress, "calibrating: ");
        CalibrationOptions options;
        options.progress = [&progress](double share) { progress.work_done.store(share); };
        calibration = calibrate(options, stop);
    }
    save_machine(calibration.machine, file);
    print(command.json ? to_json(calibration, file) : to_text(calibration, file));
    return 0;
}

}  // namespace

void declare_calibrate(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<CalibrateCommand>();
    Arguments arguments =
        program.command("calibrate", "Measure this machine and write its model, in about a minute",
                        [command, stop] { return calibrate_command(*command, stop); });
    arguments.file(
        "--out", command->out, FileUse::written,
        "Write the model here; as this-machine, which simulate and advise take by themselves, when "
        "not given");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope

#include "app/window/calibrator.h"

#include <filesystem>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/calibrate/calibration.h"
#include "sessions/machines/machine_file.h"
#include "sessions/machines/machine_folder.h"

namespace ringscope {

namespace {

std::string file_in(const std::string& folder) { return folder + "/" + kThisMachine + ".json"; }

/// Refused before a minute is spent on it.
void make_folder(const std::string& folder) {
    if (folder.empty())
        throw Error(ErrorKind::io,
                    "there is no folder for machine models: neither XDG_CONFIG_HOME nor HOME is set");
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) throw Error(ErrorKind::io, folder + ": cannot make the folder: " + failed.message());
}

std::string fit_text(const Calibration& calibration, const std::string& file) {
    std::string text = "Calibrated, median error";
    for (const CalibrationFit& fit : calibration.fits)
        text += (&fit == &calibration.fits.front() ? " " : ", ") + fit.what + " " +
                percent_text(fit.median_error);
    return text + "; kept in " + file;
}

}  // namespace

Calibrator::Calibrator(std::string folder, std::function<void()> wake)
    : folder_(std::move(folder)), wake_(std::move(wake)) {}

Calibrator::~Calibrator() = default;

void Calibrator::start() {
    RINGSCOPE_CHECK(!busy());
    share_ = 0;
    running_ = true;
    try {
        thread_ = std::jthread([this](const std::stop_token& stop) {
            done_.store(std::make_shared<const Calibrated>(calibrated(stop)));
            running_ = false;
            wake_();
        });
    } catch (...) {
        running_ = false;
        throw;
    }
}

Calibrated Calibrator::calibrated(const std::stop_token& stop) {
    try {
        make_folder(folder_);
        CalibrationOptions options;
        options.progress = [this](double share) {
            share_ = share;
            wake_();
        };
        const Calibration calibration = calibrate(options, stop);
        save_machine(calibration.machine, file_in(folder_));
        return {std::make_shared<const MachineModel>(calibration.machine),
                fit_text(calibration, file_in(folder_)), false};
    } catch (const Error& error) {
        return {nullptr, error.what(), error.kind() == ErrorKind::cancelled};
    } catch (const std::exception& error) {
        return {nullptr, error.what(), false};
    }
}

std::shared_ptr<const Calibrated> Calibrator::take() {
    if (running_) return nullptr;
    const std::shared_ptr<const Calibrated> done = done_.load();
    if (done) done_.store(nullptr);
    return done;
}

std::shared_ptr<const MachineModel> calibrated_machine(const std::string& folder) {
    std::error_code ignored;
    if (folder.empty() || !std::filesystem::exists(file_in(folder), ignored)) return nullptr;
    return find_machine(kThisMachine, {folder, ""});
}

}  // namespace ringscope

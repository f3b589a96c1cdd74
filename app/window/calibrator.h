// Calibrates this machine on a thread of its own, and keeps the model in the person's folder.
//
//   window thread: start(), cancel(), share(), take()      its own thread: calibrate(), save_machine()
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/window/shared_snapshot.h"
#include "engine/experiment/machine_model.h"

namespace ringscope {

/// What came of a calibration.
struct Calibrated {
    std::shared_ptr<const MachineModel> machine;  // null: `text` says why
    std::string text;                             // one line: how well the model fits, or what went wrong
    bool cancelled = false;
};

class Calibrator {
  public:
    /// `wake` is called on its thread when share() or take() has something new.
    Calibrator(std::string folder, std::function<void()> wake);
    /// Stops what is under way and waits for its end.
    ~Calibrator();
    Calibrator(const Calibrator&) = delete;
    Calibrator& operator=(const Calibrator&) = delete;

    /// Not while busy(). Throws std::system_error when there can be no thread.
    void start();
    void cancel() { thread_.request_stop(); }
    /// Until what came of it is taken.
    bool busy() const { return running_ || done_.load(); }
    double share() const { return share_; }  // done, 0 to 1
    /// What came of the last one, once; null: nothing new.
    std::shared_ptr<const Calibrated> take();

  private:
    Calibrated calibrated(const std::stop_token& stop);

    const std::string folder_;
    const std::function<void()> wake_;
    std::atomic<bool> running_{false};
    std::atomic<double> share_{0};
    SharedSnapshot<Calibrated> done_;
    std::jthread thread_;  // last: its work refers to what stands above
};

/// The model that a calibration left in the folder; null: there is none. Throws as load_machine_file().
std::shared_ptr<const MachineModel> calibrated_machine(const std::string& folder);

}  // namespace ringscope

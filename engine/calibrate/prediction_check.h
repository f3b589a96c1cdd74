// How well a machine model says beforehand what rings take that it was not made from.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "engine/calibrate/calibration.h"
#include "engine/run/fault.h"

namespace ringscope {

/// What disturbs the rings.
enum class Disturbance { none, delay, slow_link };
template <>
struct EnumNames<Disturbance> {
    static constexpr const char* names[] = {"none", "delay", "slow_link"};
};

struct PredictionCheckOptions {
    int problems = 20;
    int rounds = 5;       // of all problems, one after the other
    uint64_t seed = 1;    // of the problems
    double flops = 1e10;  // of a problem, at most; a tenth of it at least
    Disturbance disturbance = Disturbance::none;
    /// Called with the share that is done, by the thread that checks.
    std::function<void(double)> progress;
};

/// One problem, which has no more ranks than the machine has cores.
struct CheckedPrediction {
    Experiment experiment;
    Fault fault;
    double predicted_seconds = 0;        // as fast as the cores were
    double measured_seconds = 0;         // the median of all rounds
    double predicted_over_measured = 0;  // the same, of each round's own prediction and time
};

/// Random problems of some tens of milliseconds, run on the machine that was calibrated. Clock rates move within fractions of
/// a second: every run is predicted at the rate at which the cores are seen to work around it (steady_run()). Throws
/// Error(cancelled), a run's Error.
std::vector<CheckedPrediction> check_predictions(const Calibration& calibration,
                                                 const PredictionCheckOptions& options, std::stop_token stop);

}  // namespace ringscope

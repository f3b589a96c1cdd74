// Measures this machine and makes a model of it: how fast the CPU's kernels attend, pack, merge and copy.
//
// Everything is measured on the engine itself, by runs of one rank or two whose spans say what each piece of work
// took, with all cores at work: so what workers cost each other is in the figures.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/calibrate/calibration_options.h"
#include "engine/experiment/machine_model.h"

namespace ringscope {

/// How well the model fits what it was made from: |modelled / measured - 1|.
struct CalibrationFit {
    std::string what;  // "attention f32", "copy"
    int measurements = 0;
    double median_error = 0;
    double worst_error = 0;
};

struct Calibration {
    MachineModel machine;  // named "this-machine"; valid
    std::vector<CalibrationFit> fits;
    double clock = 0;  // clock_look() of the time to which the model's rates belong
};

/// About a minute on two cores. Throws Error(cancelled) on a stop request, Error(bad_input) for a kernel that cannot be
/// chosen, Error(run_failed) when a measurement fails.
Calibration calibrate(const CalibrationOptions& options, std::stop_token stop);

}  // namespace ringscope

// How a machine is to be calibrated.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ringscope {

struct CalibrationOptions {
    std::string kernel = "auto";                      // as backend.kernel takes it
    int threads = 0;                                  // as backend.threads
    int repetitions = 3;                              // of each measurement
    std::vector<int> head_dims = {32, 64, 128, 256};  // ascending; others lie between or beyond
    double flops = 1e9;                               // of each measurement, at most
    /// Called with the share that is done, by the thread that calibrates.
    std::function<void(double)> progress;
};

}  // namespace ringscope

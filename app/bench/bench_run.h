// One run for a measurement, and the middle of many.
#pragma once

#include <algorithm>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/run/execute.h"

namespace ringscope {

/// Runs without keeping the output. Throws the run's error.
inline std::shared_ptr<const Run> measured_run(const Experiment& experiment, std::stop_token stop) {
    RunOptions options;
    options.keep_output = false;
    auto run = execute(experiment, options, stop);
    if (run->state != RunState::done) throw Error(run->error_kind, run->error);
    return run;
}

/// Of an odd number of values the middle one.
inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace ringscope

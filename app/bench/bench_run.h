// One run for a measurement.
#pragma once

#include <memory>
#include <stop_token>

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

}  // namespace ringscope

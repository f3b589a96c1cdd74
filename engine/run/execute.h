// Plans and runs an experiment. Plain and synchronous; runner.h adds the thread.
#pragma once

#include <memory>
#include <stop_token>

#include "engine/run/run.h"
#include "engine/run/run_options.h"

namespace ringscope {

/// Throws the Error that execute() would give without a look at memory: an experiment that is not valid, too many
/// ranks to run, a device, transport or kernel that this build or machine lacks or that cannot do this.
void require_runnable(const Experiment& experiment);

/// Plans and runs. Never throws for what happens in the world: a run that failed or was cancelled says so in
/// Run::state and Run::error. Returns within a second (two where cuDNN is compiling a kernel) of a stop
/// request, a lost transfer's time limit or an error on one rank, with every thread joined and every buffer
/// given back.
std::shared_ptr<const Run> execute(const Experiment& experiment, const RunOptions& options,
                                   std::stop_token stop);

}  // namespace ringscope

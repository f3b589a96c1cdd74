// What a machine model says that a run would take, beside what it took.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// "" or one line that says why the model has nothing to say of the run: it has no schedule or did not finish, nothing
/// ran, it ran on another kind of device than the model's, or the model has no place or rate for it.
std::string why_not_predictable(const Run& run, const MachineModel& machine);

/// A Run with origin simulated: same experiment and schedule, one trial without jitter. Of a replayed run every rank
/// has a device with one worker, as it has there, and each transfer takes what the machine's link takes for it alone.
/// Throws Error(bad_input) with why_not_predictable()'s line, Error(cancelled).
std::shared_ptr<const Run> predict_run(const Run& run, const std::shared_ptr<const MachineModel>& machine,
                                       const std::stop_token& stop = {});

}  // namespace ringscope

// What stands beside a run in the window: its replay on own devices, and what the model of this machine predicts.
#pragma once

#include <memory>
#include <optional>

#include "engine/experiment/machine_model.h"
#include "ui/run_times.h"

namespace ringscope {

/// With its index; without a run where the ranks had cores of their own, or there is nothing to replay. O(spans log
/// spans): on the thread that made or loaded the run.
TimedRun replayed_run(const Run& run);

/// Null without a machine, and where its model has nothing to say of the run: that was made elsewhere, or see
/// why_not_predictable(). On a thread beside the window's.
std::shared_ptr<const PredictedRun> predicted_run(const std::shared_ptr<const Run>& run,
                                                  const std::shared_ptr<const MachineModel>& machine);

}  // namespace ringscope

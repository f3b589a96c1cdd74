#include "app/window/replayed_run.h"

#include "engine/host/machine.h"
#include "engine/simulate/predicted_run.h"
#include "engine/simulate/replay.h"

namespace ringscope {

TimedRun replayed_run(const Run& run) {
    if (!shares_cores(run) || !why_not_replayable(run).empty()) return {};
    TimedRun replayed;
    replayed.run = replay(run);
    replayed.index = std::make_shared<const RunIndex>(*replayed.run);
    return replayed;
}

std::shared_ptr<const PredictedRun> predicted_run(const std::shared_ptr<const Run>& run,
                                                  const std::shared_ptr<const MachineModel>& machine) {
    if (!run || !machine || run->machine.host != this_machine().host) return nullptr;
    if (!why_not_predictable(*run, *machine).empty()) return nullptr;
    const std::shared_ptr<const Run> predicted = predict_run(*run, machine);
    return std::make_shared<const PredictedRun>(
        PredictedRun{predicted, TraceIndex(*predicted), prediction_error(*run, *predicted)});
}

}  // namespace ringscope

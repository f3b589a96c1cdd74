// The schedule of the experiment as it stands in the panel, planned again in the frame in which it changed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/prediction.h"
#include "engine/run/inventory.h"

namespace ringscope {

class PlanCache {
  public:
    /// Plans again when the experiment differs from the last call's.
    void update(const Experiment& experiment);

    const std::shared_ptr<const Schedule>& schedule() const { return schedule_; }  // null while invalid
    const Prediction& prediction() const { return prediction_; }                   // of schedule()
    const std::vector<FieldProblem>& problems() const { return problems_; }
    /// Rises with every planned experiment.
    uint64_t serial() const { return serial_; }

  private:
    std::optional<Experiment> experiment_;
    std::shared_ptr<const Schedule> schedule_;
    Prediction prediction_;
    std::vector<FieldProblem> problems_;
    uint64_t serial_ = 0;
};

/// Why a plan that is right cannot run here: too many ranks, a device or transport that is not there, or more
/// memory than the machine has. `path` is
/// the field to change. Unset when it can run.
std::optional<FieldProblem> run_obstacle(const Schedule& schedule, const EngineInventory* inventory);

}  // namespace ringscope

// The schedule of the experiment as it stands in the panel: planned again in the frame in which it changed, or, where
// that takes longer than a frame has, on a thread beside it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/prediction.h"
#include "engine/run/inventory.h"
#include "ui/settings/plan_thread.h"

namespace ringscope {

struct PlanSize;

/// Whether a plan of this size takes a few milliseconds at most, with its prediction.
bool fits_in_a_frame(const PlanSize& size);

/// One thread.
class PlanCache {
  public:
    /// Plans again when the experiment differs from the last call's, and takes what was planned meanwhile. Never
    /// waits.
    void update(const Experiment& experiment);

    /// While planning(), that of the experiment before. Null while invalid, and before the first plan.
    const std::shared_ptr<const Schedule>& schedule() const { return schedule_; }
    const Prediction& prediction() const { return prediction_; }  // of schedule()
    const std::vector<FieldProblem>& problems() const { return problems_; }
    /// The last update's experiment is still being planned: call update() again soon.
    bool planning() const { return planning_; }
    /// Rises with every planned experiment.
    uint64_t serial() const { return serial_; }

  private:
    void adopt(Planned planned);

    std::optional<Experiment> experiment_;
    std::shared_ptr<const Schedule> schedule_;
    Prediction prediction_;
    std::vector<FieldProblem> problems_;
    uint64_t serial_ = 0;
    bool planning_ = false;
    PlanThread thread_;
};

/// Why a plan that is right cannot run here: too many ranks, a device or transport that is not there, or more
/// memory than the machine has. `path` is
/// the field to change. Unset when it can run.
std::optional<FieldProblem> run_obstacle(const Schedule& schedule, const EngineInventory* inventory);

}  // namespace ringscope

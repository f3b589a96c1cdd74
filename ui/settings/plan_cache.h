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
    /// Plans again when the experiment differs from the last call's, times the plan again when the machine does, and
    /// takes what was planned meanwhile. Never waits. `machine` stands for this one; null: no time is predicted.
    void update(const Experiment& experiment, const std::shared_ptr<const MachineModel>& machine = nullptr);

    /// While planning(), that of the experiment before. Null while invalid, and before the first plan.
    const std::shared_ptr<const Schedule>& schedule() const { return schedule_; }
    const Prediction& prediction() const { return prediction_; }  // of schedule()
    const PlannedTime& time() const { return time_; }  // of schedule(), or while timing() of one before
    const std::vector<FieldProblem>& problems() const { return problems_; }
    /// The last update's experiment is still being planned: call update() again soon.
    bool planning() const { return planning_; }
    /// The plan is there, and its time is not: call update() again soon.
    bool timing() const { return timing_; }
    /// Rises with every planned experiment.
    uint64_t serial() const { return serial_; }

  private:
    void plan_again(const PlanSize& size);
    void time_again(const PlanSize& size);
    void ask(bool with_plan);
    void adopt(Planned planned);
    void take_from_thread();

    std::optional<Experiment> experiment_;
    std::shared_ptr<const MachineModel> machine_;
    std::shared_ptr<const Schedule> schedule_;
    Prediction prediction_;
    PlannedTime time_;
    std::vector<FieldProblem> problems_;
    uint64_t serial_ = 0;
    bool planning_ = false;
    bool timing_ = false;
    PlanThread thread_;
};

/// Why a plan that is right cannot run here: too many ranks, a device or transport that is not there, or more
/// memory than the machine has. `path` is
/// the field to change. Unset when it can run.
std::optional<FieldProblem> run_obstacle(const Schedule& schedule, const EngineInventory* inventory);

}  // namespace ringscope

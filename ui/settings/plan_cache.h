// The schedule of the experiment as it stands in the panel, planned anew in the frame in which it changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/plan/schedule.h"
#include "engine/run/executor.h"

namespace ringscope {

/// What the prediction panel shows, from a schedule alone.
struct Prediction {
    int64_t peak_bytes_max = 0;  // of the ranks
    int64_t bytes_all_ranks = 0;
    int64_t all_gather_peak_bytes = 0;  // of a rank, with the same problem and ring
    int64_t undilated_peak_bytes = 0;   // of a rank, with whole chunks sent; 0: nothing is left out of them
    int64_t sent_bytes_max = 0;         // of the ranks
    double flops_max = 0;               // of the ranks
    double balance = 1;                 // the busiest rank's FLOPs over the mean
    /// The tightest hop: FLOPs that a receiver computes while a chunk travels to it, over the chunk's bytes.
    /// A hop hides when the rank's FLOP rate over the link's byte rate is below this. Unset when nothing
    /// travels, 0 when nothing is computed meanwhile (no overlap, all_gather).
    std::optional<double> hop_flops_per_byte;
};
Prediction predict(const Schedule& schedule);

class PlanCache {
  public:
    /// Plans again when the experiment differs from the last call's.
    void update(const Experiment& experiment);

    const Schedule* schedule() const { return schedule_ ? &*schedule_ : nullptr; }  // null while invalid
    const Prediction& prediction() const { return prediction_; }                    // of schedule()
    const std::vector<FieldProblem>& problems() const { return problems_; }
    /// Rises with every planned experiment.
    uint64_t serial() const { return serial_; }

  private:
    std::optional<Experiment> experiment_;
    std::optional<Schedule> schedule_;
    Prediction prediction_;
    std::vector<FieldProblem> problems_;
    uint64_t serial_ = 0;
};

/// Why a plan that is right cannot run here: too many ranks, or more memory than the machine has. `path` is
/// the field to change. Unset when it can run.
std::optional<FieldProblem> run_obstacle(const Schedule& schedule, const EngineInventory* inventory);

}  // namespace ringscope

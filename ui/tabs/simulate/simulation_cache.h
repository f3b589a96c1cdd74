// The simulation that is asked for: laid out in the frame in which something changed, or, where that takes longer
// than a frame has, on a thread beside it.
#pragma once

#include <memory>
#include <optional>

#include "ui/tabs/simulate/latest_work.h"
#include "ui/tabs/simulate/simulated_picture.h"

namespace ringscope {

/// One thread.
class SimulationCache {
  public:
    SimulationCache();
    /// Simulates when the request differs from the last call's, and takes what was simulated meanwhile. Never waits.
    void update(const SimulationRequest& request);

    /// While calculating(), of the request before. Null before the first.
    const std::shared_ptr<const SimulatedPicture>& picture() const { return picture_; }
    /// The last update's request is still being simulated: call update() again soon.
    bool calculating() const { return calculating_; }
    /// Rises with every simulation.
    uint64_t serial() const { return serial_; }

  private:
    /// `schedule` is of the request's experiment and memory model; null: not planned yet.
    struct Job {
        SimulationRequest request;
        std::shared_ptr<const Schedule> schedule;
    };
    void adopt(SimulatedPicture picture);
    std::shared_ptr<const Schedule> known_schedule(const SimulationRequest& request) const;

    std::optional<SimulationRequest> request_;
    std::shared_ptr<const SimulatedPicture> picture_;
    uint64_t serial_ = 0;
    bool calculating_ = false;
    LatestWork<Job, SimulatedPicture> work_;
};

}  // namespace ringscope

// What the Simulate tab shows of one simulation: its times and bytes, and in words where the time goes. Pure.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/plan/schedule.h"
#include "engine/run/metrics.h"
#include "ui/tabs/simulate/what_if_settings.h"

namespace ringscope {

struct PlanSize;

struct SimulatedPicture {
    SimulationRequest request;
    std::shared_ptr<const Schedule> schedule;  // null: not planned, `problem` says why
    Metrics metrics;                           // of the simulation; without ranks where there is a problem
    int64_t device_bytes = 0;                  // of the fullest device at its peak: its ranks together
    int ranks_per_device = 1;                  // of the fullest
    std::string largest_loss;  // one sentence of engine/analysis/waterfall.h; "" when nothing is timed
    std::string problem;       // one line: why there is no time; "" when there is one
    bool fits() const { return device_bytes <= request.machine->device.memory_bytes; }
};

/// Whether planning and laying out take a few milliseconds at most.
bool is_simulated_in_a_frame(const PlanSize& size);

/// How many transfers and pieces of work are laid out: some 1 to 5 us each.
int64_t lay_out_items(const PlanSize& size);

/// Plans, unless `schedule` is that of the request's experiment for its machine, and lays out in time. What is wrong
/// with the request is in the answer. Throws Error(cancelled) only.
SimulatedPicture simulate_picture(const SimulationRequest& request, std::shared_ptr<const Schedule> schedule,
                                  const std::stop_token& stop);

/// "on 8 of 8 devices of 8xh100-sxm, 412 TFLOP/s per device": what the large number is of.
std::string predicted_sentence(const SimulatedPicture& picture);
/// "54.3 of 79.6 GiB per device", and by how much it does not fit.
std::string memory_sentence(const SimulatedPicture& picture);

}  // namespace ringscope

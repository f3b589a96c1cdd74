#include "ui/tabs/simulate/simulation_cache.h"

#include <string>
#include <system_error>
#include <utility>

#include "engine/plan/plan_size.h"

namespace ringscope {

namespace {

/// What is refused without planning takes no time.
bool takes_a_frame_at_most(const SimulationRequest& request) {
    return !validate(request.experiment).empty() || is_simulated_in_a_frame(plan_size(request.experiment));
}

}  // namespace

SimulationCache::SimulationCache()
    : work_([](const Job& job, const std::stop_token& stop, const auto& publish) {
          publish(simulate_picture(job.request, job.schedule, stop));
      }) {}

/// A schedule does not depend on rates: only another experiment or kind of device makes it another.
std::shared_ptr<const Schedule> SimulationCache::known_schedule(const SimulationRequest& request) const {
    if (!picture_ || !picture_->schedule) return nullptr;
    const SimulationRequest& before = picture_->request;
    const bool same = before.machine->device.kind == request.machine->device.kind &&
                      before.experiment == request.experiment;
    return same ? picture_->schedule : nullptr;
}

void SimulationCache::update(const SimulationRequest& request) {
    if (request_ && *request_ == request) {
        if (!calculating_) return;
        if (auto picture = work_.take()) adopt(std::move(*picture));
        return;
    }
    request_ = request;
    if (std::exchange(calculating_, false)) work_.drop();
    std::shared_ptr<const Schedule> schedule = known_schedule(request);
    if (takes_a_frame_at_most(request)) return adopt(simulate_picture(request, std::move(schedule), {}));
    try {
        work_.ask({request, std::move(schedule)});
        calculating_ = true;
    } catch (const std::system_error& error) {
        SimulatedPicture refused;
        refused.request = request;
        refused.problem = std::string("no thread could be started to simulate it: ") + error.what();
        adopt(std::move(refused));
    }
}

void SimulationCache::adopt(SimulatedPicture picture) {
    calculating_ = false;
    picture_ = std::make_shared<const SimulatedPicture>(std::move(picture));
    ++serial_;
}

}  // namespace ringscope

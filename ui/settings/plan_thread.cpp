#include "ui/settings/plan_thread.h"

#include <new>
#include <utility>

#include "engine/base/error.h"
#include "engine/run/executor.h"

namespace ringscope {

Planned make_plan(const Experiment& experiment, const std::stop_token& stop) {
    Planned planned;
    try {
        planned.schedule =
            std::make_shared<const Schedule>(plan(experiment, memory_model_of(experiment.backend), stop));
        planned.prediction = predict(*planned.schedule, stop);
        return planned;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        planned.problem = error.what();
    } catch (const std::bad_alloc&) {
        planned.problem = "this machine has not enough memory to plan it";
    }
    planned.schedule.reset();
    return planned;
}

PlanThread::~PlanThread() {
    thread_.request_stop();
    drop();
}

void PlanThread::ask(PlanRequest request) {
    if (!thread_.joinable())
        thread_ = std::jthread([this](const std::stop_token& closing) { loop(closing); });
    const std::lock_guard lock(mutex_);
    under_way_.request_stop();
    planned_.reset();
    asked_ = std::move(request);
    changed_.notify_all();
}

void PlanThread::drop() {
    const std::lock_guard lock(mutex_);
    under_way_.request_stop();
    planned_.reset();
    asked_.reset();
}

std::optional<Planned> PlanThread::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(planned_, std::nullopt);
}

void PlanThread::publish(const Planned& planned, const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    if (!stop.stop_requested()) planned_ = planned;
}

/// The plan is there to be taken before its time is known.
void PlanThread::carry_out(const PlanRequest& request, const std::stop_token& stop) {
    Planned planned;
    planned.schedule = request.schedule;
    if (!planned.schedule) {
        planned = make_plan(request.experiment, stop);
        publish(planned, stop);
    }
    if (!planned.schedule) return;
    planned.time = planned_time(*planned.schedule, request.machine, stop);
    publish(planned, stop);
}

void PlanThread::loop(const std::stop_token& closing) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, closing, [this] { return asked_.has_value(); })) {
        if (closing.stop_requested()) return;
        const PlanRequest request = *std::exchange(asked_, std::nullopt);
        under_way_ = std::stop_source();
        const std::stop_token stop = under_way_.get_token();
        lock.unlock();
        try {
            carry_out(request, stop);
        } catch (const Error&) {
            // Dropped: nobody waits for it.
        }
        lock.lock();
    }
}

}  // namespace ringscope

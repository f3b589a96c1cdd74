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

void PlanThread::ask(const Experiment& experiment) {
    if (!thread_.joinable())
        thread_ = std::jthread([this](const std::stop_token& closing) { loop(closing); });
    const std::lock_guard lock(mutex_);
    under_way_.request_stop();
    planned_.reset();
    asked_ = experiment;
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

void PlanThread::loop(const std::stop_token& closing) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, closing, [this] { return asked_.has_value(); })) {
        if (closing.stop_requested()) return;
        const Experiment experiment = *std::exchange(asked_, std::nullopt);
        under_way_ = std::stop_source();
        const std::stop_token stop = under_way_.get_token();
        lock.unlock();
        std::optional<Planned> planned;
        try {
            planned = make_plan(experiment, stop);
        } catch (const Error&) {
            // Dropped: nobody waits for it.
        }
        lock.lock();
        if (!stop.stop_requested()) planned_ = std::move(planned);
    }
}

}  // namespace ringscope

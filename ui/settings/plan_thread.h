// Plans on a thread of its own what takes longer than a frame. The latest request wins.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "engine/analysis/prediction.h"
#include "ui/settings/planned_time.h"

namespace ringscope {

/// What came of planning an experiment.
struct Planned {
    std::shared_ptr<const Schedule> schedule;  // null: `problem` says why
    Prediction prediction;
    std::string problem;
    std::optional<PlannedTime> time;  // unset: not known yet
};

/// What is to be planned, and timed on a machine.
struct PlanRequest {
    Experiment experiment;
    std::shared_ptr<const MachineModel> machine;  // null: none stands for this one
    std::shared_ptr<const Schedule> schedule;  // of the experiment: only its time is missing; null: make it
};

/// Plans and predicts with the memory model of the experiment's device. Throws Error(cancelled) only.
Planned make_plan(const Experiment& experiment, const std::stop_token& stop);

/// One thread asks and takes.
class PlanThread {
  public:
    /// The thread starts with the first request.
    PlanThread() = default;
    /// Stops what is under way and waits for its end: milliseconds, and what the memory takes to be given back.
    ~PlanThread();
    PlanThread(const PlanThread&) = delete;
    PlanThread& operator=(const PlanThread&) = delete;

    /// Drops what is under way or waits to be taken. Throws std::system_error when there can be no thread.
    void ask(PlanRequest request);
    /// Drops it without another request.
    void drop();
    /// What came of the latest request: the plan, once, and later the plan with its time.
    std::optional<Planned> take();

  private:
    void loop(const std::stop_token& closing);
    void publish(const Planned& planned, const std::stop_token& stop);
    void carry_out(const PlanRequest& request, const std::stop_token& stop);

    std::mutex mutex_;  // guards everything below but thread_
    std::condition_variable_any changed_;
    std::optional<PlanRequest> asked_;
    std::optional<Planned> planned_;
    std::stop_source under_way_;
    std::jthread thread_;
};

}  // namespace ringscope

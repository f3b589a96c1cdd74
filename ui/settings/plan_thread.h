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

namespace ringscope {

/// What came of planning an experiment.
struct Planned {
    std::shared_ptr<const Schedule> schedule;  // null: `problem` says why
    Prediction prediction;
    std::string problem;
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
    void ask(const Experiment& experiment);
    /// Drops it without another request.
    void drop();
    /// What came of the latest request, once.
    std::optional<Planned> take();

  private:
    void loop(const std::stop_token& closing);

    std::mutex mutex_;  // guards everything below but thread_
    std::condition_variable_any changed_;
    std::optional<Experiment> asked_;
    std::optional<Planned> planned_;
    std::stop_source under_way_;
    std::jthread thread_;
};

}  // namespace ringscope

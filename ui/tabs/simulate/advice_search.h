// The advisor's search, on a thread: it takes seconds and every core, so it begins when it is asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/simulate/advisor.h"
#include "ui/tabs/simulate/latest_work.h"
#include "ui/tabs/simulate/what_if_settings.h"

namespace ringscope {

struct AdviceRequest {
    Experiment experiment;
    std::shared_ptr<const MachineModel> machine;  // not null; before what-if
    WhatIf factors;
};
/// By value. The ring is what the advisor chooses, but the table says how the one asked for does.
bool operator==(const AdviceRequest& a, const AdviceRequest& b);

struct AdviceAnswer {
    AdviceRequest request;
    std::optional<Advice> advice;  // unset: `problem` says why
    std::string problem;           // one line
};
/// Throws Error(cancelled) only.
AdviceAnswer answer_advice(const AdviceRequest& request, const std::stop_token& stop);

/// One thread.
class AdviceSearch {
  public:
    AdviceSearch();
    void start(const AdviceRequest& request, double now_seconds);
    void cancel();
    /// Takes what came of it. Never waits.
    void update();

    bool searching() const { return searching_; }
    double started_seconds() const { return started_seconds_; }
    /// The last that ended; null: none yet.
    const std::shared_ptr<const AdviceAnswer>& answer() const { return answer_; }

  private:
    std::shared_ptr<const AdviceAnswer> answer_;
    bool searching_ = false;
    double started_seconds_ = 0;
    LatestWork<AdviceRequest, AdviceAnswer> work_;
};

}  // namespace ringscope

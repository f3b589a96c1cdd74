// Starts a run when the experiment has changed and then stood still for a moment.
#pragma once

#include "engine/experiment/experiment.h"

namespace ringscope {

struct AutoRun {
    static constexpr double kPauseSeconds = 0.25;

    bool on = true;

    /// Called every frame. True once for every changed experiment that can run: start it now. `shown` is the
    /// experiment of the shown run, null when there is none.
    bool due(const Experiment& experiment, bool can_run, const Experiment* shown, double now_seconds) {
        if (!seen_ || !(last_ == experiment)) {
            seen_ = true;
            last_ = experiment;
            changed_at_ = now_seconds;
            waiting_ = true;
        }
        if (shown && *shown == experiment) waiting_ = false;
        can_run_ = can_run;
        if (!pending() || now_seconds - changed_at_ < kPauseSeconds) return false;
        waiting_ = false;
        return true;
    }
    /// A run of this experiment was started by hand.
    void started() { waiting_ = false; }
    bool pending() const { return on && waiting_ && can_run_; }

  private:
    Experiment last_;
    double changed_at_ = 0;
    bool seen_ = false;
    bool waiting_ = false;
    bool can_run_ = false;
};

}  // namespace ringscope

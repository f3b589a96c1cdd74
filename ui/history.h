// Undo and redo of the experiment. A change counts once: a drag or a typed number becomes one entry when it
// is let go.
#pragma once

#include <vector>

#include "engine/experiment.h"

namespace ringscope::ui {

class History {
  public:
    explicit History(const Experiment& first) : entries_{first} {}

    /// Called every frame. `settled`: no widget is in use, so that what differs from the last entry is a
    /// finished change.
    void track(const Experiment& experiment, bool settled);
    bool can_undo(const Experiment& experiment) const;
    bool can_redo(const Experiment& experiment) const;
    /// The experiment to go back (on) to. Call only when can_undo (can_redo).
    Experiment undo(const Experiment& experiment);
    Experiment redo();

  private:
    static constexpr size_t kMaxEntries = 500;
    std::vector<Experiment> entries_;
    size_t at_ = 0;
};

}  // namespace ringscope::ui

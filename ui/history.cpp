#include "ui/history.h"

#include "engine/error.h"

namespace ringscope::ui {

void History::track(const Experiment& experiment, bool settled) {
    if (!settled || experiment == entries_[at_]) return;
    entries_.resize(at_ + 1);
    entries_.push_back(experiment);
    if (entries_.size() > kMaxEntries) entries_.erase(entries_.begin());
    at_ = entries_.size() - 1;
}

bool History::can_undo(const Experiment& experiment) const {
    return at_ > 0 || !(experiment == entries_[at_]);
}

bool History::can_redo(const Experiment& experiment) const {
    return at_ + 1 < entries_.size() && experiment == entries_[at_];
}

Experiment History::undo(const Experiment& experiment) {
    RINGSCOPE_CHECK(can_undo(experiment));
    track(experiment, true);
    return entries_[--at_];
}

Experiment History::redo() {
    RINGSCOPE_CHECK(at_ + 1 < entries_.size());
    return entries_[++at_];
}

}  // namespace ringscope::ui

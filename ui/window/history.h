// Back and forth over the values that something had: settings, selections. A change counts once: a drag or a
// typed number becomes one entry when it is let go.
#pragma once

#include <vector>

#include "engine/base/error.h"

namespace ringscope {

template <typename Value>
class History {
  public:
    explicit History(const Value& first) : entries_{first} {}

    /// Called every frame. `settled`: no widget is in use, so that what differs from the last entry is a
    /// finished change.
    void track(const Value& value, bool settled) {
        if (!settled || value == entries_[at_]) return;
        entries_.resize(at_ + 1);
        entries_.push_back(value);
        if (entries_.size() > kMaxEntries) entries_.erase(entries_.begin());
        at_ = entries_.size() - 1;
    }
    bool can_undo(const Value& value) const { return at_ > 0 || !(value == entries_[at_]); }
    bool can_redo(const Value& value) const { return at_ + 1 < entries_.size() && value == entries_[at_]; }
    /// The value to go back (on) to. Call only when can_undo (can_redo).
    Value undo(const Value& value) {
        RINGSCOPE_CHECK(can_undo(value));
        track(value, true);
        return entries_[--at_];
    }
    Value redo() {
        RINGSCOPE_CHECK(at_ + 1 < entries_.size());
        return entries_[++at_];
    }

    /// What the entries refer to has changed.
    template <typename Change>
    void change_each(Change change) {
        for (Value& entry : entries_) change(entry);
    }

  private:
    static constexpr size_t kMaxEntries = 500;
    std::vector<Value> entries_;
    size_t at_ = 0;
};

}  // namespace ringscope

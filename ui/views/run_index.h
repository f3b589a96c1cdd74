// What the views look up in a run's trace. Made once for each run, by the thread that made or loaded the run:
// a million spans take tens of milliseconds, which no frame has.
#pragma once

#include <memory>

#include "engine/analysis/critical_path.h"
#include "engine/analysis/trace_index.h"
#include "ui/settings/plan_cache.h"

namespace ringscope {

/// Immutable; safe to read from any thread.
struct RunIndex {
    explicit RunIndex(const Run& run);
    TraceIndex trace;
    CriticalPath chain;     // no links when nothing was timed
    Prediction prediction;  // of the run's schedule
};

/// The index of the shown run, for the views of one window.
class RunIndexCache {
  public:
    /// `index` is of `run`, which the caller keeps alive while it is shown. Null: of() makes it when asked.
    void show(const Run* run, std::shared_ptr<const RunIndex> index);
    /// Of the run last shown, or made here for any other.
    const RunIndex& of(const Run& run);

  private:
    /// A run is immutable, but another may come to lie at its address.
    struct Key {
        const Run* run = nullptr;
        const Span* spans = nullptr;
        size_t count = 0;
        int64_t wall_ns = 0;
        int64_t started_utc_ms = 0;
        bool operator==(const Key&) const = default;
    };
    static Key key_of(const Run& run);
    Key key_;
    std::shared_ptr<const RunIndex> index_;
};

}  // namespace ringscope

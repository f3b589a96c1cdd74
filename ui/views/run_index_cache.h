// The index of the run that the views of one window show.
#pragma once

#include <memory>

#include "engine/analysis/run_index.h"

namespace ringscope {

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

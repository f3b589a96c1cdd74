// What is looked up in a run again and again: its trace in order, the critical path, and what was predicted.
// Made once for each run, by the thread that made or loaded the run: a million spans take tens of
// milliseconds, which no frame of the window has.
#pragma once

#include <optional>

#include "engine/analysis/critical_path.h"
#include "engine/analysis/prediction.h"
#include "engine/analysis/stragglers.h"
#include "engine/analysis/trace_index.h"
#include "engine/analysis/waterfall.h"

namespace ringscope {

/// Immutable; safe to read from any thread.
struct RunIndex {
    explicit RunIndex(const Run& run);
    TraceIndex trace;
    CriticalPath chain;     // no links when nothing was timed
    Prediction prediction;  // of the run's schedule
    std::optional<Waterfall> waterfall;
    Stragglers stragglers;
};

}  // namespace ringscope

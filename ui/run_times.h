// A run on one of its clocks, with what is looked up in it and what was predicted. Made beside the window's thread, by
// whoever made or loaded the run.
#pragma once

#include <memory>
#include <string>

#include "engine/analysis/prediction_error.h"
#include "engine/analysis/run_index.h"
#include "engine/run/run.h"

namespace ringscope {

/// What the model of this machine says of a run. Immutable.
struct PredictedRun {
    std::shared_ptr<const Run> run;  // origin simulated
    TraceIndex index;                // of it
    PredictionError error;
};

struct TimedRun {
    std::shared_ptr<const Run> run;
    std::shared_ptr<const RunIndex> index;  // of run; null with it
    std::shared_ptr<const PredictedRun>
        predicted;  // null: no model of this machine, or it has nothing to say of the run
};

/// "clock: every rank its own device (replayed)"; "" of a run with cores enough, whose one clock needs no words.
std::string clock_words(const Run& run);

}  // namespace ringscope

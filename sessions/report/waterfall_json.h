// Where a run's time went and who held the others up, as JSON. For the .cpp files of this folder only.
#pragma once

#include "engine/run/run.h"
#include "sessions/strict_json.h"

namespace ringscope {

/// {ideal_seconds, wall_seconds, flops_per_second, causes[] {cause, seconds, rank}, sentence}; null when nothing was
/// timed.
Json waterfall_json(const Run& run);

/// {ranks[] {rank, last_steps, cost_seconds, ..}, culprits[], wait_seconds, sentence}; null for a run that is not done.
Json stragglers_json(const Run& run);

}  // namespace ringscope

// Runs of a run file, made ready to be compared: loaded, named, and with the times of their repeats.
#pragma once

#include <span>
#include <vector>

#include "sessions/compare/compare.h"
#include "sessions/store/run_store.h"

namespace ringscope {

/// In the order of the ids; runs of one name get their number after it. Throws Error(io).
std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const int64_t> ids);

}  // namespace ringscope

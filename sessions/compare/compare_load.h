// Runs of a run file, made ready to be compared: loaded, named, and with the figures of their repeats.
#pragma once

#include <span>
#include <vector>

#include "sessions/compare/compare.h"
#include "sessions/compare/run_side.h"
#include "sessions/store/run_store.h"

namespace ringscope {

/// Which clock the times of a comparison are of.
enum class CompareClock {
    own_devices,  // where ranks of some side shared cores, all measured sides are replayed (engine/simulate/replay.h)
    measured,
};

/// In the order of the sides; runs of one name get their number after it. Throws Error(bad_input) for a kept trace,
/// Error(io).
std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const RunSide> sides,
                                         CompareClock clock = CompareClock::own_devices);
/// The same of single runs.
std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const int64_t> ids,
                                         CompareClock clock = CompareClock::own_devices);

}  // namespace ringscope

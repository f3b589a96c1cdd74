// Runs that were loaded to be seen side by side, and all that the Compare tab derives from them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/analysis/memory_curve.h"
#include "engine/analysis/step_difference.h"
#include "engine/analysis/trace_index.h"
#include "sessions/compare/compare.h"

namespace ringscope {

struct ComparedSet {
    std::vector<int64_t> ids;  // in the run file; none of runs that are not saved
    std::vector<ComparedRun> runs;
    Comparison comparison;  // empty with fewer than two runs
    // Parallel to runs.
    std::vector<TraceIndex> indices;
    std::vector<StepBounds> bounds;
    std::vector<StepDifferences> differences;  // to the first; that one's own is empty
    std::vector<std::vector<MemoryPoint>> memory;
};

/// Any number of runs. Takes 50 ms per million spans: the window calls it on a thread of its own.
ComparedSet make_compared_set(std::vector<int64_t> ids, std::vector<ComparedRun> runs);

}  // namespace ringscope

// Runs that were loaded to be seen side by side, and all that the Compare tab derives from them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/analysis/memory_curve.h"
#include "engine/analysis/step_difference.h"
#include "engine/analysis/trace_index.h"
#include "sessions/compare/compare.h"
#include "sessions/store/run_store.h"

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
    /// Where the runs stand replayed, since ranks of some shared cores: the same runs as measured. Else null.
    std::shared_ptr<const ComparedSet> measured{};
};

/// Any number of runs. Takes 50 ms per million spans: the window calls it on a thread of its own.
ComparedSet make_compared_set(std::vector<int64_t> ids, std::vector<ComparedRun> runs);

/// Of a run file: replayed where ranks of some run shared cores, with the measured set beside it. Throws as
/// load_to_compare().
ComparedSet load_compared_set(RunStore& store, const std::vector<int64_t>& ids);

}  // namespace ringscope

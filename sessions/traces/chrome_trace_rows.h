// Slices of a lane put into rows in which none overlap. For the .cpp files of this folder only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// What could not be shown as it stands in the file.
struct RowFaults {
    int64_t crossing = 0;       // slices of a thread that cross others instead of nesting
    size_t first_crossing = 0;  // the first of them, of the lane's slices
    int64_t too_deep = 0;       // slices beyond kMostRows, not shown
};

/// Both throw Error(cancelled) once `stop` is requested. Sorts the slices and puts each into the first row that is free again: its depth, where slices nest.
RowFaults make_thread_rows(ImportedLane& lane, const std::stop_token& stop = {});

/// The same for asynchronous slices: those of one tree keep together, one row per depth, and no other tree
/// comes between or below them while they last. `tree_of` names the tree of each slice as they stand.
RowFaults make_async_rows(ImportedLane& lane, const std::vector<int32_t>& tree_of,
                          const std::stop_token& stop = {});

}  // namespace ringscope

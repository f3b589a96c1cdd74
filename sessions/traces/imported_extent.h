// When the events of a trace of another program lie: what is too long to be true, and what lies far from all else. For
// the .cpp files of this folder only.
#pragma once

#include <cstdint>
#include <vector>

#include "sessions/traces/import_notes.h"
#include "sessions/traces/imported_trace.h"
#include "sessions/traces/string_pool.h"

namespace ringscope {

/// Longer than ten years: a clock that was read wrong. No slice of a trace lasts that long.
inline constexpr int64_t kImpossibleNs = int64_t{10} * 366 * 24 * 3600 * 1'000'000'000;

/// Takes slices out of the lanes, which have no rows yet, and counts them: those longer than kImpossibleNs, and few that
/// last more than thirty days in a trace a thousandth as long.
/// Those of asynchronous slices have a tree each in `tree_of`, by lane.
void remove_impossible_slices(ImportedTrace& trace, std::vector<std::vector<int32_t>>& tree_of,
                              const StringPool& strings, ImportNotes& notes);

/// Sets dense_begin_ns and dense_end_ns, and counts the few events that lie far away. Times count from zero to
/// length_ns.
void find_dense_part(ImportedTrace& trace, const StringPool& strings, ImportNotes& notes);

}  // namespace ringscope

// Slices of a thread from the events that begin and end them (B and E). For the .cpp files of this folder only.
//
// In the order of time, and of the file where times are equal. An end without a name ends what was begun last. One with
// a name ends the last slice begun under that name, also when others have begun since: those cross it. An end whose name
// nothing has that is open ends nothing, as in Perfetto.
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "sessions/traces/chrome_trace_events.h"

namespace ringscope {

/// What of an event counts here.
struct BeginOrEnd {
    int64_t time_ns = 0;
    int32_t name = 0;
    int32_t category = 0;
    uint32_t first_argument = 0;
    uint32_t arguments = 0;
    uint32_t number = 0;
    bool is_end = false;
};

/// Appends the slices, in the order in which they begin; of those that nobody ends, end_ns is `open_ns`. Throws
/// Error(cancelled).
void join_begins_and_ends(std::vector<BeginOrEnd> events, int64_t open_ns, std::vector<ImportedSlice>& slices,
                          const StringPool& strings, ImportNotes& notes, const std::stop_token& stop);

}  // namespace ringscope

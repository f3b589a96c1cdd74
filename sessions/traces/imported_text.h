// Words about a trace of another program.
#pragma once

#include <string>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// Name, category, times and arguments.
std::string slice_text(const ImportedTrace& trace, const ImportedLane& lane, size_t slice);
/// "python (10729) / thread 10729".
std::string lane_title(const ImportedTrace& trace, int lane);
/// "3  events without a time (the first: event 7)"
std::string note_text(const ImportNote& note);
/// What of the file is not shown, one line for each kind, with the first of it; "" when all is.
std::string notes_text(const ImportedTrace& trace);

}  // namespace ringscope

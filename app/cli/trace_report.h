// What a trace of another program holds, as a person and as a program reads it.
#pragma once

#include <string>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// Lanes, counters, and what of the file is not shown; the first line is about the whole.
std::string trace_report(const ImportedTrace& trace);
/// The same as members of one object, as text: "events", "slices", "lanes", "counters", "notes", ...
std::string trace_to_json(const ImportedTrace& trace);

}  // namespace ringscope

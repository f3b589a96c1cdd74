// A trace of another program written out again: as a table of its slices, or as a Chrome trace that holds what was
// understood of it and nothing else.
#pragma once

#include <stop_token>
#include <string>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// One line per slice: process, lane, depth, name, category, begin_ns, end_ns, duration_ns, own_ns, arguments (JSON).
/// Throws Error(io); the target is then as it was. Error(cancelled) once `stop` is requested.
void export_imported_csv(const ImportedTrace& trace, const std::string& path, const std::stop_token& stop);

/// Slices, instants, counters and flows, on the trace's own clock, in a form that every viewer reads: times with
/// decimals, slices of a thread nested, those that cross on threads of their own. Throws as above.
void export_imported_perfetto(const ImportedTrace& trace, const std::string& path,
                              const std::stop_token& stop);

}  // namespace ringscope

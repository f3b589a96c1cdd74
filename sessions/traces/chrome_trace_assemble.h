// Lanes, counters and flows of the events of a Chrome trace. For the .cpp files of this folder only.
#pragma once

#include <stop_token>
#include <string>

#include "sessions/traces/chrome_trace_events.h"

namespace ringscope {

/// What cannot be shown is left out and counted in `notes`, as is what does not fit into the budget. Throws
/// Error(cancelled).
ImportedTrace assemble_trace(ChromeEvents events, const std::string& name, TraceBudget& budget,
                             ImportNotes& notes, const std::stop_token& stop);

}  // namespace ringscope

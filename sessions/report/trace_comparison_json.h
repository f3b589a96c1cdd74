// A comparison of traces as JSON.
#pragma once

#include <string>

#include "sessions/traces/trace_comparison.h"

namespace ringscope {

/// One object: "sentences", "traces" (parallel to the traces), "names", "stragglers", "communications" and "pairs".
/// Times are in ns; "trace" counts from 0.
std::string trace_comparison_to_json(const ImportedTraces& traces, const TraceComparison& comparison);

}  // namespace ringscope

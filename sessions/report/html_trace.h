// A trace of another program in the report of a comparison. For the .cpp files of this folder only.
#pragma once

#include <string>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// Rows of the picture, at most: what lies deeper, and lanes beyond, is counted in words and in the table.
inline constexpr size_t kMostTraceRows = 150;
/// Lines of a lane in the table of totals; the names after them share one.
inline constexpr size_t kMostTraceNames = 12;

/// A section of the page: lanes as they are on the trace's own clock, totals per lane and name, and what is not
/// drawn. `number`: of the page's traces, from 1.
/// `beside_runs`: says that it takes no part in their comparison.
std::string trace_section(const ImportedTrace& trace, size_t number, bool beside_runs = true);

}  // namespace ringscope

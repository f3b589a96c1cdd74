// Traces of other programs as one HTML page, without a run: what differs, their lanes, and what is not shown.
// As html_report.h: opens in any browser, needs no network and runs no script.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "sessions/traces/trace_comparison.h"

namespace ringscope {

/// `ids`: numbers of the traces in the run file, parallel to them, or empty.
std::string trace_comparison_to_html(const ImportedTraces& traces, const TraceComparison& comparison,
                                     const std::vector<int64_t>& ids = {});

/// Throws Error(io); the target is then as it was. Error(cancelled) once `stop` is requested.
void save_trace_comparison(const ImportedTraces& traces, const TraceComparison& comparison,
                           const std::vector<int64_t>& ids, const std::string& path,
                           const std::stop_token& stop = {});

}  // namespace ringscope

// A run's spans as CSV (RFC 4180): one line per span, times in nanoseconds from the start of the run.
#pragma once

#include <stop_token>
#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// Columns rank, step, kind, cause, owner, peer, transfer, begin_ns, end_ns, duration_ns, bytes; empty where
/// a span has none. Throws Error(io).
void export_csv(const Run& run, const std::string& path, const std::stop_token& stop = {});

}  // namespace ringscope

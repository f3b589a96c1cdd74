// A run as a Chrome trace, for the Perfetto UI and tools that read PyTorch's traces.
//
// One process per rank; one thread per kind of span, and more of that kind where spans overlap, so that slices on
// a track always nest; a flow from each send to its receive; one counter per rank with memory by purpose;
// `distributedInfo` because trace analysers refuse files without it (with a rank only when there is one rank: see
// rank_export.h for a file per rank). Times are microseconds with three
// decimals: exact nanoseconds.
#pragma once

#include <stop_token>
#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// Streamed to a temporary file, then renamed. Throws Error(io); Error(bad_input) when the run was never
/// planned; Error(cancelled) once `stop` is requested.
void export_perfetto(const Run& run, const std::string& name, const std::string& path,
                     const std::stop_token& stop);

}  // namespace ringscope

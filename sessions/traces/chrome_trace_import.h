// Traces of other programs: Chrome's JSON format as torch.profiler, the Perfetto UI and this program write
// it, plain or as .gz.
//
// Read: complete slices (X), begin and end (B, E), counters (C), flows (s, t, f), instants (i, I), the names
// and order of processes and threads (M), torch.profiler's "[memory]" instants, which become a counter, and
// asynchronous slices (b, n, e and S, T, p, F): a lane for each process and category.
// Everything else is counted in ImportedTrace::notes, as is what contradicts itself: an end without its
// start, slices that cross instead of nesting, half a flow.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

inline constexpr int64_t kMostTraceBytes = int64_t{1} << 30;  // of the text, unpacked

/// Throws Error(io) when the file cannot be read; Error(bad_input), one line with the byte or the event and
/// its value, when it is no such trace or larger than kMostTraceBytes. About 1.6 seconds for 100 MB on one
/// core; Error(cancelled) soon after `stop` is requested.
ImportedTrace import_chrome_trace(const std::string& path, const std::stop_token& stop = {});
/// The same from text; `name` begins messages and is the trace's name.
ImportedTrace read_chrome_trace(const std::string& text, const std::string& name,
                                const std::stop_token& stop = {});
/// The same from the bytes of a file, plain or packed.
ImportedTrace read_chrome_trace_file(const std::string& bytes, const std::string& name,
                                     const std::stop_token& stop = {});

}  // namespace ringscope

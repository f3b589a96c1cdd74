// Traces of other programs: Chrome's JSON format as torch.profiler, the Perfetto UI and this program write
// it, plain or as .gz.
//
// Read: complete slices (X), begin and end (B, E), counters (C), flows (s, t, f, and "bind_id" of slices),
// instants (i, I, R), the names and order of processes and threads (M), torch.profiler's "[memory]" instants,
// which become a counter, and asynchronous slices (b, n, e and S, T, p, F): a lane for each process and
// category.
// Nothing is refused that has one event that can be read (tolerant_json.h says what is taken for JSON). Everything
// else is counted in ImportedTrace::notes, each kind with its first example, as is what contradicts itself: an
// end without its start, slices that cross instead of nesting, half a flow.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "sessions/byte_reader.h"
#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// Of the text that a run file keeps, unpacked. Reading a trace has no such limit.
inline constexpr int64_t kMostTraceBytes = int64_t{1} << 30;

/// Called by the reading thread, every few hundred kilobytes: bytes read so far, packed as they are, and of how many;
/// -1 when nobody knows.
using ImportProgress = std::function<void(int64_t bytes, int64_t of_bytes)>;

/// Throws Error(io) when the file cannot be read; Error(bad_input), one line, when it holds no event: what it is instead
/// and the way in where its first bytes tell; Error(cancelled) soon after `stop` is requested. Files of any size are read
/// as a stream. What is kept of their events takes at most eight times the bytes of the text, and 2 GiB or four times the
/// file (packed: sixteen times), if that is more: what does not fit is left out and counted.
ImportedTrace import_chrome_trace(const std::string& path, const std::stop_token& stop = {},
                                  const ImportProgress& progress = {});
/// The same from bytes, plain or packed; `name` begins messages and is the trace's name.
ImportedTrace read_chrome_trace(const std::string& bytes, const std::string& name,
                                const std::stop_token& stop = {}, const ImportProgress& progress = {});
/// The same from whatever gives bytes; `of_bytes` is how many, where that is known.
ImportedTrace import_trace_stream(ByteReader& bytes, const std::string& name,
                                  const std::stop_token& stop = {}, const ImportProgress& progress = {},
                                  int64_t of_bytes = -1);

}  // namespace ringscope

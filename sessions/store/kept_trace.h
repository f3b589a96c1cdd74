// A trace of another program in the run file: the bytes of the file it came in, and nothing derived from them
// but what a list shows. Read again with every opening, so that a later version shows more of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sessions/store/database.h"
#include "sessions/store/run_record.h"
#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// Of one row of kept_trace_chunk; the last is shorter.
inline constexpr size_t kTraceChunkBytes = size_t{1} << 20;

struct TraceFile {
    std::string name;  // without folders
    std::string bytes;
};

/// The row of a trace in the list of runs, from a file of that name and size; without a name it has the file's.
RunSummary trace_summary(const ImportedTrace& trace, const std::string& file_name, int64_t bytes,
                         const std::string& name);

/// Whether the row is a kept trace; nothing when there is no such row.
std::optional<bool> is_kept_trace(Db& db, int64_t id);

/// The row that holds a file of the same bytes.
std::optional<int64_t> find_trace_file(Db& db, const std::string& bytes);

/// Inside the caller's transaction; gives the id. Packs what is not packed yet.
int64_t insert_trace_file(Db& db, const RunSummary& record, const TraceFile& file);

/// ImportedTrace::offset_ns of a kept trace.
int64_t read_trace_offset(Db& db, int64_t id);

/// As it was. Throws Error(io) when the row's pieces do not make up the file.
TraceFile read_trace_file(Db& db, int64_t id);

}  // namespace ringscope

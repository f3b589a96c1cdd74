// A run, or a kept trace, as an SQLite file of plain tables and views for other programs: nothing in it is packed. It is no
// run file: nothing is read back from it. SCHEMA.md describes its tables and columns.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/run/run.h"
#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// The file appears whole, or the target stays as it was. `run_id` 0: not saved. Throws Error(io), Error(bad_input) for a
/// target that must not be replaced (atomic_file.h), and Error(cancelled) once `stop` is requested.
void write_plain_tables(const Run& run, int64_t run_id, const std::string& name, const std::string& path,
                        const std::stop_token& stop);
void write_plain_tables(const ImportedTrace& trace, const std::string& path, const std::stop_token& stop);

}  // namespace ringscope

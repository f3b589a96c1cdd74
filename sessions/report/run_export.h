// A run written for other tools, by the name of the format.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/run/run.h"
#include "sessions/store/run_store.h"

namespace ringscope {

/// Formats of one run: perfetto, csv, json, sqlite, experiment, output.
const std::vector<std::string>& export_formats();

/// `run_id` 0: not saved. Throws Error(bad_input) for an unknown format, Error(io); the target is then as it
/// was, and Error(cancelled) once `stop` is requested.
void export_run(const Run& run, int64_t run_id, const std::string& name, const std::string& format,
                const std::string& path, const std::stop_token& stop = {});

inline constexpr const char* kRunFileFormat = "run";    // for 'ringscope import'
inline constexpr const char* kTablesFormat = "sqlite";  // plain tables (sessions/store/plain_tables.h)
inline constexpr const char* kTraceFormat = "trace";    // the file of a kept trace, as it was
inline constexpr const char* kPageFormat = "html";      // of a kept trace

/// A row of the run file in any of the formats, these included; a kept trace as perfetto, csv, json, html,
/// sqlite, trace or run. Throws as export_run(), and
/// Error(bad_input) for a format that a kept trace, or a run, does not have.
void export_saved(RunStore& store, int64_t id, const std::string& format, const std::string& path,
                  const std::stop_token& stop = {});

}  // namespace ringscope

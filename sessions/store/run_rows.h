// A run as rows of the run file's tables, in and out. For run_store.cpp, which owns connections and
// transactions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/run/run.h"
#include "sessions/store/database.h"
#include "sessions/store/run_record.h"

namespace ringscope {

/// Inserts everything of the run, inside the caller's transaction; gives the id.
int64_t insert_run(Db& db, const Run& run, const RunSummary& record);

/// The row of a kept trace, of which the file follows.
int64_t insert_trace_row(Db& db, const RunSummary& record);

int64_t now_utc_ms();

/// Null when there is no such run. Throws Error(io) when its rows do not make sense.
std::shared_ptr<Run> read_run(Db& db, int64_t id);

/// All runs newest first, or the one with that id. Rows that cannot be read end the list and set `damage`.
std::vector<RunSummary> read_summaries(Db& db, const int64_t* id, std::string& damage);

}  // namespace ringscope

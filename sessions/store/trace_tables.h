// Traces as tables: spans, transfers and memory samples, unpacked from their chunks while they are read. Their columns,
// units and what NULL means are in SCHEMA.md.
#pragma once

namespace ringscope {

class Db;

/// Gives the connection the tables `span`, `transfer` and `memory`, and over them the views `wait_per_step` and
/// `rank_time`; the file stays as it is. `run = N` reads the chunks of that run alone. One chunk of a scan is unpacked
/// at a time. A damaged one ends the statement with SQLITE_CORRUPT and a message that names the run. Throws DbError.
void define_trace_tables(Db& db);

}  // namespace ringscope

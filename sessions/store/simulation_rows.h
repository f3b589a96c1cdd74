// What a run file keeps of a simulation, and of the work that a replay lays out. For run_rows.cpp.
#pragma once

#include <string>

#include "engine/run/run.h"
#include "sessions/store/database.h"

namespace ringscope {

/// Nothing of a run that is not simulated.
void insert_simulation(Db& db, int64_t id, const Run& run);
/// Throws Error(io) when what is there cannot be read.
void read_simulation(Db& db, int64_t id, Run& run);

/// RunSummary::varied of the options in a row. Throws Error(io).
std::string varied_in(const std::string& options);

/// Trace::work_times; nothing where it is not known.
void insert_step_work(Db& db, int64_t id, const Run& run);
/// After the schedule. Leaves it empty unless every rank and step is there.
void read_step_work(Db& db, int64_t id, Run& run);

}  // namespace ringscope

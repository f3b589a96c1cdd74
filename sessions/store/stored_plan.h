// The schedule of a stored run, which no file holds: it is planned again from the experiment. A file may come from
// anybody, and a line of text can ask for gigabytes: what is planned must be accounted for by what the run stored.
#pragma once

#include "engine/run/run.h"
#include "sessions/store/database.h"

namespace ringscope {

/// Sets the run's schedule, when its experiment is valid. Of a run that did not get done it is left out when it
/// would be far larger than what the run stored; the caveat says so then, and the trace stays unread. Throws
/// Error(io) when a done run has stored too little for its plan, Error(cancelled).
void plan_stored(Db& db, int64_t id, Run& run);

}  // namespace ringscope

// Runs that could not be saved where they belong: each waits as a run file of its own, whole, and joins its file
// when that is next opened and can be written (RunStore::open).
//
//     runs.ringscope.unsaved-0123456789abcdef                          beside the file, or where that fails
//     DATA/unsaved/HASH-runs.ringscope.unsaved-0123456789abcdef        HASH of the file's absolute path
//
// DATA is the folder of default_run_file(). A run keeps its uuid on the way, so it arrives once however often it is
// tried.
#pragma once

#include <string>

#include "engine/run/run.h"
#include "sessions/store/run_store.h"

namespace ringscope {

/// Keeps the run for `run_file` and gives the path. Throws Error(io) that says why it could be kept nowhere.
std::string spool_run(const std::string& run_file, const std::string& uuid, const Run& run,
                      const std::string& name, RunStore::Output output = RunStore::Output::leave,
                      const std::string& invocation = "");

}  // namespace ringscope

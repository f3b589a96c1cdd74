// The files of runs that wait for their run file (spool.h), by name.
#pragma once

#include <string>
#include <vector>

namespace ringscope {

/// Paths for a run of this uuid, the best first: beside the run file, then in the person's data folder when there
/// is one.
std::vector<std::string> spool_paths(const std::string& run_file, const std::string& uuid);

/// Those that are there; only our own, whole ones.
std::vector<std::string> spooled_for(const std::string& run_file);

}  // namespace ringscope

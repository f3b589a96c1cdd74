// A run written for other tools, by the name of the format.
#pragma once

#include <string>
#include <vector>

#include "engine/run.h"

namespace ringscope {

/// perfetto, csv, json, experiment.
const std::vector<std::string>& export_formats();

/// `run_id` 0: not saved. Throws Error(bad_input) for an unknown format, Error(io); the target is then as it
/// was.
void export_run(const Run& run, int64_t run_id, const std::string& name, const std::string& format,
                const std::string& path);

}  // namespace ringscope

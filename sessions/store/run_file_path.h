// Where run files lie when nobody says so, and the program's own files beside them.
#pragma once

#include <string>

namespace ringscope {

/// $XDG_DATA_HOME/ringscope/runs.ringscope, else ~/.local/share/ringscope/runs.ringscope.
/// Throws Error(io) when neither variable is set.
std::string default_run_file();

/// The folder of runs that are in no run file yet: "unsaved" beside default_run_file(). "" when there is none.
std::string unsaved_folder();

}  // namespace ringscope

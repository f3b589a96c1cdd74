// runs sql, for command_runs.cpp.
#pragma once

#include <stop_token>

namespace ringscope {

class Arguments;

/// Declares it below `runs`. `stop` is asked for by Ctrl-C.
void declare_runs_sql(Arguments& runs, std::stop_token stop);

}  // namespace ringscope

// A simulation without a trace as JSON text: what run_to_json() has, without what hangs on spans.
#pragma once

#include <string>

#include "engine/simulate/streamed.h"

namespace ringscope {

/// run {..}, ranks [..] and the experiment. One object, indented.
std::string streamed_to_json(const StreamedSimulation& streamed, const Experiment& experiment,
                             const Simulation& simulation);

}  // namespace ringscope

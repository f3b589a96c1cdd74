// An experiment in a few words.
#pragma once

#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// One line: "n 8192, 12 heads, w 2048/4096/8192, r 1/2/4, causal, 4 ranks, ring".
std::string settings_line(const Experiment& experiment);

/// A name that says what the run is: "Hybrid 4 ranks, n 8192" (preset when it is one, else the strategy).
std::string automatic_name(const Experiment& experiment);

}  // namespace ringscope

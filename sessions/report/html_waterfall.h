// Where each run's time went and who held the others up, in a comparison's report. For the .cpp files of this folder
// only.
#pragma once

#include <span>
#include <string>

#include "sessions/compare/compare.h"

namespace ringscope {

/// For each run its two sentences, the bars from the ideal to the wall time, all on one scale, and both as tables. ""
/// when nothing was timed in any.
std::string waterfall_section(std::span<const ComparedRun> runs);

}  // namespace ringscope

// Where a run's time went and who held the others up, as text.
#pragma once

#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// The two sentences, each on a line of its own; "" when nothing was timed.
std::string waterfall_sentences(const Run& run);

/// Both as tables, from the ideal to the wall time and rank by rank; "" when nothing was timed.
std::string waterfall_tables(const Run& run);

}  // namespace ringscope

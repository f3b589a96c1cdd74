// Why settings take the time they take, in words with numbers.
#pragma once

#include <string>

#include "engine/simulate/settings_search.h"

namespace ringscope {

/// Of settings that were laid out: "the busiest rank computes 1.97 times the mean; transfers hide: a hop takes
/// 0.12 ms, a step computes 0.41 ms".
std::string reason_of(const PlannedSettings& planned, const LaidOut& laid_out);

/// Of settings that do not fit: "64.0 GiB per rank, the device has 79.6 GiB".
std::string memory_reason(const PlannedSettings& planned);

}  // namespace ringscope

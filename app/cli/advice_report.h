// What ringscope advise prints.
#pragma once

#include <string>

#include "engine/simulate/advisor.h"

namespace ringscope {

/// The best in one sentence and as --set takes it, the table of strategies, the border, the longest sequences, what
/// matters on the machine, and the scaling curves.
std::string advice_report(const Advice& advice, const MachineModel& machine);

}  // namespace ringscope

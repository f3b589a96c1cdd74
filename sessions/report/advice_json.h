// `advise --json`.
#pragma once

#include <string>

#include "engine/simulate/advisor.h"

namespace ringscope {

/// machine, best (null when nothing fits), candidates [..], border, longest_sequence, sensitivity [..], strong [..],
/// weak [..], search, experiment. Settings are dotted paths with the text that --set takes. One object, indented.
std::string advice_to_json(const Advice& advice, const MachineModel& machine);

}  // namespace ringscope

// Packing: a rank's own keys and values, gathered into the pieces that travel (layout in schedule.h).
#pragma once

#include "engine/run/rank_memory.h"
#include "engine/run/run_control.h"

namespace ringscope {

/// Writes the pieces that `rank` owns in its slot of step 0 to `slot`; bytes written. Throws Interrupted.
int64_t pack_own_share(const Schedule& schedule, int rank, const RankMemory& memory, std::byte* slot,
                       const RunControl& control);

}  // namespace ringscope

// Replays a measured run: its own work, piece by piece as long as it took, laid out as if every rank had a device of
// its own. With more ranks than cores the measured clock shows the machine's scheduler; this shows the ring.
#pragma once

#include <memory>
#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// What transfers cost in a replay.
struct ReplayLink {
    /// Null: what a transfer of its size took in the run, the median. Otherwise over this machine's links.
    std::shared_ptr<const MachineModel> machine;
};

/// Whether the measured clock of the run shows the scheduler: more ranks than cores worked.
bool shares_cores(const Run& run);

/// Whether there is anything to replay; "" or one line that says why not (no spans, failed, not measured).
std::string why_not_replayable(const Run& run);

/// A Run with origin replayed: same experiment, schedule, output and verification. Throws Error(bad_input) with
/// why_not_replayable()'s line.
std::shared_ptr<const Run> replay(const Run& run, const ReplayLink& link = {});

}  // namespace ringscope

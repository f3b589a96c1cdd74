// Replays a measured run: its own work, piece by piece as long as it took, laid out as if every rank had a device of
// its own. With more ranks than cores the measured clock shows the machine's scheduler; this shows the ring.
//
// Every piece of work takes the time for which it had a core (WorkTimes), summed over the cores that worked on it: the
// device of a rank is one core, and what else the system ran meanwhile does not count. Where that is not known, attention
// and merging take their spans by the cores they had in the mean, and packing and copying, which the system interrupts
// where cores are few, the median of their kind: packing by the byte, copies of those of the same size.
#pragma once

#include <memory>
#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// What transfers cost in a replay.
struct ReplayLink {
    /// Null: what it took in the run. Otherwise over this machine's links, which has a device for
    /// every rank.
    std::shared_ptr<const MachineModel> machine;
};

/// Whether the measured clock of the run shows the scheduler: its ranks shared fewer cores, or workers.
bool shares_cores(const Run& run);

/// The same of a run that is still to be made here.
bool would_share_cores(const Experiment& experiment);

/// Why there is nothing to replay, in one line; "" when there is.
std::string why_not_replayable(const Run& run);

/// A Run with origin replayed: same experiment, schedule, output and verification, memory as measured at the replayed
/// times. Throws Error(bad_input) with why_not_replayable()'s line, or for a machine with too few devices.
std::shared_ptr<const Run> replay(const Run& run, const ReplayLink& link = {});

/// The run as it is best shown: replayed where shares_cores() and there is something to replay, else itself.
std::shared_ptr<const Run> on_own_devices(const std::shared_ptr<const Run>& run);

/// In words, which clock a run's times are of: "every rank its own device (replayed)", "this machine (measured); 4 ranks
/// shared 2 cores".
std::string clock_text(const Run& run);

}  // namespace ringscope

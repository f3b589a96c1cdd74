// What a measured run's own work takes on devices of its own, as figures of that run.
#pragma once

namespace ringscope {

struct Run;

/// Fills in Metrics::replayed_* where the run's ranks shared cores and there is something to replay. Defined in
/// engine/simulate/replay.cpp, as the list of executors is above this folder: a run does not know how it is replayed.
void add_replayed_figures(Run& run);

}  // namespace ringscope

// What comes of laying a schedule out in time.
#pragma once

#include <vector>

#include "engine/run/metrics.h"

namespace ringscope {

/// How transfers of a replay cost: each its own time, on a link of its own. By index into Schedule::transfers.
using TransferSeconds = std::vector<double>;

struct LaidOut {
    Trace trace;  // with memory samples, as the schedule and its memory model predict them
    std::vector<RankCounters> counters;
};

}  // namespace ringscope

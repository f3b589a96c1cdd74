// What an experiment's problem and ring come to, with nothing left open: where planning begins.
#pragma once

#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

struct ResolvedRing {
    Problem problem;  // patterns split where their KV heads come by different streams
    Placement placement;
    Strategy strategy = Strategy::single;  // never automatic
    bool prune = false;                    // whether it applies
    std::vector<Stream> streams;           // none when single
    std::vector<int> stream_of_pattern;    // -1 when nothing travels
};

/// `experiment` must be valid.
ResolvedRing resolve_ring_of(const Experiment& experiment);

}  // namespace ringscope

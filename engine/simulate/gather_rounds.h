// How long it takes until every rank of a huge ring has every share: all_gather in rounds, in each of which a rank
// brings in one share, or all of one peer's.
//
//   ring     p - 1 rounds: from the neighbour, what it got in the round before
//   tree     log2(p) rounds (Bruck): from the rank 2^i before all 2^i shares that it has, once it has them
//   direct   p - 1 rounds: from every owner; all at once they would share the rank's link and end together
//
// What a round's transfers share of links is said by step_links.h. Held are a few numbers per rank.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/stop_check.h"
#include "engine/simulate/step_links.h"

namespace ringscope {

struct GatherTimes {
    double received = 0;      // all shares
    double taken = 0;         // its own share, by all others
    double late_seconds = 0;  // waiting for a share that its peer does not have yet
    double link_seconds = 0;  // for bytes on the way
    double moving_seconds = 0;
};

/// By rank, from when each lets others have its share, of so many bytes. O(ranks^2) time. Throws Error(cancelled) when
/// the check says so.
std::vector<GatherTimes> gather_times(const MachineModel& machine, const std::vector<double>& published,
                                      const std::vector<int64_t>& bytes, StopCheck& check);

}  // namespace ringscope

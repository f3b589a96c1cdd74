// How long it takes until every rank of a huge ring has every share: all_gather in rounds, in each of which a rank
// brings in one share, or all of one peer's.
//
//   ring     p - 1 rounds: from the neighbour, what it got in the round before, one share after the other
//   tree     log2(p) rounds (Bruck): from the rank 2^i before all 2^i shares that it has, once it has them
//   direct   from every owner: all at once, for as long as the fullest link on the way takes; or in turn, p - 1 rounds
//            in each of which all fetch from one owner
//
// Ranks on a CPU bring shares in one by one and drift apart, which rounds do not show: direct takes 2/3 as long there,
// a tree up to 1.5 times.
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
std::vector<GatherTimes> gather_times(const MachineModel& machine, const std::vector<SlowRank>& slow_ranks,
                                      const std::vector<double>& published, const std::vector<int64_t>& bytes,
                                      StopCheck& check);

}  // namespace ringscope

// How an all_gather's transfers reach their receivers: from whom, and after what.
#pragma once

#include <vector>

#include "engine/experiment/machine_model.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// Of a transfer of the schedule, which names the owner and the receiver of a share.
struct GatherHop {
    int from = 0;    // the rank that it comes from: its owner, or one that has it already
    int after = -1;  // the transfer that brought it there; -1: the owner's own
};

/// By index into Schedule::transfers, for a schedule whose strategy is all_gather.
///   direct  from the owner
///   ring    from the neighbour
///   tree    Bruck's algorithm: in round i from the rank 2^i before, which has 2^i shares by then
std::vector<GatherHop> gather_hops(const Schedule& schedule, GatherAlgorithm algorithm);

}  // namespace ringscope

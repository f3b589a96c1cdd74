#include "engine/simulate/gather_plan.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace ringscope {

namespace {

/// The rank that hands on a share whose owner lies `distance` before the receiver.
int hop_length(int distance, GatherAlgorithm algorithm) {
    switch (algorithm) {
        case GatherAlgorithm::direct:
            return distance;
        case GatherAlgorithm::ring:
            return 1;
        case GatherAlgorithm::tree:
            break;
    }
    return static_cast<int>(std::bit_floor(static_cast<unsigned>(distance)));
}

}  // namespace

std::vector<GatherHop> gather_hops(const Schedule& schedule, GatherAlgorithm algorithm) {
    std::map<std::pair<int, int>, int> transfer_of;  // owner, receiver
    for (size_t i = 0; i < schedule.transfers.size(); ++i)
        transfer_of[{schedule.transfers[i].from, schedule.transfers[i].to}] = static_cast<int>(i);
    std::vector<GatherHop> hops;
    for (const Transfer& transfer : schedule.transfers) {
        const int distance = (transfer.to - transfer.from + schedule.ranks) % schedule.ranks;
        const int from = (transfer.to - hop_length(distance, algorithm) + schedule.ranks) % schedule.ranks;
        const bool of_owner = from == transfer.from;
        hops.push_back({from, of_owner ? -1 : transfer_of.at({transfer.from, from})});
    }
    return hops;
}

}  // namespace ringscope

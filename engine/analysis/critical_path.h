// The chain of work, transfers and waits over all ranks that made the run as long as it was: shorten a link
// of it and the run gets shorter; shorten anything else and it does not, until another chain is the longest.
//
// Walked backwards from the last end. What began at t on a rank was held up by what ended there last; a
// received chunk by its sender, when that was ready after the receiver had posted; a wait for a late peer by
// what that peer did until then.
//
//   rank 0   | compute ##########|-> pack |                       time runs right, the walk runs left
//   rank 1   | compute ### | wait        | receive | compute ####|
#pragma once

#include <array>
#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

/// What a stretch of the chain is spent on. idle: nothing of the rank was timed then.
enum class ChainKind { compute, pack, merge, transfer, wait_peer, wait_link, wait_core, idle };
inline constexpr int kChainKinds = 8;
template <>
struct EnumNames<ChainKind> {
    static constexpr const char* names[] = {"compute",         "packing",         "merging",
                                            "transfer",        "wait for a peer", "wait for the link",
                                            "wait for a core", "idle time"};
};

struct ChainLink {
    int32_t rank = 0;
    int32_t step = 0;
    ChainKind kind = ChainKind::idle;
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
};

struct CriticalPath {
    std::vector<ChainLink>
        links;  // ascending; each begins where the one before ends, from 0 to the wall time
    std::array<int64_t, kChainKinds> total_ns{};              // of each kind: their sum is the wall time
    std::vector<std::array<int64_t, kChainKinds>> rank_ns{};  // the same by rank
    int hops = 0;                                             // from one rank to another
};

/// O(n log n) in the number of spans. No links when nothing was timed.
CriticalPath critical_path(const Schedule& schedule, const Trace& trace);

}  // namespace ringscope

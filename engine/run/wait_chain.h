// Who waits for whom when a run stands still: what an error at a time limit says.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

/// One rank's wait.
struct WaitLink {
    int rank = 0;
    int step = 0;  // in which it waits
    int peer = 0;
    Payload payload = Payload::kv;
    bool for_room = false;  // until the peer has taken what the rank sent; otherwise for what the peer sends
};

/// What stands at the end of a chain of waits.
enum class WaitEnd {
    working,  // the last peer computes, copies, or is ready to: it may only lack a core
    lost,     // the last peer has sent it and it never came
    asleep,   // the last peer sleeps: a fault that was asked for
    gone,     // the last peer has ended, or never began
    circle,   // the last peer waits for a rank of the chain
};

/// From the rank that waits, along the peers that wait in turn.
struct WaitChain {
    std::vector<WaitLink> links;
    WaitEnd end = WaitEnd::working;
};

/// "rank 3 waits for K/V of rank 2 (step 1), rank 2 waits for K/V of rank 1 (step 1), which sleeps". Long chains
/// are cut in the middle.
std::string text_of(const WaitChain& chain);

}  // namespace ringscope

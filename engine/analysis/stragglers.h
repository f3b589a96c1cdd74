// Who holds the others up: for each rank in how many steps it was the one that the others waited for, and what
// these waits cost, led back along the chain of waits. If rank 2 waits for rank 1, which is late because it waited
// for rank 0, the cause is rank 0.
//
//   rank 0   | compute #####################|-> sends late        costs 9 + 7
//   rank 1   | compute ###|wait 9 .........| compute ###|->        late by 9, all of it rank 0's
//   rank 2   | compute ###| compute ###|wait 7 .........|          its 7 lead back to rank 0
//
// Ranks that have ended wait for nobody: what the last one costs them is in the waterfall.
#pragma once

#include <string>
#include <vector>

#include "engine/run/run.h"

namespace ringscope {

struct RankStraggling {
    int rank = 0;
    int last_steps = 0;       // steps in which more waiting leads back to it than to any other rank
    double cost_seconds = 0;  // late-peer waits of other ranks that lead back to it
    double most_seconds = 0;  // of one rank
    // Of the steps in which it sends or takes what others wait for, the one that costs most; -1: none.
    int costliest_step = -1;
    int waiter = -1;  // who waits longest for it then, without going by others
    double longest_wait_seconds = 0;
    // Of its own steps, the one that is slower than the median rank at the same FLOPs by the most; -1: none is.
    int slowest_step = -1;
    double slowest_excess_seconds = 0;
};

struct Stragglers {
    std::vector<RankStraggling> ranks;
    std::vector<int> culprits;  // ranks that stand out, the costliest first; none: nothing beyond the spread
    double wait_seconds = 0;    // all waits for late peers, over ranks
    std::string sentence;       // names the culprits, or says that there are none
};

/// No ranks for a run that is not done, or that has no schedule. Of n waits over p ranks O(n (log n + p)) at most.
Stragglers stragglers(const Run& run);

}  // namespace ringscope

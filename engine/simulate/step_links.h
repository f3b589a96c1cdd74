// How long transfers take that begin in one step, without following each from event to event.
//
// A link serves the transfers of a step as if all began at once, each with an equal part of its rate: the transfer of
// b bytes has arrived when the link has moved b bytes of every larger one and the whole of every smaller one. A
// transfer takes as long as on the slowest of its links. Exact for transfers that share no link, and for those of one
// link that begin together; where they begin apart, or with those of another step still under way, an approximation.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/experiment/machine_model.h"
#include "engine/simulate/network.h"

namespace ringscope {

class StepLinks {
  public:
    /// Every rank has a device of its own. The machine outlives it.
    StepLinks(const MachineModel& machine, int ranks, const std::vector<SlowRank>& slow_ranks);

    /// A pair of ranks; all else is asked by its number.
    int add_pair(int from, int to);
    void forget_pairs() { pairs_.clear(); }
    /// Until the first byte comes: posting and latency.
    double delay_seconds(int pair) const { return pairs_[static_cast<size_t>(pair)].delay_seconds; }

    /// Which pairs have transfers from now on.
    void set_active(const std::vector<int>& pairs);
    /// A new step: forgets the transfers.
    void clear();
    void add(int pair, int64_t bytes);
    /// All were added.
    void share_out();
    /// Of a transfer that was added, from its first byte to its last.
    double seconds(int pair, int64_t bytes) const;
    bool is_slowed(int from) const { return network_.is_slowed(from); }

  private:
    struct Pair {
        LinkPath path;
        double delay_seconds = 0;
        double bytes_per_second = 0;  // of its slowest link
        bool shares = false;          // a link of its path serves another active pair
    };
    struct Link {
        int pairs = 0;               // active
        std::vector<int64_t> bytes;  // by transfer, ascending once shared out
        std::vector<int64_t> sums;   // of those before
    };

    const MachineModel& machine_;
    const Network network_;
    std::vector<Pair> pairs_;
    std::vector<Link> links_;
    std::vector<DirectedLink> used_;  // links with transfers in this step
};

}  // namespace ringscope

#include "engine/plan/resolved_ring.h"

#include <algorithm>
#include <numeric>

#include "engine/plan/sub_rings.h"

namespace ringscope {

namespace {

int64_t resolved_stripe_block(const Experiment& experiment) {
    const int64_t n = experiment.problem.seq_len;
    if (!experiment.ring.stripe_block.automatic()) return std::min(experiment.ring.stripe_block.tokens, n);
    int64_t block = 1;
    for (const HeadGroup& group : experiment.problem.head_groups) {
        block = std::lcm(block, group.dilation_rate);
        if (block >= n) return n;
    }
    return block;
}

}  // namespace

int resolved_ranks(const RingSpec& ring) { return ring.strategy == Strategy::single ? 1 : ring.ranks; }

ResolvedRing resolve_ring_of(const Experiment& experiment) {
    const RingSpec& ring = experiment.ring;
    ResolvedRing resolved{resolve(experiment.problem),
                          Placement(ring.layout, resolved_ranks(ring), experiment.problem.seq_len,
                                    resolved_stripe_block(experiment)),
                          ring.strategy,
                          false,
                          {},
                          {}};
    if (ring.strategy == Strategy::automatic) resolved.strategy = Strategy::ring;
    if (ring.ranks == 1) resolved.strategy = Strategy::single;
    resolved.prune = ring.prune && resolved.strategy == Strategy::ring;
    if (resolved.strategy == Strategy::single)
        resolved.stream_of_pattern.assign(resolved.problem.patterns.size(), -1);
    else
        resolved.streams = make_streams(ring, resolved.prune, resolved.problem, resolved.stream_of_pattern);
    return resolved;
}

}  // namespace ringscope

#include "engine/simulate/block_costs.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/simulate/work_blocks.h"

namespace ringscope {

namespace {

constexpr size_t kMostRemembered = size_t{1} << 22;

// How the tokens of two ranks lie to each other. Orders of runs and distances have the two highest bits to themselves.
constexpr uint64_t kAllSeen = 1;  // every query comes after every key; without the causal mask always
constexpr uint64_t kOrder = uint64_t{1} << 62;
constexpr uint64_t kDistance = uint64_t{1} << 63;

uint64_t mixed(uint64_t a, uint64_t b) {
    uint64_t hash = (a ^ (b * 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93;
    hash ^= hash >> 32;
    return hash * 0xD6E8FEB86659FD93;
}

}  // namespace

TokenSet BlockCosts::keep(const std::vector<TokenRun>& runs) {
    TokenSet set;
    if (runs.empty()) return set;
    RINGSCOPE_CHECK(runs_.size() + runs.size() < (size_t{1} << 31));
    set.begin = static_cast<int32_t>(runs_.size());
    set.count = static_cast<int32_t>(runs.size());
    set.first = runs.front().first;
    set.last = runs.front().last();
    words_.assign(1, 0);
    for (const TokenRun& run : runs) {
        set.first = std::min(set.first, run.first);
        set.last = std::max(set.last, run.last());
        words_.push_back(run.stride);
        words_.push_back(run.count);
    }
    runs_.insert(runs_.end(), runs.begin(), runs.end());
    const auto class_of = [&] {
        return classes_.try_emplace(words_, static_cast<int32_t>(classes_.size())).first->second;
    };
    set.sizes = class_of();
    words_[0] = 1;
    for (const TokenRun& run : runs) words_.push_back(run.first - set.first);
    set.shape = class_of();
    return set;
}

const PairCost& BlockCosts::of(const TokenSet& queries, const TokenSet& keys) {
    if (!sees(queries, keys)) return nothing_;
    const uint64_t sizes = static_cast<uint64_t>(queries.sizes) << 32 | static_cast<uint32_t>(keys.sizes);
    if (!causal_ || queries.first >= keys.last) return recall(sizes, kAllSeen, queries, keys);
    if (const uint64_t order = order_of(queries, keys); order != 0)
        return recall(sizes, order, queries, keys);
    const uint64_t shapes = static_cast<uint64_t>(queries.shape) << 32 | static_cast<uint32_t>(keys.shape);
    const auto distance = static_cast<uint64_t>(queries.first - keys.first) & (kOrder - 1);
    return recall(shapes, kDistance | distance, queries, keys);
}

/// For each of two runs of queries, how many of two runs of keys come before it; 0 where runs lie in each other or are
/// more.
uint64_t BlockCosts::order_of(const TokenSet& queries, const TokenSet& keys) const {
    if (queries.count > 2 || keys.count > 2) return 0;
    uint64_t order = 0;
    for (const TokenRun& query : runs_of(queries))
        for (const TokenRun& key : runs_of(keys)) {
            const bool after = query.first >= key.last();
            if (!after && query.last() >= key.first) return 0;
            order = order * 2 + (after ? 1 : 0);
        }
    return order | kOrder;
}

const PairCost& BlockCosts::recall(uint64_t sets, uint64_t relation, const TokenSet& queries,
                                   const TokenSet& keys) {
    const size_t mask = known_.size() - 1;
    size_t at = mixed(sets, relation) & mask;
    for (; known_[at].relation != 0; at = (at + 1) & mask)
        if (known_[at].sets == sets && known_[at].relation == relation) return known_[at].cost;
    const PairCost cost = cost_of(runs_of(queries), runs_of(keys));
    if (remembered_ >= kMostRemembered) {
        forgotten_ = cost;
        return forgotten_;
    }
    if (2 * ++remembered_ > known_.size()) {
        grow();
        const size_t wider = known_.size() - 1;
        at = mixed(sets, relation) & wider;
        while (known_[at].relation != 0) at = (at + 1) & wider;
    }
    known_[at] = {sets, relation, cost};
    return known_[at].cost;
}

void BlockCosts::grow() {
    std::vector<Known> wider(2 * known_.size());
    const size_t mask = wider.size() - 1;
    for (const Known& known : known_) {
        if (known.relation == 0) continue;
        size_t at = mixed(known.sets, known.relation) & mask;
        while (wider[at].relation != 0) at = (at + 1) & mask;
        wider[at] = known;
    }
    known_ = std::move(wider);
}

PairCost BlockCosts::cost_of(Runs queries, Runs keys) const {
    const SegmentBlock segment = segment_block(queries, keys, causal_);
    AttentionBlock block = segment.block;
    PairCost cost;
    cost.rows = block.rows;
    cost.pairs = static_cast<int64_t>(block.pairs);
    if (cost.pairs == 0) return cost;
    if (segment.cut_share < 1) cost.seconds += (1 - segment.cut_share) * rates_.seconds(block);
    block.cut = true;
    if (segment.cut_share > 0) cost.seconds += segment.cut_share * rates_.seconds(block);
    return cost;
}

}  // namespace ringscope

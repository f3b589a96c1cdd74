// What attention between two ranks costs in one segment, remembered by how their tokens lie: in a huge ring nearly all
// pairs of ranks lie to each other like a few.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engine/experiment/token_run.h"
#include "engine/simulate/attention_cost.h"

namespace ringscope {

/// Of one head and batch entry.
struct PairCost {
    int64_t pairs = 0;   // allowed
    double rows = 0;     // queries that see a key
    double seconds = 0;  // of one worker, without launches
    void add(const PairCost& other, int64_t times) {
        pairs += times * other.pairs;
        rows += static_cast<double>(times) * other.rows;
        seconds += static_cast<double>(times) * other.seconds;
    }
};

/// Some tokens of a rank in one segment.
struct TokenSet {
    int64_t first = 0;  // token; with last where there are any
    int64_t last = 0;
    int32_t begin = 0;  // of its runs, in BlockCosts::runs_of()
    int32_t count = 0;  // of runs
    int32_t sizes = 0;  // the same for sets with the same strides and counts of runs
    int32_t shape = 0;  // the same for sets that are shifts of each other
    bool empty() const { return count == 0; }
};

/// One thread. Keeps all sets that it was given.
class BlockCosts {
  public:
    /// `rates` outlives it.
    BlockCosts(const AttentionRates& rates, bool causal) : rates_(rates), causal_(causal) {}

    TokenSet keep(const std::vector<TokenRun>& runs);
    /// As if `keep` had not been called since there were so many runs; what is remembered stays.
    void forget(size_t runs) { runs_.resize(runs); }
    size_t runs() const { return runs_.size(); }

    /// O(1) for all but a few pairs of sets.
    const PairCost& of(const TokenSet& queries, const TokenSet& keys);
    bool sees(const TokenSet& queries, const TokenSet& keys) const {
        return !queries.empty() && !keys.empty() && (!causal_ || queries.last >= keys.first);
    }

  private:
    struct Known {
        uint64_t sets = 0;
        uint64_t relation = 0;  // 0: nothing is known here
        PairCost cost;
    };
    using Runs = std::span<const TokenRun>;
    Runs runs_of(const TokenSet& set) const {
        return {runs_.data() + set.begin, static_cast<size_t>(set.count)};
    }
    uint64_t order_of(const TokenSet& queries, const TokenSet& keys) const;
    PairCost cost_of(Runs queries, Runs keys) const;
    const PairCost& recall(uint64_t sets, uint64_t relation, const TokenSet& queries, const TokenSet& keys);
    void grow();

    const AttentionRates& rates_;
    const bool causal_;
    std::vector<TokenRun> runs_;
    std::map<std::vector<int64_t>, int32_t> classes_;
    std::vector<int64_t> words_;
    std::vector<Known> known_ = std::vector<Known>(1024);
    size_t remembered_ = 0;
    const PairCost nothing_;
    PairCost forgotten_;  // of pairs beyond what is remembered
};

}  // namespace ringscope

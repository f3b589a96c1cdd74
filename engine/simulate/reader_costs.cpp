#include "engine/simulate/reader_costs.h"

#include <algorithm>

#include "engine/plan/segment_counts.h"
#include "engine/plan/sub_rings.h"

namespace ringscope {

namespace {

/// Memory for more than half a GiB would be needed beyond.
constexpr size_t kMostShares = size_t{1} << 23;

}  // namespace

ReaderCosts::ReaderCosts(const Problem& problem, const Pattern& pattern, const Placement& placement,
                         SegmentRange range, const std::vector<int>& members, BlockCosts& blocks,
                         StopCheck& check) {
    const bool all_queries = problem.queries == Queries::all;
    std::vector<TokenRun> kept, all;
    std::vector<int> present;
    for_segment_kinds(placement, pattern.segment_length, range, members, [&](int64_t segment, int64_t times) {
        const int64_t begin = problem.segment_begin(pattern, segment);
        const int64_t end = problem.segment_end(pattern, segment);
        present.clear();
        if (members.size() == 1) {
            present = members;
        } else {
            const std::vector<int> owners = owners_in(placement, begin, end);
            std::set_intersection(owners.begin(), owners.end(), members.begin(), members.end(),
                                  std::back_inserter(present));
        }
        auto member = members.begin();
        for (const int rank : present) {
            check(2);
            kept.clear();
            all.clear();
            placement.append_runs(rank, begin, end, pattern.offset, pattern.dilation_rate, kept);
            if (all_queries) placement.append_runs(rank, begin, end, 0, 1, all);
            if (kept.empty() && all.empty()) continue;
            member = std::lower_bound(member, members.end(), rank);
            Share share{static_cast<int32_t>(member - members.begin()),
                        static_cast<int32_t>(times_.size()),
                        {},
                        blocks.keep(kept)};
            share.queries = all_queries ? blocks.keep(all) : share.keys;
            shares_.push_back(share);
        }
        if (shares_.size() > kMostShares)
            throw Error(ErrorKind::bad_input,
                        "ring.ranks " + std::to_string(placement.ranks()) + " with segments of " +
                            std::to_string(pattern.segment_length) +
                            " tokens: their ranks share them in over " + std::to_string(kMostShares) +
                            " ways; segments that are multiples of ring.ranks * ring.stripe_block lie alike");
        times_.push_back(times);
    });
    std::stable_sort(shares_.begin(), shares_.end(),
                     [](const Share& a, const Share& b) { return a.member < b.member; });
    begins_.assign(members.size() + 1, 0);
    for (const Share& share : shares_) ++begins_[static_cast<size_t>(share.member) + 1];
    for (size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
}

PairCost ReaderCosts::of(int query_index, int key_index, BlockCosts& blocks) const {
    const Share* query = first_of(query_index);
    const Share* const query_end = end_of(query_index);
    const Share* key = first_of(key_index);
    const Share* const key_end = end_of(key_index);
    PairCost cost;
    while (query != query_end && key != key_end) {
        if (query->segment < key->segment) {
            ++query;
        } else if (key->segment < query->segment) {
            ++key;
        } else {
            cost.add(blocks.of(query->queries, key->keys), times_[static_cast<size_t>(key->segment)]);
            ++query;
            ++key;
        }
    }
    return cost;
}

bool ReaderCosts::needs(int query_index, int key_index, const BlockCosts& blocks) const {
    const Share* query = first_of(query_index);
    const Share* const query_end = end_of(query_index);
    const Share* key = first_of(key_index);
    const Share* const key_end = end_of(key_index);
    while (query != query_end && key != key_end) {
        if (query->segment < key->segment) {
            ++query;
        } else if (key->segment < query->segment) {
            ++key;
        } else {
            if (blocks.sees(query->queries, key->keys)) return true;
            ++query;
            ++key;
        }
    }
    return false;
}

void ReaderCosts::keep_members(const std::vector<int>& indices) {
    std::vector<Share> kept;
    std::vector<int32_t> begins{0};
    for (const int index : indices) {
        for (const Share* share = first_of(index); share != end_of(index); ++share) {
            kept.push_back(*share);
            kept.back().member = static_cast<int32_t>(begins.size() - 1);
        }
        begins.push_back(static_cast<int32_t>(kept.size()));
    }
    shares_ = std::move(kept);
    begins_ = std::move(begins);
}

}  // namespace ringscope

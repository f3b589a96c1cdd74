#include "engine/plan/sub_rings.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/plan/segment_counts.h"

namespace ringscope {

bool SubRing::needs(int query_index, int key_index) const {
    for (size_t reader = 0; reader < pairs.size(); ++reader)
        if (pairs_at(reader, query_index, key_index) > 0) return true;
    return false;
}

int SubRing::hops_needed(int key_index) const {
    for (int hop = size() - 1; hop >= 1; --hop)
        if (needs((key_index + hop) % size(), key_index)) return hop;
    return 0;
}

namespace {

std::vector<int> kv_heads_of(const Problem& problem, const std::vector<int>& heads) {
    std::vector<int> kv_heads;
    for (int head : heads) {
        const int kv_head = problem.kv_head_of(head);
        if (kv_heads.empty() || kv_heads.back() != kv_head) kv_heads.push_back(kv_head);
    }
    return kv_heads;
}

void merge_sorted(std::vector<int>& into, const std::vector<int>& more) {
    std::vector<int> merged;
    std::set_union(into.begin(), into.end(), more.begin(), more.end(), std::back_inserter(merged));
    into = std::move(merged);
}

std::vector<Stream> make_dilated_streams(const Problem& problem, std::vector<int>& stream_of_pattern) {
    std::vector<Stream> streams;
    std::map<std::tuple<int64_t, int64_t, int64_t>, int> index_of;
    for (size_t p = 0; p < problem.patterns.size(); ++p) {
        const Pattern& pattern = problem.patterns[p];
        const auto key = std::make_tuple(pattern.segment_length, pattern.dilation_rate, pattern.offset);
        const auto [entry, is_new] = index_of.try_emplace(key, static_cast<int>(streams.size()));
        if (is_new)
            streams.push_back({pattern.segment_length, pattern.dilation_rate, pattern.offset, true, {}, {}});
        Stream& stream = streams[static_cast<size_t>(entry->second)];
        merge_sorted(stream.kv_heads, kv_heads_of(problem, pattern.heads));
        stream.patterns.push_back(static_cast<int>(p));
        stream_of_pattern.push_back(entry->second);
    }
    return streams;
}

/// For each KV head the segment length its whole rows travel in.
std::vector<int64_t> carrier_lengths(const Problem& problem, bool prune) {
    std::vector<int64_t> lengths(static_cast<size_t>(problem.kv_heads), prune ? 1 : problem.seq_len);
    if (!prune) return lengths;
    for (const Pattern& pattern : problem.patterns)
        for (int kv_head : kv_heads_of(problem, pattern.heads))
            lengths[static_cast<size_t>(kv_head)] =
                std::max(lengths[static_cast<size_t>(kv_head)], pattern.segment_length);
    for (const Pattern& pattern : problem.patterns)
        for (int kv_head : kv_heads_of(problem, pattern.heads)) {
            int64_t& length = lengths[static_cast<size_t>(kv_head)];
            if (length % pattern.segment_length != 0) length = problem.seq_len;
        }
    return lengths;
}

std::vector<Stream> make_whole_streams(Problem& problem, bool prune, std::vector<int>& stream_of_pattern) {
    const std::vector<int64_t> lengths = carrier_lengths(problem, prune);
    std::vector<Stream> streams;
    std::map<int64_t, int> index_of;
    for (int kv_head = 0; kv_head < problem.kv_heads; ++kv_head) {
        const int64_t length = lengths[static_cast<size_t>(kv_head)];
        const auto [entry, is_new] = index_of.try_emplace(length, static_cast<int>(streams.size()));
        if (is_new) streams.push_back({length, 1, 0, false, {}, {}});
        streams[static_cast<size_t>(entry->second)].kv_heads.push_back(kv_head);
    }
    std::vector<Pattern> patterns;
    for (const Pattern& pattern : problem.patterns) {
        std::map<int, std::vector<int>> heads_by_stream;
        for (int head : pattern.heads)
            heads_by_stream[index_of[lengths[static_cast<size_t>(problem.kv_head_of(head))]]].push_back(head);
        for (auto& [stream, heads] : heads_by_stream) {
            streams[static_cast<size_t>(stream)].patterns.push_back(static_cast<int>(patterns.size()));
            stream_of_pattern.push_back(stream);
            patterns.push_back(
                {pattern.group, pattern.segment_length, pattern.dilation_rate, pattern.offset, heads});
        }
    }
    problem.patterns = std::move(patterns);
    return streams;
}

/// Removes members with neither queries nor keys in the range.
void drop_bystanders(SubRing& ring, StopCheck& check) {
    const int size = ring.size();
    std::vector<int> stay;
    for (int i = 0; i < size; ++i) {
        check(size);
        bool takes_part = false;
        for (int j = 0; j < size && !takes_part; ++j) takes_part = ring.needs(i, j) || ring.needs(j, i);
        if (takes_part) stay.push_back(i);
    }
    if (static_cast<int>(stay.size()) == size) return;
    SubRing smaller{ring.stream, ring.segments, {}, {}};
    for (int i : stay) smaller.members.push_back(ring.members[static_cast<size_t>(i)]);
    for (size_t reader = 0; reader < ring.pairs.size(); ++reader) {
        auto& pairs = smaller.pairs.emplace_back();
        for (int i : stay) {
            check(static_cast<int64_t>(stay.size()));
            for (int j : stay) pairs.push_back(ring.pairs_at(reader, i, j));
        }
    }
    ring = std::move(smaller);
}

}  // namespace

std::vector<Stream> make_streams(const RingSpec& ring, bool prune, Problem& problem,
                                 std::vector<int>& stream_of_pattern) {
    stream_of_pattern.clear();
    if (ring.dilate_before_send) return make_dilated_streams(problem, stream_of_pattern);
    return make_whole_streams(problem, prune, stream_of_pattern);
}

std::vector<int> owners_in(const Placement& placement, int64_t begin, int64_t end) {
    const int ranks = placement.ranks();
    std::vector<int> owners;
    if (placement.layout() == Layout::striped) {
        const int64_t block = placement.stripe_block();
        const int64_t blocks = std::min<int64_t>((end - 1) / block - begin / block + 1, ranks);
        for (int64_t i = 0; i < blocks; ++i)
            owners.push_back(placement.owner(std::min(end - 1, begin + i * block)));
        std::sort(owners.begin(), owners.end());
        owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
        return owners;
    }
    int first = placement.owner(begin);
    int last = placement.owner(end - 1);
    if (placement.layout() == Layout::zigzag) {
        const int64_t slices = 2 * int64_t{ranks};
        const int64_t middle =
            ranks * (placement.seq_len() / slices) + std::min<int64_t>(ranks, placement.seq_len() % slices);
        if (begin < middle && end > middle) {  // up to the last rank, and back down
            first = std::min(first, last);
            last = ranks - 1;
        } else if (first > last) {
            std::swap(first, last);
        }
    }
    for (int rank = first; rank <= last; ++rank) owners.push_back(rank);
    return owners;
}

void for_shared_segments(const Placement& placement, int64_t length,
                         const std::function<void(SegmentRange)>& visit) {
    const int64_t n = placement.seq_len();
    if (placement.layout() == Layout::striped) {
        const int64_t segments = (n + length - 1) / length;
        if (length >= placement.stripe_block() * placement.ranks()) {
            const int64_t full = n / length;
            if (full > 0) visit({0, full});
            if (full < segments) visit({full, 1});
        } else {
            for (int64_t segment = 0; segment < segments; ++segment) visit({segment, 1});
        }
        return;
    }
    std::vector<int64_t> cut;
    for (int rank = 0; rank < placement.ranks(); ++rank)
        for (const TokenInterval& interval : placement.intervals_of(rank))
            if (interval.end < n && interval.end % length != 0) cut.push_back(interval.end / length);
    std::sort(cut.begin(), cut.end());
    cut.erase(std::unique(cut.begin(), cut.end()), cut.end());
    for (int64_t segment : cut) visit({segment, 1});
}

std::vector<SubRing> make_sub_rings(const Problem& problem, const Placement& placement, const Stream& stream,
                                    int stream_index, StopCheck& check) {
    std::vector<SubRing> rings;
    for_shared_segments(placement, stream.segment_length, [&](SegmentRange segments) {
        const int64_t begin = segments.first * stream.segment_length;
        const int64_t first_end = std::min(placement.seq_len(), begin + stream.segment_length);
        SubRing ring{stream_index, segments, owners_in(placement, begin, first_end), {}};
        check(8 * (1 + ring.size()));  // lists were made
        if (ring.size() < 2) return;
        const int64_t end = std::min(placement.seq_len(), segments.end() * stream.segment_length);
        for (int reader : stream.patterns) {
            const Pattern& pattern = problem.patterns[static_cast<size_t>(reader)];
            const int64_t first = begin / pattern.segment_length;
            const int64_t past = (end - 1) / pattern.segment_length + 1;
            ring.pairs.push_back(
                pair_matrix(problem, pattern, placement, {first, past - first}, ring.members, check));
        }
        drop_bystanders(ring, check);
        if (ring.size() >= 2) rings.push_back(std::move(ring));
    });
    return rings;
}

}  // namespace ringscope

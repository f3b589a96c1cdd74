#include "engine/simulate/streamed_ring.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "engine/base/error.h"
#include "engine/plan/segment_counts.h"
#include "engine/plan/sub_rings.h"

namespace ringscope {

namespace {

/// Members of all sub-rings together; some hundred bytes each.
constexpr size_t kMostSeats = size_t{1} << 22;

}  // namespace

int StreamedRing::Ring::index_of(int rank) const {
    if (rank < members.front() || rank > members.back()) return -1;
    if (members.back() - members.front() + 1 == size()) return rank - members.front();
    const auto at = std::lower_bound(members.begin(), members.end(), rank);
    return *at == rank ? static_cast<int>(at - members.begin()) : -1;
}

StreamedRing::StreamedRing(const Experiment& experiment, const MachineModel& machine,
                           const std::stop_token& stop)
    : resolved_(resolve_ring_of(experiment)),
      rates_(machine, resolved_.problem.dtype, resolved_.problem.head_dim),
      blocks_(rates_, resolved_.problem.causal),
      check_(stop),
      own_bytes_(static_cast<size_t>(ranks())),
      packs_(static_cast<size_t>(ranks())) {
    for (int stream = 0; stream < static_cast<int>(resolved_.streams.size()); ++stream) make_rings(stream);
    if (!resolved_.prune) share_whole_streams();
    seat_members();
    count_steps();
}

/// As for_shared_segments() has them; short segments under stripes come in a few kinds, however many there are.
void StreamedRing::make_rings(int stream) {
    const Placement& placement = resolved_.placement;
    const int64_t length = stream_at(stream).segment_length;
    const int64_t period = placement.stripe_block() * placement.ranks();
    if (placement.layout() != Layout::striped || length >= period) {
        for_shared_segments(placement, length, [&](SegmentRange segments) { add_ring(stream, segments, 1); });
        return;
    }
    std::vector<int> everyone(static_cast<size_t>(ranks()));
    std::iota(everyone.begin(), everyone.end(), 0);
    const SegmentRange all{0, (placement.seq_len() + length - 1) / length};
    for_segment_kinds(placement, length, all, everyone, [&](int64_t segment, int64_t times) {
        add_ring(stream, {segment, 1}, times);
    });
}

void StreamedRing::add_ring(int stream, SegmentRange segments, int64_t count) {
    const Placement& placement = resolved_.placement;
    const int64_t length = stream_at(stream).segment_length;
    const int64_t begin = segments.first * length;
    Ring ring{
        stream, count, segments, owners_in(placement, begin, std::min(placement.seq_len(), begin + length)),
        {},     {},    {}};
    check_(8 * (1 + ring.size()));
    if (ring.size() < 2) return;
    const int64_t end = std::min(placement.seq_len(), segments.end() * length);
    for (const int reader : stream_at(stream).patterns) {
        const Pattern& pattern = pattern_at(reader);
        const int64_t first = begin / pattern.segment_length;
        const int64_t past = (end - 1) / pattern.segment_length + 1;
        ring.readers.emplace_back(resolved_.problem, pattern, placement, SegmentRange{first, past - first},
                                  ring.members, blocks_, check_);
    }
    drop_bystanders(ring);
    if (ring.size() < 2) return;
    if (resolved_.prune) set_hops(ring);
    rings_.push_back(std::move(ring));
}

bool StreamedRing::needs(const Ring& ring, int query_index, int key_index) const {
    return std::any_of(ring.readers.begin(), ring.readers.end(), [&](const ReaderCosts& reader) {
        return reader.needs(query_index, key_index, blocks_);
    });
}

bool StreamedRing::takes_part(const Ring& ring, int index) {
    check_();
    if (needs(ring, index, index)) return true;
    for (int other = 0; other < ring.size(); ++other) {
        check_();
        if (needs(ring, index, other) || needs(ring, other, index)) return true;
    }
    return false;
}

/// As in sub_rings.cpp: members with neither queries nor keys.
void StreamedRing::drop_bystanders(Ring& ring) {
    std::vector<int> stay;
    for (int i = 0; i < ring.size(); ++i)
        if (takes_part(ring, i)) stay.push_back(i);
    if (static_cast<int>(stay.size()) == ring.size()) return;
    std::vector<int> members;
    for (const int i : stay) members.push_back(ring.members[static_cast<size_t>(i)]);
    ring.members = std::move(members);
    for (ReaderCosts& reader : ring.readers) reader.keep_members(stay);
}

/// With prune a share goes as far as somebody needs it.
void StreamedRing::set_hops(Ring& ring) {
    const int size = ring.size();
    for (int j = 0; j < size; ++j) {
        const int owner = ring.members[static_cast<size_t>(j)];
        int hops = size - 1;
        while (hops > 0 && !needs(ring, (j + hops) % size, j)) {
            check_();
            --hops;
        }
        const int64_t bytes = hops > 0 ? ring.count * share_bytes(ring.stream, ring.segments, owner) : 0;
        ring.hops.push_back(hops);
        ring.bytes.push_back(bytes);
        own_bytes_[static_cast<size_t>(owner)] += bytes;
        if (bytes > 0) packs_[static_cast<size_t>(owner)] = true;
    }
}

int64_t StreamedRing::share_bytes(int stream_index, SegmentRange segments, int owner) {
    const Stream& stream = stream_at(stream_index);
    const Placement& placement = resolved_.placement;
    int64_t rows = 0;
    if (stream.dilated) {
        rows = kept_rows(placement, stream.segment_length, stream.dilation_rate, stream.offset, segments,
                         owner, check_);
    } else {
        const int64_t end = std::min(placement.seq_len(), segments.end() * stream.segment_length);
        rows = placement.rows_before(owner, end) -
               placement.rows_before(owner, segments.first * stream.segment_length);
    }
    const Problem& problem = resolved_.problem;
    return rows * problem.head_dim * 2 * bytes_of(problem.dtype) * problem.batch *
           static_cast<int64_t>(stream.kv_heads.size());
}

/// Without prune all of a rank's shares go to everybody.
void StreamedRing::share_whole_streams() {
    bool any = false;
    for (int stream = 0; stream < static_cast<int>(resolved_.streams.size()); ++stream) {
        const int64_t length = stream_at(stream).segment_length;
        const SegmentRange all{0, (resolved_.problem.seq_len + length - 1) / length};
        for (int rank = 0; rank < ranks(); ++rank) {
            const int64_t bytes = share_bytes(stream, all, rank);
            own_bytes_[static_cast<size_t>(rank)] += bytes;
            any = any || bytes > 0;
        }
    }
    for (size_t rank = 0; rank < packs_.size(); ++rank)
        packs_[rank] = resolved_.strategy == Strategy::all_gather ? any : own_bytes_[rank] > 0;
}

void StreamedRing::seat_members() {
    first_seat_.assign(static_cast<size_t>(ranks()) + 1, 0);
    size_t seats = 0;
    for (const Ring& ring : rings_) {
        seats += ring.members.size();
        for (const int rank : ring.members) ++first_seat_[static_cast<size_t>(rank) + 1];
    }
    if (seats > kMostSeats)
        throw Error(ErrorKind::bad_input,
                    "ring.ranks " + std::to_string(ranks()) + " with these head groups makes sub-rings of " +
                        std::to_string(seats) + " members together, at most " + std::to_string(kMostSeats) +
                        " can be simulated; longer segments help");
    for (size_t i = 1; i < first_seat_.size(); ++i) first_seat_[i] += first_seat_[i - 1];
    seats_.resize(seats);
    std::vector<int> order(rings_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return ring_at(a).size() > ring_at(b).size(); });
    std::vector<size_t> next(first_seat_.begin(), first_seat_.end() - 1);
    for (const int ring : order)
        for (int i = 0; i < ring_at(ring).size(); ++i)
            seats_[next[static_cast<size_t>(ring_at(ring).members[static_cast<size_t>(i)])]++] = {ring, i};
}

void StreamedRing::count_steps() {
    const bool travels = std::any_of(own_bytes_.begin(), own_bytes_.end(), [](int64_t b) { return b > 0; });
    if (resolved_.strategy == Strategy::ring && !resolved_.prune && travels) steps_ = ranks();
    for (const Ring& ring : rings_) {
        for (size_t j = 0; j < ring.hops.size(); ++j)
            if (ring.bytes[j] > 0) steps_ = std::max(steps_, ring.hops[j] + 1);
        if (resolved_.strategy != Strategy::all_gather) continue;
        for (int i = 0; i < ring.size(); ++i)
            for (int j = 0; j < ring.size(); ++j) {
                const int distance =
                    (ring.members[static_cast<size_t>(i)] - ring.members[static_cast<size_t>(j)] + ranks()) %
                    ranks();
                check_();
                if (distance >= steps_ && needs(ring, i, j)) steps_ = distance + 1;
            }
    }
}

double StreamedRing::looks() const {
    double looks = 0;
    for (const Ring& ring : rings_)
        looks += static_cast<double>(ring.readers.size()) * ring.size() * ring.size();
    return looks;
}

void StreamedRing::read_work(int rank, int step, std::vector<StreamedWork>& works) {
    if (step == 0) return read_local_work(rank, works);
    const auto at = static_cast<size_t>(rank);
    const int owner = (rank - step + ranks()) % ranks();
    for (size_t seat = first_seat_[at]; seat < first_seat_[at + 1]; ++seat) {
        const Ring& ring = ring_at(seats_[seat].ring);
        const int index = seats_[seat].index;
        if (!resolved_.prune) {
            const int key_index = ring.index_of(owner);
            if (key_index >= 0) read_pair(ring, index, key_index, works);
            continue;
        }
        if (step >= ring.size()) return;  // and so are those behind
        read_pair(ring, index, index >= step ? index - step : index - step + ring.size(), works);
    }
}

void StreamedRing::read_pair(const Ring& ring, int query_index, int key_index,
                             std::vector<StreamedWork>& works) {
    const std::vector<int>& patterns = stream_at(ring.stream).patterns;
    check_();
    for (size_t reader = 0; reader < patterns.size(); ++reader) {
        const PairCost cost = ring.readers[reader].of(query_index, key_index, blocks_);
        if (cost.pairs == 0) continue;
        works.push_back({static_cast<int>(&ring - rings_.data()), patterns[reader],
                         ring.members[static_cast<size_t>(key_index)], ring.count,
                         reader_segments(ring, pattern_at(patterns[reader])), cost});
    }
}

/// As the planner has it: the sub-ring's tokens in segments of the reader.
int64_t StreamedRing::reader_segments(const Ring& ring, const Pattern& reader) const {
    const int64_t length = stream_at(ring.stream).segment_length;
    if (length == reader.segment_length) return ring.segments.count;
    const int64_t end = std::min(resolved_.problem.seq_len, ring.segments.end() * length);
    return (end - 1) / reader.segment_length + 1 - ring.segments.first * length / reader.segment_length;
}

/// Step 0: every rank attends to its own keys.
void StreamedRing::read_local_work(int rank, std::vector<StreamedWork>& works) {
    const size_t before = blocks_.runs();
    for (int p = 0; p < static_cast<int>(resolved_.problem.patterns.size()); ++p)
        for (const SegmentRange& range :
             segments_touching(resolved_.placement, pattern_at(p).segment_length, rank)) {
            const ReaderCosts local(resolved_.problem, pattern_at(p), resolved_.placement, range, {rank},
                                    blocks_, check_);
            const PairCost cost = local.of(0, 0, blocks_);
            blocks_.forget(before);
            if (cost.pairs > 0) works.push_back({-1, p, rank, 1, range.count, cost});
        }
}

void StreamedRing::read_receives(int rank, int step, std::vector<StreamedReceive>& receives) const {
    if (!resolved_.prune) {
        const int owner = (rank - step + ranks()) % ranks();
        const int64_t bytes = own_bytes(owner);
        if (bytes > 0) receives.push_back({(rank + ranks() - 1) % ranks(), bytes});
        return;
    }
    const auto at = static_cast<size_t>(rank);
    const size_t first = receives.size();
    for (size_t seat = first_seat_[at]; seat < first_seat_[at + 1]; ++seat) {
        const Ring& ring = ring_at(seats_[seat].ring);
        const int size = ring.size(), index = seats_[seat].index;
        if (step >= size) break;
        const auto owner = static_cast<size_t>(index >= step ? index - step : index - step + size);
        if (ring.hops[owner] < step || ring.bytes[owner] == 0) continue;
        const int from = ring.members[static_cast<size_t>(index > 0 ? index - 1 : size - 1)];
        size_t same = first;
        while (same < receives.size() && receives[same].from != from) ++same;
        if (same == receives.size()) receives.push_back({from, 0});
        receives[same].bytes += ring.bytes[owner];
    }
    std::sort(receives.begin() + static_cast<int64_t>(first), receives.end(),
              [](const StreamedReceive& a, const StreamedReceive& b) { return a.from < b.from; });
}

std::vector<StreamedRing::Neighbours> StreamedRing::neighbours() const {
    std::map<std::pair<int, int>, int> until;
    if (!resolved_.prune) {
        for (int rank = 0; rank < ranks(); ++rank) until[{rank, (rank + 1) % ranks()}] = steps_;
    } else {
        for (const Ring& ring : rings_)
            for (int i = 0; i < ring.size(); ++i) {
                int& last = until[{ring.members[static_cast<size_t>(i)],
                                   ring.members[static_cast<size_t>((i + 1) % ring.size())]}];
                last = std::max(last, ring.size());
            }
    }
    std::vector<Neighbours> pairs;
    for (const auto& [pair, last] : until) pairs.push_back({pair.first, pair.second, last});
    return pairs;
}

}  // namespace ringscope

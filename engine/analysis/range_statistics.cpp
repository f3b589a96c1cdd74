#include "engine/analysis/range_statistics.h"

#include <algorithm>

namespace ringscope {

namespace {

/// Of an even number of lengths, the mean of the two in the middle. Reorders them.
int64_t median_of(std::vector<int64_t>& lengths) {
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    if (lengths.size() % 2 == 1) return *middle;
    const int64_t below = *std::max_element(lengths.begin(), middle);
    return below + (*middle - below) / 2;
}

}  // namespace

const char* name_of_wait(WaitCause cause) {
    static constexpr const char* names[] = {"wait", "wait for a late peer", "wait for the link",
                                            "wait for a core"};
    return names[static_cast<int>(cause)];
}

std::string KindStatistics::name() const {
    return kind == SpanKind::wait ? name_of_wait(cause) : ringscope::name_of(kind);
}

std::vector<KindStatistics> range_statistics(const Trace& trace, const TraceIndex& index, int64_t begin_ns,
                                             int64_t end_ns, int rank) {
    KindStatistics table[kSpanKinds][kWaitCauses];
    std::vector<int64_t> lengths[kSpanKinds][kWaitCauses];
    const int first = rank < 0 ? 0 : rank;
    const int last = rank < 0 ? index.ranks() : std::min(rank + 1, index.ranks());
    for (int of = first; of < last; ++of)
        for (int lane = 0; lane < kLanes; ++lane)
            for (const Track& track : index.tracks_of(of, static_cast<Lane>(lane))) {
                const auto [from, until] = touching(track, begin_ns, end_ns);
                for (size_t i = from; i < until; ++i) {
                    const Span& span = trace.spans[static_cast<size_t>(track.spans[i])];
                    KindStatistics& sum = table[static_cast<int>(span.kind)][static_cast<int>(span.cause)];
                    const int64_t length =
                        std::min(track.end[i], end_ns) - std::max(track.begin[i], begin_ns);
                    ++sum.count;
                    sum.total_ns += length;
                    lengths[static_cast<int>(span.kind)][static_cast<int>(span.cause)].push_back(length);
                    if (sum.longest_span >= 0 && length <= sum.longest_ns) continue;
                    sum.longest_ns = length;
                    sum.longest_span = track.spans[i];
                }
            }
    std::vector<KindStatistics> found;
    const double whole = static_cast<double>(std::max<int64_t>(end_ns - begin_ns, 1)) *
                         static_cast<double>(std::max(last - first, 1));
    for (int kind = 0; kind < kSpanKinds; ++kind)
        for (int cause = 0; cause < kWaitCauses; ++cause) {
            KindStatistics& sum = table[kind][cause];
            if (sum.count == 0) continue;
            sum.kind = static_cast<SpanKind>(kind);
            sum.cause = static_cast<WaitCause>(cause);
            sum.median_ns = median_of(lengths[kind][cause]);
            sum.share = static_cast<double>(sum.total_ns) / whole;
            found.push_back(sum);
        }
    return found;
}

}  // namespace ringscope

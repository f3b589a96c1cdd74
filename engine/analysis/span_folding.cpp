#include "engine/analysis/span_folding.h"

#include <algorithm>

namespace ringscope {

void fold_track(const Track& track, int64_t begin_ns, int64_t end_ns, int64_t least_ns,
                std::vector<FoldedItem>& items) {
    fold_spans(track.begin, track.end, begin_ns, end_ns, least_ns, items);
}

void fold_spans(std::span<const int64_t> begins, std::span<const int64_t> ends, int64_t begin_ns,
                int64_t end_ns, int64_t least_ns, std::vector<FoldedItem>& items) {
    least_ns = std::max<int64_t>(least_ns, 1);
    const auto begin = ends.begin();
    const auto last = ends.end();
    auto at = std::upper_bound(begin, last, begin_ns);
    while (at != last && begins[at - begin] < end_ns) {
        const auto first = at - begin;
        if (*at - begins[first] >= least_ns) {
            items.push_back({first, 1, begins[first], *at});
            ++at;
            continue;
        }
        // Jump by the least visible width: the first span that ends that far on is either wide itself, or
        // comes after a gap, or belongs to this fold as well.
        auto next = at + 1;
        while (next != last && begins[next - begin] < end_ns) {
            const auto far = std::lower_bound(next, last, *(next - 1) + least_ns);
            if (far == next) break;
            next = far;
        }
        items.push_back({first, next - at, begins[first], *(next - 1)});
        at = next;
    }
}

}  // namespace ringscope

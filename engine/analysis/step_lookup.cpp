#include "engine/analysis/step_lookup.h"

#include <algorithm>
#include <tuple>

namespace ringscope {

StepLookup::StepLookup(const Schedule& schedule) {
    ranks_.resize(schedule.rank_plans.size());
    for (size_t rank = 0; rank < ranks_.size(); ++rank) {
        const RankPlan& plan = schedule.rank_plans[rank];
        for (size_t step = 0; step < plan.steps.size(); ++step) {
            for (const Work& work : plan.steps[step].work) {
                ranks_[rank].push_back({work.owner, work.pattern, static_cast<int32_t>(step), work.segments});
            }
        }
        std::sort(ranks_[rank].begin(), ranks_[rank].end(), [](const Entry& a, const Entry& b) {
            return std::tie(a.owner, a.pattern, a.segments.first) <
                   std::tie(b.owner, b.pattern, b.segments.first);
        });
    }
}

int StepLookup::step_of(int rank, int owner, int pattern, int64_t segment, SegmentRange* holds) const {
    constexpr int64_t far = int64_t{1} << 62;
    SegmentRange unused;
    SegmentRange& range = holds ? *holds : unused;
    range = {0, far};
    if (rank < 0 || rank >= static_cast<int>(ranks_.size())) return -1;
    const std::vector<Entry>& entries = ranks_[static_cast<size_t>(rank)];
    // The last entry of that owner and pattern that begins at or before the segment.
    auto after = std::upper_bound(entries.begin(), entries.end(), std::tuple(owner, pattern, segment),
                                  [](const std::tuple<int, int, int64_t>& wanted, const Entry& entry) {
                                      return wanted < std::tuple<int, int, int64_t>(
                                                          entry.owner, entry.pattern, entry.segments.first);
                                  });
    const auto is_asked = [&](const Entry& entry) {
        return entry.owner == owner && entry.pattern == pattern;
    };
    if (after != entries.end() && is_asked(*after)) range.count = after->segments.first;
    if (after == entries.begin() || !is_asked(*(after - 1))) return -1;
    const Entry& entry = *(after - 1);
    if (segment < entry.segments.end()) {
        range = entry.segments;
        return entry.step;
    }
    range = {entry.segments.end(), range.end() - entry.segments.end()};
    return -1;
}

}  // namespace ringscope

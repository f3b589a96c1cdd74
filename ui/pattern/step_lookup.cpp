#include "ui/pattern/step_lookup.h"

#include <algorithm>
#include <tuple>

namespace ringscope::ui {

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

int StepLookup::step_of(int rank, int owner, int pattern, int64_t segment) const {
    if (rank < 0 || rank >= static_cast<int>(ranks_.size())) return -1;
    const std::vector<Entry>& entries = ranks_[rank];
    // The last entry of that owner and pattern that begins at or before the segment.
    auto after = std::upper_bound(entries.begin(), entries.end(), std::tuple(owner, pattern, segment),
                                  [](const std::tuple<int, int, int64_t>& wanted, const Entry& entry) {
                                      return wanted < std::tuple<int, int, int64_t>(
                                                          entry.owner, entry.pattern, entry.segments.first);
                                  });
    if (after == entries.begin()) return -1;
    const Entry& entry = *(after - 1);
    const bool found = entry.owner == owner && entry.pattern == pattern && segment < entry.segments.end();
    return found ? entry.step : -1;
}

}  // namespace ringscope::ui

#include "engine/analysis/rank_order.h"

#include <algorithm>
#include <numeric>

namespace ringscope {

void RankOrder::update(const Run& run, int ranks) {
    std::erase_if(on_top, [&](int rank) { return rank >= ranks; });
    ranks_.resize(static_cast<size_t>(ranks));
    std::iota(ranks_.begin(), ranks_.end(), 0);
    const auto seconds = [&](int rank) {
        if (rank >= static_cast<int>(run.metrics.ranks.size())) return -1.0;
        const RankMetrics& metrics = run.metrics.ranks[static_cast<size_t>(rank)];
        return sort == RankSort::wait ? metrics.wait_seconds() : metrics.compute_seconds;
    };
    if (sort != RankSort::number)
        std::stable_sort(ranks_.begin(), ranks_.end(), [&](int a, int b) { return seconds(a) > seconds(b); });
    const auto moved = [&](int rank) {
        return std::find(on_top.begin(), on_top.end(), rank) - on_top.begin();  // their number: not moved
    };
    if (!on_top.empty())
        std::stable_sort(ranks_.begin(), ranks_.end(), [&](int a, int b) { return moved(a) < moved(b); });
    places_.resize(ranks_.size());
    for (size_t place = 0; place < ranks_.size(); ++place)
        places_[static_cast<size_t>(ranks_[place])] = static_cast<int>(place);
}

int RankOrder::place_of(int rank) const {
    return rank >= 0 && rank < static_cast<int>(places_.size()) ? places_[static_cast<size_t>(rank)] : -1;
}

bool RankOrder::is_on_top(int rank) const {
    return std::find(on_top.begin(), on_top.end(), rank) != on_top.end();
}

void RankOrder::toggle_top(int rank) {
    if (is_on_top(rank))
        std::erase(on_top, rank);
    else
        on_top.push_back(rank);
}

void RankOrder::next_sort() { sort = static_cast<RankSort>((static_cast<int>(sort) + 1) % 3); }

const char* RankOrder::name() const {
    static constexpr const char* names[] = {"by number", "most compute first", "most wait first"};
    return names[static_cast<int>(sort)];
}

}  // namespace ringscope

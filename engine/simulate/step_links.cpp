#include "engine/simulate/step_links.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ringscope {

StepLinks::StepLinks(const MachineModel& machine, int ranks, const std::vector<SlowRank>& slow_ranks)
    : machine_(machine),
      network_(machine, ranks, slow_ranks),
      links_(static_cast<size_t>(network_.links())) {}

int StepLinks::add_pair(int from, int to) {
    Pair pair;
    pair.path = network_.make_path(from, to);
    pair.delay_seconds = machine_.message_seconds + network_.latency_seconds(from, to);
    pair.bytes_per_second = std::numeric_limits<double>::infinity();
    for (const DirectedLink link : pair.path)
        pair.bytes_per_second = std::min(pair.bytes_per_second, network_.bytes_per_second(link));
    pairs_.push_back(std::move(pair));
    return static_cast<int>(pairs_.size()) - 1;
}

void StepLinks::set_active(const std::vector<int>& active) {
    for (Link& link : links_) link.pairs = 0;
    for (const int pair : active)
        for (const DirectedLink link : pairs_[static_cast<size_t>(pair)].path)
            ++links_[static_cast<size_t>(link)].pairs;
    for (Pair& pair : pairs_)
        pair.shares = std::any_of(pair.path.begin(), pair.path.end(), [&](DirectedLink link) {
            return links_[static_cast<size_t>(link)].pairs > 1;
        });
}

void StepLinks::clear() {
    for (const DirectedLink link : used_) links_[static_cast<size_t>(link)].bytes.clear();
    used_.clear();
}

void StepLinks::add(int pair, int64_t bytes) {
    const Pair& at = pairs_[static_cast<size_t>(pair)];
    if (!at.shares) return;
    for (const DirectedLink link : at.path) {
        Link& used = links_[static_cast<size_t>(link)];
        if (used.bytes.empty()) used_.push_back(link);
        used.bytes.push_back(bytes);
    }
}

void StepLinks::share_out() {
    for (const DirectedLink index : used_) {
        Link& link = links_[static_cast<size_t>(index)];
        std::sort(link.bytes.begin(), link.bytes.end());
        link.sums.resize(link.bytes.size());
        std::exclusive_scan(link.bytes.begin(), link.bytes.end(), link.sums.begin(), int64_t{0});
    }
}

double StepLinks::seconds(int pair, int64_t bytes) const {
    const Pair& at = pairs_[static_cast<size_t>(pair)];
    if (!at.shares) return static_cast<double>(bytes) / at.bytes_per_second;
    double seconds = 0;
    for (const DirectedLink link : at.path) {
        const Link& shared = links_[static_cast<size_t>(link)];
        const auto own = std::lower_bound(shared.bytes.begin(), shared.bytes.end(), bytes);
        const int64_t moved =
            shared.sums[static_cast<size_t>(own - shared.bytes.begin())] + bytes * (shared.bytes.end() - own);
        seconds = std::max(seconds, static_cast<double>(moved) / network_.bytes_per_second(link));
    }
    return seconds;
}

}  // namespace ringscope

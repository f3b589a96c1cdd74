#include "sessions/compare/repeats.h"

#include <algorithm>

namespace ringscope {

bool are_repeats(const RunSummary& a, const RunSummary& b) {
    return a.state == RunState::done && b.state == RunState::done && a.experiment_hash == b.experiment_hash &&
           a.input_name == b.input_name && a.version == b.version && a.revision == b.revision &&
           a.host == b.host && a.device == b.device && a.kernel == b.kernel;
}

std::string build_text(const std::string& version, const std::string& revision) {
    return revision.empty() ? version : version + " (" + revision + ")";
}

Spread spread_of(std::vector<double> seconds) {
    RINGSCOPE_CHECK(!seconds.empty());
    std::sort(seconds.begin(), seconds.end());
    const size_t half = seconds.size() / 2;
    const double median = seconds.size() % 2 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
    return {static_cast<int>(seconds.size()), median, seconds.front(), seconds.back()};
}

std::optional<double> noise_band(const Spread& s) {
    if (s.repeats < 2 || s.median <= 0) return {};
    return (s.most - s.least) / 2 / s.median;
}

bool is_faster(const Spread& a, const Spread& b) {
    return has_enough_repeats(a) && has_enough_repeats(b) && a.most < b.least;
}

}  // namespace ringscope

// The fastest settings for a problem on a machine: branch and bound over advised_settings.h.
//
//   bound everything from the problem alone; in the order of these bounds, a few at a time:
//     skip what cannot beat the best so far
//     plan; skip what does not fit the memory, and what cannot beat the best by its plan
//     lay out in time
//
// A few at a time is always the same number, so the answer does not depend on the number of threads. Large schedules
// come last, streamed, and only with the settings that did best on smaller rings.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/simulate/settings_time.h"

namespace ringscope {

struct SearchResult {
    std::optional<SettingsTime> best;       // unset: nothing fits
    std::optional<SettingsTime> best_ring;  // of those on several ranks that were laid out
    int64_t considered = 0;
    int64_t laid_out = 0;
    int64_t too_large = 0;  // for the memory
};

struct SearchLimits {
    double beats_seconds = std::numeric_limits<double>::infinity();  // what takes longer does not count
    bool first_that_beats = false;                                   // one is enough
};

/// `candidates` in the order in which equals are preferred, each with room on the machine. Throws Error(cancelled).
SearchResult search_settings(const Experiment& experiment, const MachineModel& machine,
                             const std::vector<AdvisedSettings>& candidates, const SearchLimits& limits = {},
                             const std::stop_token& stop = {});

}  // namespace ringscope

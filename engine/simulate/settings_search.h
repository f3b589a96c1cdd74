// The fastest settings for a problem on a machine: branch and bound over advised_settings.h.
//
//   bound everything from the problem alone; in the order of these bounds, a few at a time:
//     skip what cannot beat the best so far
//     plan; skip what does not fit the memory, and what cannot beat the best by its plan
//     lay out in time
//
// A few at a time is always the same number, so the answer does not depend on the number of threads. Schedules that
// take long to lay out come last, and only with the settings that did best on smaller rings.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/simulate/advised_settings.h"
#include "engine/simulate/layout.h"

namespace ringscope {

/// A schedule on a machine, before it is laid out.
struct PlannedSettings {
    AdvisedSettings settings;
    Schedule schedule;
    MachineModel machine;  // with the settings' placement
    int64_t device_bytes = 0;
    bool fits() const { return device_bytes <= machine.device.memory_bytes; }
};

/// Throws as plan().
PlannedSettings plan_settings(const Experiment& experiment, const MachineModel& machine,
                              const AdvisedSettings& settings, const std::stop_token& stop = {});

struct SettingsTime {
    AdvisedSettings settings;
    double seconds = 0;
    int64_t device_bytes = 0;  // of the fullest device, at its peak
    int64_t bytes_on_wire = 0;
};

/// How long a schedule takes to lay out; seconds at most, a second or more, or too long for a search.
enum class LayOutEffort { small, large, excessive };
/// From plan_size(). Milliseconds at most.
LayOutEffort effort_of(const Experiment& experiment);

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

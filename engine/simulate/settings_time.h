// What settings take on a machine: laid out from a stored schedule, or streamed where that would take long.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

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
    double seconds = 0;        // as if it fitted
    int64_t device_bytes = 0;  // of the fullest device, at its peak
    int64_t bytes_on_wire = 0;
    double flops = 0;
    bool fits = true;    // the memory
    std::string reason;  // for the time; when it was asked for
};

/// Whether a schedule is laid out from memory in some 0.1 s at most, or streamed. From plan_size(), milliseconds.
bool is_small(const Experiment& experiment);

enum class WithReason { no, yes };

/// The settings have room on the machine. Unset: a large schedule whose ranks share devices, or that is beyond
/// counting. Throws Error(cancelled).
std::optional<SettingsTime> time_settings(const Experiment& experiment, const MachineModel& machine,
                                          const AdvisedSettings& settings, const WhatIf& what_if = {},
                                          WithReason with_reason = WithReason::no,
                                          const std::stop_token& stop = {});

}  // namespace ringscope

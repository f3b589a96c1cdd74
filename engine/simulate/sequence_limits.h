// Sequence lengths at which something changes on a machine: where one device stops being best, and what still fits.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/simulate/advised_settings.h"

namespace ringscope {

/// The border below which one device is best. Groups keep or scale their segments as with_sequence() has it.
struct Border {
    /// The longest sequence, to a hundredth, that one device does at least as fast as any ring; 0: rings win at every
    /// length that was tried. Unset: one device wins at every length, or there is but one.
    std::optional<int64_t> tokens;
    std::string reason;
};

/// Compares one device with all_gather and rings of 2, 4, 8 and 16 ranks (with overlap, dilate_before_send and prune),
/// in every layout, at powers of two from 64 tokens on, until rings have won twice in a row; then halves the interval.
/// A sequence that one device cannot hold is a ring's. Throws Error(cancelled).
Border border(const Experiment& experiment, const MachineModel& machine, int most_ranks,
              const std::stop_token& stop = {});

struct LongestSequence {
    int64_t tokens = 0;  // 0: none
    AdvisedSettings settings;
    std::string limit;  // what forbids a longer one
};

/// Whether a schedule is planned in a second or so. From plan_size(), milliseconds.
bool is_quick_to_plan(const Experiment& experiment);

/// The longest sequence, to a thousandth, under these settings that fits the memory and is quick to plan.
/// Throws Error(cancelled).
LongestSequence longest_sequence(const Experiment& experiment, const MachineModel& machine,
                                 const AdvisedSettings& settings, const std::stop_token& stop = {});

}  // namespace ringscope

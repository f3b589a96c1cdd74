// The advisor: for a problem and a machine the fastest settings, with reasons in numbers, and what follows from them.
// Plain and synchronous; uses every core.
//
// The answer of an experiment depends on its problem and input alone, so whatever is advised computes the same.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/simulate/scaling.h"
#include "engine/simulate/sequence_limits.h"

namespace ringscope {

struct AdvisorOptions {
    int most_ranks = kMaxRanks;  // rings are no larger, whatever the machine has
};

/// A row of the table of strategies.
struct AdvisedCandidate {
    AdvisedSettings settings;
    bool asked = false;             // the settings that were asked for
    std::optional<double> seconds;  // unset: not laid out, as `reason` says
    int64_t device_bytes = 0;       // of the fullest device, at its peak; 0: not planned
    int64_t bytes_on_wire = 0;
    bool fits = true;    // the memory
    std::string reason;  // "the busiest rank computes 1.97 times the mean; .."
};

struct LongestCase {
    std::string name;  // "best", "asked", "single", "all_gather", "ring"
    LongestSequence longest;
};

struct Advice {
    Experiment experiment;                 // as asked
    std::optional<AdvisedCandidate> best;  // unset: nothing fits
    std::string summary;                   // one sentence with numbers
    /// One change from the best at a time, by time: strategy x layout, toggles, placement; and what was asked for.
    /// Those that do not fit or were not laid out come last.
    std::vector<AdvisedCandidate> candidates;
    Border border;
    std::vector<LongestCase> longest;  // longest first
    std::vector<Sensitivity> sensitivity;
    std::vector<ScalingPoint> strong;
    std::vector<ScalingPoint> weak;
    int64_t considered = 0;  // settings in the search
    int64_t laid_out = 0;    // of them
};

/// At most 3 s for 64 ranks and a million tokens. Throws Error(bad_input) for an invalid experiment, one that has no
/// room on the machine (require_room()), and most_ranks outside 1 .. min(the machine's places, kMaxRanks);
/// Error(cancelled).
Advice advise(const Experiment& experiment, const MachineModel& machine, const AdvisorOptions& options = {},
              const std::stop_token& stop = {});

/// The experiment as advised.
Experiment advised_experiment(const Advice& advice);

}  // namespace ringscope

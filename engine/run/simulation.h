// What makes a run a simulation: the machine that the schedule is laid out on, and what is varied there.
#pragma once

#include <memory>
#include <vector>

#include "engine/experiment/machine_model.h"

namespace ringscope {

/// A rank whose work takes `factor` times as long, that stops for `delay_seconds` before it shares what it holds in
/// `delay_step`, and whose sends move at `bytes_per_second` at most.
struct SlowRank {
    int rank = 0;
    double factor = 1;    // > 0
    int delay_step = -1;  // -1: none
    double delay_seconds = 0;
    double bytes_per_second = 0;  // 0: as fast as the machine's links
    bool operator==(const SlowRank&) const = default;
};

struct SimulationOptions {
    uint64_t seed = 1;  // of the jitter
    int trials = 1;     // each with jitter of its own; 1 .. kMaxTrials. One alone has none
    WhatIf what_if;
    std::vector<SlowRank> slow_ranks;
    bool operator==(const SimulationOptions&) const = default;
};
inline constexpr int kMaxTrials = 1000;

/// Asked for in RunOptions, kept in Run.
struct Simulation {
    std::shared_ptr<const MachineModel> machine;  // not null; as it was asked for, before what_if
    SimulationOptions options;
    /// Wall time of every trial, ascending; the run's trace is that of the lower median. Empty before it ran.
    std::vector<double> trial_seconds;
};

}  // namespace ringscope

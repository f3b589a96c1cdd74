// How a choice of settings fares on other ring sizes, and on a machine that is a little different.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/simulate/advised_settings.h"

namespace ringscope {

struct ScalingPoint {
    int ranks = 1;
    int64_t tokens = 0;  // sequence length
    double seconds = 0;  // as if it fitted
    /// The work rate per device over that of one device alone: for one problem T(1) / (p T(p)).
    double efficiency = 1;
    bool fits = true;  // the memory
};

/// The problem on 1, 2, 4 .. 1024 devices under the same settings, and on as many as the settings have. Throws Error(cancelled).
std::vector<ScalingPoint> strong_scaling(const Experiment& experiment, const MachineModel& machine,
                                         const AdvisedSettings& settings, int most_ranks,
                                         const std::stop_token& stop = {});

/// The same with as many tokens per rank as the settings have: the sequence grows with the ring.
std::vector<ScalingPoint> weak_scaling(const Experiment& experiment, const MachineModel& machine,
                                       const AdvisedSettings& settings, int most_ranks,
                                       const std::stop_token& stop = {});

/// What a change of the machine does to the time.
struct Sensitivity {
    std::string quantity;  // "rate", "bandwidth", "latency"
    /// d log(seconds) / d log(quantity), from twice and half of it.
    double elasticity = 0;
    double half_seconds = 0;    // with half of it
    double double_seconds = 0;  // with twice of it
    std::string words;          // "twice the bandwidth: 1.21 times as fast; half: 1.34 times as long"
};

/// Of rate, bandwidth and latency, under the settings; empty where these cannot be laid out. Throws Error(cancelled).
std::vector<Sensitivity> sensitivity_of(const Experiment& experiment, const MachineModel& machine,
                                        const AdvisedSettings& settings, const std::stop_token& stop = {});

}  // namespace ringscope

// Simulates rings whose schedule is too large to store: up to 4096 ranks that each work on 4096 shares.
//
// The same numbers as execute() with RunOptions::simulation gives, but for the trace: there is none. A rank's work in
// a step is read when its time has come (streamed_ring.h), and times follow from step to step (recurrence.h).
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/run/metrics.h"
#include "engine/run/simulation.h"

namespace ringscope {

struct StreamedSimulation {
    Metrics metrics;  // of the lower median of all trials
    int ranks = 0;
    int steps = 0;
    std::vector<double> rank_flops;
    std::vector<int64_t> tokens;        // by rank
    std::vector<double> trial_seconds;  // ascending
    double dense_flops = 0;
    std::string device, transport;
};

/// More than a million steps of ranks, or a schedule that plan() refuses. The experiment is valid.
bool needs_streaming(const Experiment& experiment);

/// 0 to 1, as a simulation goes on.
using StreamedProgress = std::function<void(double share)>;

/// Any valid experiment, on a machine with a device for every rank. Predicted bytes leave out the work lists that a
/// kernel on a GPU keeps. Throws Error: bad_input as require_room(), for impossible options, without a device for
/// every rank, and for sub-rings beyond counting; run_failed when memory does not suffice; cancelled within
/// milliseconds of a stop request.
StreamedSimulation simulate_streamed(const Experiment& experiment, const Simulation& simulation,
                                     const StreamedProgress& progress = {}, const std::stop_token& stop = {});

}  // namespace ringscope

// Runs without an engine: planned for real, with a trace made up so that every sum of it comes out even.
#pragma once

#include <memory>
#include <string>

#include "engine/run/run.h"

namespace ringscope::testing {

struct FixtureOptions {
    RunState state = RunState::done;
    double slowness = 1;     // of rank p - 1's compute: others wait for it
    int spans_per_work = 1;  // compute spans a piece of work, for huge traces
    bool verified = true;
    bool verify_passed = true;
};

/// A run of the experiment as an executor would leave it: spans of every kind that the schedule calls for,
/// transfer times, memory samples at each step's start and end, metrics that follow from them. The same every
/// time. No output.
std::shared_ptr<Run> make_fixture_run(const Experiment& experiment, const FixtureOptions& options = {});

/// An output of the run's shape whose values follow from their position.
std::shared_ptr<const RunOutput> make_fixture_output(const Problem& problem);

}  // namespace ringscope::testing

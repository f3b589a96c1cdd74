// Named experiments, shared by the window's presets, the tests and the benchmarks: what is timed is what is
// seen is what is tested.
#pragma once

#include <span>
#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

struct Scenario {
    const char* name;     // "LongNet 8K"
    const char* summary;  // one sentence
    Experiment experiment;
};

/// The first is the default.
std::span<const Scenario> scenarios();
/// Null when there is none of that name (case-sensitive).
const Scenario* find_scenario(const std::string& name);
const Experiment& default_experiment();

}  // namespace ringscope

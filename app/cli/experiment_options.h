// The options with which every command is told its experiment.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/experiment/experiment.h"

namespace ringscope {

class Arguments;

struct ExperimentOptions {
    std::string file;
    std::string preset;
    std::vector<std::string> settings;  // "ring.ranks=3", applied in order
    bool given() const { return !file.empty() || !preset.empty() || !settings.empty(); }
};

/// --experiment, --preset and --set, whose values `set_meaning` and `set_help` say.
void declare(Arguments& arguments, ExperimentOptions& options, const std::string& set_meaning = "KEY=VALUE",
             const std::string& set_help = "Change a field by its dotted path, e.g. ring.ranks=3");

/// The file, the preset or the default preset, with the settings applied. Valid. A file that is a pipe is waited for
/// until `stop` is requested. Throws Error(bad_input), Error(io), Error(cancelled).
Experiment read_experiment(const ExperimentOptions& options, const std::stop_token& stop);

}  // namespace ringscope

// ringscope run --against: an experiment and a changed one, run in turns, pair by pair.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/experiment_options.h"
#include "app/cli/run_keeper.h"
#include "engine/run/execute.h"

namespace ringscope {

class Arguments;

struct PairedOptions {
    std::vector<std::string> settings;  // applied to the experiment, or to the file
    std::string file;
    bool until_decided = false;
    std::string at_most, precision;
    bool given() const { return !settings.empty() || !file.empty(); }
};

/// --against, --against-experiment, --until-decided, --at-most and --precision.
void declare(Arguments& arguments, PairedOptions& options);

struct PairedRun {
    ExperimentOptions experiment;  // of the first
    PairedOptions against;
    std::string repeat;  // pairs; "": not given
    std::string name;    // of the first's runs; the others' is "NAME against"
    RunStore::Output output = RunStore::Output::leave;
    bool json = false;
    /// Both are run with the options that this gives.
    std::function<RunOptions(const Experiment&)> options;
};

/// Runs the pairs, keeps each run in the run file of --db as it ends, and prints the comparison. Gives the exit code.
/// Throws Error(bad_input) for options that do not go together, and the Error of a run, which says how many pairs were
/// made before.
int run_pairs(const PairedRun& wanted, const std::string& db, std::stop_token stop);

}  // namespace ringscope

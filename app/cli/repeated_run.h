// What commands that run experiments share: one run with its progress, how often, and where the runs are
// kept.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/run/execute.h"
#include "sessions/store/run_store.h"

namespace ringscope {

class Arguments;

/// Declares --repeat N.
void declare_repeat(Arguments& arguments, std::string& target, const std::string& help);

/// The number of --repeat. Throws Error(bad_input).
int read_repeat(const std::string& text);

/// The run file of --db, opened before anything runs, so that a damaged, newer or locked one is told at once;
/// null for
/// "". Throws Error(io).
std::unique_ptr<RunStore> open_target(const std::string& option);

/// Runs with a progress line that begins with `before`. Throws the run's Error when it does not end well.
std::shared_ptr<const Run> run_once(const Experiment& experiment, RunOptions options,
                                    const std::string& before, std::stop_token stop);

/// Times, their median and range, and the runs' ids in the run file; at least one time.
nlohmann::ordered_json repeats_json(const std::vector<double>& seconds, const std::vector<int64_t>& ids);

}  // namespace ringscope

// Experiment files: strict JSON in the form DESIGN section 5 gives.
//
// Every problem of a file is found in one pass and told in one line: unknown keys with the nearest known one,
// ill-typed values with their path, the value and what is allowed, missing fields, and whatever validate()
// finds.
#pragma once

#include <span>
#include <stop_token>
#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// One `--set PATH=TEXT`.
struct FieldSetting {
    std::string path;
    std::string text;
};

/// Splits "ring.ranks=3" at the first '='. Throws Error(bad_input) when there is none or the path is empty.
FieldSetting parse_setting(const std::string& assignment);

/// Reads the text of a file, applies the settings in order, then validates the whole. `name` stands in
/// messages. Throws Error(bad_input) with all problems joined by "; ".
Experiment parse_experiment(const std::string& text, const std::string& name,
                            std::span<const FieldSetting> settings = {});

/// An experiment that was stored with a run: read as strictly, but not validated, since a run that was
/// refused is kept as well.
Experiment parse_stored_experiment(const std::string& text, const std::string& name);

/// The same from a file of at most kMaxExperimentBytes, or from standard input or a pipe until a `stop` that can be
/// requested. Throws as read_text_file() does.
Experiment load_experiment(const std::string& path, std::span<const FieldSetting> settings = {},
                           const std::stop_token& stop = {});
inline constexpr int64_t kMaxExperimentBytes = 1 << 20;

/// `--set`: scalars as set_field() reads them, problem.head_groups as a JSON list. Does not validate.
/// Throws Error(bad_input) and leaves the experiment as it was.
void set_experiment_field(Experiment& experiment, const std::string& path, const std::string& text);

/// Every field, in the order of visit_fields, indented; ends with a newline. parse_experiment gives back an
/// equal one.
std::string experiment_to_json(const Experiment& experiment);

/// What of the experiment differs from the defaults, as JSON on one line with sorted keys: equal experiments
/// give equal texts, and a field that is added later changes the text of no experiment that leaves it at its
/// default. What experiment_hash() hashes.
std::string canonical_experiment(const Experiment& experiment);

/// The list of head groups as --set and files take it, on one line.
std::string head_groups_to_json(const std::vector<HeadGroup>& groups);

/// Written beside the target, then renamed over it. Throws Error(io).
void save_experiment(const Experiment& experiment, const std::string& path);

}  // namespace ringscope

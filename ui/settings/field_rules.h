// What the settings panel says about fields beyond their values: why one has no effect as things stand, and
// how an invalid one is fixed. Pure.
#pragma once

#include <optional>
#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// Why changing the field changes nothing in the present setting, or "".
std::string no_effect_reason(const Experiment& experiment, const std::string& path);

/// An experiment without the problem, and what was changed in words ("use 256"). Unset when nothing is
/// obvious.
struct FieldFix {
    std::string label;
    Experiment experiment;
};
std::optional<FieldFix> obvious_fix(const Experiment& experiment, const FieldProblem& problem);

/// Index of the head group in "problem.head_groups[2].offset", or -1.
int group_in_path(const std::string& path);
/// What stands after the last dot: "offset".
std::string leaf_of_path(const std::string& path);
/// What people call the field: "sequence length" for "problem.seq_len".
std::string field_words(const std::string& path);

}  // namespace ringscope

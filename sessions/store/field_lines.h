// Every field of an experiment in one text, as the list of runs searches it.
#pragma once

#include <string>
#include <string_view>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// "\nproblem.batch=1\nproblem.seq_len=8192 ...": every field of the experiment on a line that begins with a
/// line feed, as RunSummary::fields has it.
std::string field_lines(const Experiment& experiment);

/// The text after "PATH=" in such lines; "" when there is no such field. Refers to `lines`.
std::string_view field_value(std::string_view lines, std::string_view path);

}  // namespace ringscope

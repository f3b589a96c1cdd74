// A person's own presets: experiment files in one folder, NAME.json each.
#pragma once

#include <string>
#include <vector>

#include "engine/experiment/experiment.h"

namespace ringscope {

struct Preset {
    std::string name;
    Experiment experiment;
};

struct PresetFolder {
    std::vector<Preset> presets;        // by name
    std::vector<std::string> problems;  // one line for each file that cannot be read; it is left alone
};

/// A folder that does not exist has no presets.
PresetFolder read_presets(const std::string& folder);

/// Why a preset cannot have the name ("the name is empty", a character that a file name cannot have, the name
/// of a scenario or of one of `known`), or "".
std::string preset_name_problem(const std::string& name, const std::vector<Preset>& known);

/// Makes the folder. Throws Error(bad_input) for a name that is taken or impossible, Error(io).
void save_preset(const std::string& folder, const Preset& preset);

/// Throws Error(io) when there is none of that name or it cannot be removed.
void delete_preset(const std::string& folder, const std::string& name);

}  // namespace ringscope

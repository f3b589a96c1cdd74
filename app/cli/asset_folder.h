// What comes with the program: assets/ of the source tree, installed or not.
#pragma once

#include <string>
#include <vector>

namespace ringscope {

/// $RINGSCOPE_ASSETS where it is set. Else, from where the executable is: the data folder of an installed program
/// (bin/../share/ringscope), or the folder assets beside it, which a build tree has. "" when there is none.
std::string asset_folder();

/// Why $RINGSCOPE_ASSETS cannot be used, or "".
std::string asset_folder_problem();

/// Names of the experiments that come with the program, sorted: experiments/NAME.json in asset_folder().
std::vector<std::string> shipped_experiments();

/// The file of one of them.
std::string shipped_experiment_file(const std::string& name);

}  // namespace ringscope

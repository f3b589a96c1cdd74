// Where the program keeps what is the person's own: presets, the window's state.
#pragma once

#include <string>

namespace ringscope {

/// $XDG_CONFIG_HOME/ringscope, or ~/.config/ringscope; "" when neither XDG_CONFIG_HOME nor HOME is set.
std::string config_folder();
/// The folder of experiment files that are listed as presets; "" likewise.
std::string preset_folder();
/// The folder of machine models of the person's own; "" likewise.
std::string machine_folder();

}  // namespace ringscope

// What the window remembers between starts: $XDG_CONFIG_HOME/ringscope/window, "key=value" lines.
#pragma once

#include <string>

namespace ringscope {

/// "" when neither XDG_CONFIG_HOME nor HOME is set.
std::string state_file_path();

/// The file's text; "" when there is none or it cannot be read: the window then starts as new.
std::string read_state(const std::string& path);

/// Makes the folder. Throws Error(io).
void write_state(const std::string& path, const std::string& text);

/// The value of a "key=value" line, or "".
std::string state_value(const std::string& text, const std::string& key);

}  // namespace ringscope

// A message to the person: shown in the status line until another replaces it, kept in the log.
#pragma once

#include <string>

namespace ringscope {

struct Notice {
    enum class Level { info, warning, error };
    Level level = Level::info;
    std::string text;
};

}  // namespace ringscope

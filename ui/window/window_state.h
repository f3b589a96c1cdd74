// What the window remembers between starts.
#pragma once

#include <string>

namespace ringscope {

/// "key=value" lines; unknown keys are left out, bad values ignored.
struct WindowState {
    std::string text;
};

}  // namespace ringscope

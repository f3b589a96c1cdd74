// Names of keys in scripts: "a", "7", "f5", "space", "ctrl+shift+p".
#pragma once

#include <string>
#include <vector>

#include "app/window/key_queue.h"

namespace ringscope {

/// The events of one tap, modifiers and key down and up again. Empty when a name is unknown.
std::vector<KeyEvent> key_tap(const std::string& name);

}  // namespace ringscope

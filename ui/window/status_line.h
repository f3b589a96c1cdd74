// The bottom line: what the engine does, the newest message, the run file. Behind it the log of messages.
#pragma once

#include "ui/window/shell.h"

namespace ringscope {

/// "running 45%, about 3 s left", "idle", ...
std::string engine_text(const Inputs& in);

void draw_status_line(Shell& shell);
void draw_log(Shell& shell);

}  // namespace ringscope

// What `expect` compares. For script_actions.cpp only.
#pragma once

#include <string>

#include "app/script/script_command.h"

namespace ringscope {

class FrameLoop;

inline constexpr const char* kExpectUsage =
    "ITEM exists|missing|enabled|disabled, ITEM text ~ SUBSTRING, ITEM text = WHOLE, run.KEY OP VALUE, "
    "setting PATH VALUE or notice ~ SUBSTRING";

bool expectation_reads(const ScriptCommand& command);

/// What is there instead of what was expected, or "".
std::string failed_expectation(const ScriptCommand& command, FrameLoop& loop);

}  // namespace ringscope

// What the machine is and what it has left.
#pragma once

#include <cstdint>

#include "engine/run/run.h"

namespace ringscope {

Machine this_machine();

/// Cores that this process may run on.
int usable_cores();

/// Bytes that can be allocated without swapping: what the kernel calls available, or what the process's
/// control group still allows, whichever is less.
int64_t available_memory_bytes();

}  // namespace ringscope

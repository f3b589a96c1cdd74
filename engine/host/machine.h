// What the machine is and what it has left.
#pragma once

#include <cstdint>
#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// The machine a run was made on.
struct Machine {
    std::string host;
    std::string cpu;
    int cores = 0;
    int64_t memory_bytes = 0;
    std::string os;
};
Machine this_machine();

/// Cores that this process may run on.
int usable_cores();
/// Threads that a run uses: backend.threads, or one per usable core.
int worker_threads(const BackendSpec& backend);

/// Bytes that can be allocated without swapping; memory_limits.h says what sets them.
int64_t available_memory_bytes();

}  // namespace ringscope

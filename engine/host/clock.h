// The one clock of a run on this machine.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringscope {

/// Nanoseconds on the machine's monotonic clock, from an arbitrary origin.
inline int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace ringscope

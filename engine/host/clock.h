// The one clock of a run on this machine.
#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>

namespace ringscope {

/// Nanoseconds on the machine's monotonic clock, from an arbitrary origin.
inline int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Nanoseconds for which the calling thread has had a core, other than steady_ns() without those in which the system let
/// others have it. Takes about 0.3 us.
inline int64_t thread_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace ringscope

// Threads that begin together, and the time they computed: for measurements.
#pragma once

#include <time.h>

#include <atomic>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "engine/base/error.h"

namespace ringscope {

/// CPU time of the calling thread: it stands still while another program has the core.
inline double thread_cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Runs body(thread index) on `threads` threads, the caller's being number 0, from the moment all have
/// started. Throws Error(run_failed) when the system refuses a thread. Returns the CPU time they used, in seconds, divided by their number: what it takes when every
/// thread has a core of its own. The body must not throw.
template <typename Body>
double seconds_together(int threads, const Body& body) {
    std::latch started(threads);
    std::atomic<double> used = 0;
    const auto timed = [&](int thread) {
        started.arrive_and_wait();
        const double begin = thread_cpu_seconds();
        body(thread);
        used += thread_cpu_seconds() - begin;
    };
    std::vector<std::jthread> others;
    others.reserve(static_cast<size_t>(threads) - 1);
    try {
        for (int thread = 1; thread < threads; ++thread) others.emplace_back(timed, thread);
    } catch (const std::system_error&) {
        // Those that started would wait for the rest for ever.
        started.count_down(threads - static_cast<std::ptrdiff_t>(others.size()));
        others.clear();
        throw Error(ErrorKind::run_failed,
                    "the system could not start " + std::to_string(threads) +
                        " threads: fewer backend.threads, or a higher limit on processes");
    }
    timed(0);
    others.clear();  // joins
    return used / threads;
}

}  // namespace ringscope

// Threads that begin together, for measurements.
#pragma once

#include <chrono>
#include <latch>
#include <thread>
#include <vector>

namespace ringscope {

/// Runs body(thread index) on `threads` threads, the caller's being number 0, and returns the seconds from
/// the moment all have started until the last has ended. The body must not throw.
template <typename Body>
double seconds_together(int threads, const Body& body) {
    using Clock = std::chrono::steady_clock;
    std::latch started(threads);
    std::vector<std::jthread> others;
    others.reserve(static_cast<size_t>(threads) - 1);
    for (int thread = 1; thread < threads; ++thread) {
        others.emplace_back([&, thread] {
            started.arrive_and_wait();
            body(thread);
        });
    }
    started.arrive_and_wait();
    const Clock::time_point begin = Clock::now();
    body(0);
    others.clear();  // joins
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace ringscope

// Independent calculations on every core.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace ringscope {

/// Calls `calculate(index)` for 0 .. count - 1, each once, from as many threads as there are cores. Calls write
/// disjoint data, so the answer does not depend on the threads. Throws what the call of the lowest index threw, once
/// all have ended.
template <typename Calculate>
void side_by_side(size_t count, const Calculate& calculate) {
    std::vector<std::exception_ptr> errors(count);
    std::atomic<size_t> next{0};
    const auto work = [&] {
        for (size_t index = next++; index < count; index = next++) {
            try {
                calculate(index);
            } catch (...) {
                errors[index] = std::current_exception();  // thrown again below, by the caller's thread
            }
        }
    };
    const size_t threads = std::min<size_t>(count, std::max(1U, std::thread::hardware_concurrency()));
    {
        std::vector<std::jthread> others;
        for (size_t i = 1; i < threads; ++i) others.emplace_back(work);
        work();
    }
    for (const std::exception_ptr& error : errors)
        if (error) std::rethrow_exception(error);
}

}  // namespace ringscope

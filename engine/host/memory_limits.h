// What the process may still allocate: the least of what the kernel has free, what control groups allow, and what the
// process's own limits allow.
#pragma once

#include <cstdint>
#include <string>

namespace ringscope {

struct MemoryLeft {
    int64_t bytes = 0;  // >= 0
    /// What sets it, in words: "control group /a/b (memory.max)", "ulimit -v (RLIMIT_AS)"; "" when it is what the
    /// kernel has free.
    std::string limit;
    bool address_space = false;  // addresses count, used or not: stacks of threads, too
};

/// Limits of the process on addresses and data, in bytes; kNoLimit where there is none.
struct ProcessLimits {
    static constexpr int64_t kNoLimit = INT64_MAX;
    int64_t address_space = kNoLimit;
    int64_t data = kNoLimit;
};
ProcessLimits process_limits();

/// `root` is where /proc and the control groups lie: "" but in tests. Control groups of version 1 and 2, the
/// process's own and all above it. What cannot be read sets no limit. Any thread.
MemoryLeft memory_left(const std::string& root, const ProcessLimits& limits);
MemoryLeft memory_left();

}  // namespace ringscope

// How one failing rank ends them all: the first error is kept, everybody else sees the flag.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "engine/base/error.h"

namespace ringscope {

/// Thrown inside a rank whose run has been stopped by another rank or a cancel; never leaves the executor.
struct Interrupted {};

class RunControl {
  public:
    /// The first call decides what the run says. Threads that block must be woken by the caller.
    void stop(const Error& why) {
        const std::lock_guard lock(mutex_);
        if (!why_) why_ = why;
        flag_.store(true);
    }
    const std::atomic<bool>& flag() const { return flag_; }
    bool stopped() const { return flag_.load(std::memory_order_relaxed); }
    /// Throws what stopped the run, if anything did.
    void rethrow() const {
        const std::lock_guard lock(mutex_);
        if (why_) throw Error(*why_);
    }

  private:
    mutable std::mutex mutex_;
    std::optional<Error> why_;
    std::atomic<bool> flag_{false};
};

}  // namespace ringscope

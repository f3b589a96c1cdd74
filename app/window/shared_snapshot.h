// The newest immutable value of something, handed from one thread to another.
//
// A mutex around one pointer. The std::atomic<std::shared_ptr> of libstdc++ up to 12 reads the pointer that another
// thread may be writing (its load() unlocks with relaxed order), which processors with weak ordering can show.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace ringscope {

/// Any thread.
template <typename T>
class SharedSnapshot {
  public:
    void store(std::shared_ptr<const T> value) {
        {
            const std::lock_guard lock(mutex_);
            value_.swap(value);
        }
        // What was replaced goes here, without the lock.
    }
    /// Null before the first store().
    std::shared_ptr<const T> load() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;
};

}  // namespace ringscope

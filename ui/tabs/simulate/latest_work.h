// Answers requests on a thread of its own. The latest request wins: what is under way for an earlier one is stopped.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "engine/base/error.h"

namespace ringscope {

/// One thread asks and takes.
template <typename Request, typename Answer>
class LatestWork {
  public:
    /// Hands over an answer; a later one replaces it.
    using Publish = std::function<void(Answer)>;
    /// Runs on the thread. May publish several times. Throws Error(cancelled) only.
    using Work = void (*)(const Request&, const std::stop_token&, const Publish&);

    /// The thread starts with the first request.
    explicit LatestWork(Work work) : work_(work) {}
    /// Stops what is under way and waits for its end: milliseconds.
    ~LatestWork() {
        thread_.request_stop();
        drop();
    }
    LatestWork(const LatestWork&) = delete;
    LatestWork& operator=(const LatestWork&) = delete;

    /// Throws std::system_error when there can be no thread.
    void ask(Request request) {
        if (!thread_.joinable())
            thread_ = std::jthread([this](const std::stop_token& closing) { loop(closing); });
        const std::lock_guard lock(mutex_);
        under_way_.request_stop();
        answer_.reset();
        asked_ = std::move(request);
        busy_ = true;
        changed_.notify_all();
    }
    void drop() {
        const std::lock_guard lock(mutex_);
        under_way_.request_stop();
        answer_.reset();
        asked_.reset();
        busy_ = false;
    }
    /// The newest answer to the latest request, once.
    std::optional<Answer> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(answer_, std::nullopt);
    }
    /// The latest request is not answered yet, or not taken.
    bool busy() const {
        const std::lock_guard lock(mutex_);
        return busy_ || answer_.has_value();
    }

  private:
    void loop(const std::stop_token& closing) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, closing, [this] { return asked_.has_value(); })) {
            if (closing.stop_requested()) return;
            const Request request = *std::exchange(asked_, std::nullopt);
            under_way_ = std::stop_source();
            const std::stop_token stop = under_way_.get_token();
            lock.unlock();
            try {
                work_(request, stop, [&](Answer answer) {
                    const std::lock_guard publishing(mutex_);
                    if (!stop.stop_requested()) answer_ = std::move(answer);
                });
            } catch (const Error&) {
                // Dropped: nobody waits for it.
            }
            lock.lock();
            if (!stop.stop_requested()) busy_ = false;
        }
    }

    const Work work_;
    mutable std::mutex mutex_;  // guards everything below but thread_
    std::condition_variable_any changed_;
    std::optional<Request> asked_;
    std::optional<Answer> answer_;
    std::stop_source under_way_;
    bool busy_ = false;
    std::jthread thread_;
};

}  // namespace ringscope

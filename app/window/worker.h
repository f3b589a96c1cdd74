// One thread that does slow things in order, and hands what came of them back to the thread that asked.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ringscope {

class Worker {
  public:
    /// Runs on the asking thread, in collect().
    using Outcome = std::function<void()>;
    /// Runs on the worker's thread; must not throw.
    using Job = std::function<Outcome()>;

    /// `wake` is called on the worker's thread when an outcome is ready.
    explicit Worker(std::function<void()> wake);
    /// Ends the jobs that were asked for, so that nothing that should be saved is lost; drops their outcomes.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void ask(Job job);
    /// Runs the outcomes that are ready, in the order of their jobs.
    void collect();
    /// Jobs whose outcome has not been collected.
    int under_way() const;

  private:
    void loop();

    std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::vector<Outcome> outcomes_;
    int under_way_ = 0;
    bool closing_ = false;
    std::thread thread_;  // last: starts when everything else is there
};

}  // namespace ringscope

#include "app/window/worker.h"

#include <string>
#include <system_error>

#include "engine/base/error.h"

namespace ringscope {

Worker::Worker(std::function<void()> wake) : wake_(std::move(wake)) {
    try {
        thread_ = std::thread([this] { loop(); });
    } catch (const std::system_error& error) {
        throw Error(ErrorKind::run_failed,
                    std::string("the system could not start the window's second thread: ") + error.what());
    }
}

Worker::~Worker() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Worker::ask(Job job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
        ++under_way_;
    }
    changed_.notify_all();
}

void Worker::collect() {
    std::vector<Outcome> ready;
    {
        const std::lock_guard lock(mutex_);
        ready.swap(outcomes_);
        under_way_ -= static_cast<int>(ready.size());
    }
    for (const Outcome& outcome : ready) outcome();
}

int Worker::under_way() const {
    const std::lock_guard lock(mutex_);
    return under_way_;
}

void Worker::loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        Outcome outcome = job();
        lock.lock();
        outcomes_.push_back(std::move(outcome));
        if (wake_) wake_();
    }
}

}  // namespace ringscope

#include "app/window/worker.h"

namespace ringscope {

Worker::Worker(std::function<void()> wake) : wake_(std::move(wake)), thread_([this] { loop(); }) {}

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

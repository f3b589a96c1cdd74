#include "app/window/run_recovery.h"

#include <chrono>
#include <utility>

namespace ringscope {

namespace {

constexpr auto kBetweenRuns = std::chrono::seconds(1);

}  // namespace

RunRecovery::RunRecovery(std::string folder, std::function<void()> wake)
    : wake_(std::move(wake)),
      runs_(std::move(folder)),
      thread_([this](std::stop_token stop) { loop(std::move(stop)); }) {}

RunRecovery::~RunRecovery() = default;

void RunRecovery::keep(const std::string& uuid, std::shared_ptr<const Run> run, const std::string& name) {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = Wanted{uuid, std::move(run), name};
    }
    changed_.notify_all();
}

void RunRecovery::forget(const std::string& uuid) {
    {
        const std::lock_guard lock(mutex_);
        if (wanted_ && wanted_->uuid == uuid) wanted_.reset();
        unwanted_.push_back(uuid);
    }
    changed_.notify_all();
}

void RunRecovery::finish() {
    std::unique_lock lock(mutex_);
    hurry_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !working_ && !wanted_ && unwanted_.empty(); });
    hurry_ = false;
}

bool RunRecovery::busy() const {
    const std::lock_guard lock(mutex_);
    return working_ || wanted_ || !unwanted_.empty();
}

std::shared_ptr<const std::vector<RunSummary>> RunRecovery::earlier() const {
    const std::lock_guard lock(mutex_);
    return earlier_;
}

size_t RunRecovery::move_earlier_to(RunStore& target) {
    const std::lock_guard disk(disk_mutex_);
    const size_t moved = runs_.move_earlier_to(target);
    const std::lock_guard lock(mutex_);
    earlier_ = std::make_shared<const std::vector<RunSummary>>();
    return moved;
}

void RunRecovery::drop_earlier() {
    const std::lock_guard disk(disk_mutex_);
    runs_.drop_earlier();
    const std::lock_guard lock(mutex_);
    earlier_ = std::make_shared<const std::vector<RunSummary>>();
}

std::string RunRecovery::take_problem() {
    const std::lock_guard lock(mutex_);
    return std::exchange(problem_, "");
}

/// A problem is told once: the next runs would say the same.
template <typename Action>
void RunRecovery::attempt(Action action) {
    try {
        const std::lock_guard disk(disk_mutex_);
        action();
    } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        if (!told_) problem_ = error.what();
        told_ = true;
    }
}

void RunRecovery::loop(std::stop_token stop) {
    auto found = std::make_shared<std::vector<RunSummary>>();
    attempt([&] { *found = runs_.earlier(); });
    std::unique_lock lock(mutex_);
    earlier_ = std::move(found);
    auto next = std::chrono::steady_clock::now();
    for (;;) {
        working_ = false;
        changed_.notify_all();
        lock.unlock();
        if (wake_) wake_();
        lock.lock();
        changed_.wait(lock, stop, [this] { return wanted_ || !unwanted_.empty(); });
        if (!wanted_ && unwanted_.empty()) return;  // asked to stop, and nothing is left to do
        // A stop or finish() ends the wait for a newer run.
        changed_.wait_until(lock, stop, next, [this] { return hurry_ || !unwanted_.empty(); });
        const std::optional<Wanted> run = std::exchange(wanted_, std::nullopt);
        const std::vector<std::string> saved = std::exchange(unwanted_, {});
        working_ = true;
        lock.unlock();
        for (const std::string& uuid : saved) attempt([&] { runs_.forget(uuid); });
        if (run) attempt([&] { runs_.keep(run->uuid, *run->run, run->name); });
        next = std::chrono::steady_clock::now() + kBetweenRuns;
        lock.lock();
    }
}

}  // namespace ringscope

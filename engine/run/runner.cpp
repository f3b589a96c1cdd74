#include "engine/run/runner.h"

#include <string>
#include <system_error>
#include <utility>

#include "engine/base/error.h"

#include "engine/host/arena.h"
#include "engine/host/clock.h"

namespace ringscope {

Runner::Runner(std::function<void()> on_publish)
    : on_publish_(std::move(on_publish)), buffers_(std::make_shared<BufferPool>()) {
    try {
        thread_ = std::jthread([this](std::stop_token stop) { loop(stop); });
    } catch (const std::system_error& error) {
        throw Error(
            ErrorKind::run_failed,
            std::string("the system could not start the thread that runs experiments: ") + error.what());
    }
}

Runner::~Runner() {
    thread_.request_stop();
    cancel();
}

uint64_t Runner::submit(const Experiment& experiment, const RunOptions& options) {
    const std::lock_guard lock(mutex_);
    Request request{experiment, options, ++generation_};
    request.options.progress = &progress_;
    if (!request.options.buffers) request.options.buffers = buffers_;
    waiting_ = std::move(request);
    running_.request_stop();
    wake_.notify_all();
    return generation_;
}

void Runner::cancel() {
    const std::lock_guard lock(mutex_);
    waiting_.reset();
    running_.request_stop();
}

std::shared_ptr<const Run> Runner::latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
}

RunnerStatus Runner::status() const {
    const std::lock_guard lock(mutex_);
    RunnerStatus status;
    status.busy = busy_ || waiting_.has_value();
    status.submitted = generation_;
    status.published = published_;
    if (!busy_) return status;
    status.work_done = progress_.work_done.load();
    status.work_total = progress_.work_total.load();
    status.phase = name_of(progress_.phase.load());
    status.running_seconds = static_cast<double>(steady_ns() - started_ns_) * 1e-9;
    return status;
}

void Runner::loop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [this] { return waiting_.has_value(); })) {
        if (stop.stop_requested()) return;
        Request request = std::move(*waiting_);
        waiting_.reset();
        running_ = std::stop_source();
        const std::stop_token run_stop = running_.get_token();
        busy_ = true;
        started_ns_ = steady_ns();
        progress_.work_done.store(0);
        progress_.work_total.store(0);
        progress_.phase.store(RunPhase::planning);
        lock.unlock();
        std::shared_ptr<const Run> run = execute(request.experiment, request.options, run_stop);
        request.options.input.reset();  // an input file's memory is not held while nothing runs
        lock.lock();
        busy_ = false;
        // A newer request makes this result stale, whether or not it noticed the stop in time.
        const bool replaced = waiting_.has_value();
        if (replaced) continue;
        std::swap(latest_, run);
        published_ = request.generation;
        lock.unlock();
        run.reset();  // the last one's memory goes without the lock
        if (on_publish_) on_publish_();
        lock.lock();
    }
}

}  // namespace ringscope

#include "engine/host/worker_pool.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/host/clock.h"

namespace ringscope {

WorkerPool::WorkerPool(int threads, const std::atomic<bool>& stop) : stop_(stop) {
    RINGSCOPE_CHECK(threads >= 1);
    threads_.reserve(static_cast<size_t>(threads));
    try {
        for (int worker = 0; worker < threads; ++worker)
            threads_.emplace_back([this, worker] { loop(worker); });
    } catch (const std::system_error&) {
        // Fewer threads than asked give the same answer; none cannot give one.
        if (threads_.empty())
            throw Error(ErrorKind::run_failed, "the system could not start a worker thread");
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        RINGSCOPE_CHECK(jobs_.empty());
        closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::loop(int worker) {
    std::unique_lock lock(mutex_);
    int64_t now_ns = 0;
    for (;;) {
        Submission* job = choose();
        if (job == nullptr) {
            if (closing_) return;
            wake_.wait(lock);
            now_ns = 0;
            continue;
        }
        // A worker that goes straight from one job to the next joins at the instant it left.
        const int64_t joined_ns = now_ns != 0 ? now_ns : steady_ns();
        if (job->workers_++ == 0) job->active_since_ns_ = joined_ns;
        count_unserved();
        lock.unlock();
        const int64_t cpu_ns = thread_cpu_ns();
        work(*job, worker, lock);
        const int64_t worked_ns = thread_cpu_ns() - cpu_ns;
        now_ns = steady_ns();
        leave(*job, joined_ns, now_ns, worked_ns);
        count_unserved();
    }
}

WorkerPool::Submission* WorkerPool::choose() const {
    Submission* best = nullptr;
    for (Submission* job : jobs_)
        if (job->has_task() && (best == nullptr || job->workers_ < best->workers_)) best = job;
    return best;
}

/// With the lock held.
void WorkerPool::count_unserved() {
    const auto count = std::count_if(jobs_.begin(), jobs_.end(), [](const Submission* job) {
        return job->workers_ == 0 && job->has_task();
    });
    unserved_.store(static_cast<int>(count), std::memory_order_relaxed);
}

/// Until no task is left, or another job needs the worker more. Without the lock; returns with it.
void WorkerPool::work(Submission& job, int worker, std::unique_lock<std::mutex>& lock) {
    const auto is_needed_elsewhere = [&] { return unserved_ > 0 && job.workers_ > 1; };
    for (;;) {
        const int64_t task = job.next_.fetch_add(1, std::memory_order_relaxed);
        if (task >= job.tasks_) break;
        if (stop_.load(std::memory_order_relaxed)) {
            job.next_.store(job.tasks_, std::memory_order_relaxed);
            break;
        }
        run_task(job, task, worker);
        if (!is_needed_elsewhere()) continue;
        lock.lock();
        if (is_needed_elsewhere()) return;
        lock.unlock();
    }
    lock.lock();
}

void WorkerPool::run_task(Submission& job, int64_t task, int worker) {
    try {
        job.job_.run(job.phase_, task, worker);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!job.error_) job.error_ = std::current_exception();
        job.next_.store(job.tasks_, std::memory_order_relaxed);
    }
}

/// With the lock held. The last to leave has seen every task of the phase end.
void WorkerPool::leave(Submission& job, int64_t joined_ns, int64_t now_ns, int64_t cpu_ns) {
    job.times_.core_ns += now_ns - joined_ns;
    job.times_.cpu_ns += cpu_ns;
    if (--job.workers_ > 0) return;
    auto& active = job.times_.active;
    if (!active.empty() && active.back().end_ns == job.active_since_ns_)
        active.back().end_ns = now_ns;
    else
        active.push_back({job.active_since_ns_, now_ns});
    if (job.has_task()) return;
    if (!job.error_ && !stop_.load(std::memory_order_relaxed)) job.open_phase(job.phase_ + 1);
    if (!job.has_task()) return end(job, now_ns);
    if (job.tasks_ > 1) wake_.notify_all();
}

void WorkerPool::end(Submission& job, int64_t now_ns) {
    std::erase(jobs_, &job);
    job.times_.done_ns = now_ns;
    job.done_ = true;
    job.ended_.notify_all();
}

WorkerPool::Submission::Submission(WorkerPool& pool, PoolJob& job) : pool_(pool), job_(job) {
    const std::lock_guard lock(pool_.mutex_);
    times_.submitted_ns = steady_ns();
    open_phase(0);
    if (!has_task()) {
        times_.done_ns = times_.submitted_ns;
        done_ = true;
        return;
    }
    pool_.jobs_.push_back(this);
    pool_.count_unserved();
    if (tasks_ > 1)
        pool_.wake_.notify_all();
    else
        pool_.wake_.notify_one();
}

/// Opens `phase`, or the first after it that has tasks.
void WorkerPool::Submission::open_phase(int phase) {
    const int phases = job_.phases();
    while (phase < phases && job_.tasks(phase) == 0) ++phase;
    phase_ = phase;
    tasks_ = phase < phases ? job_.tasks(phase) : 0;
    next_.store(0, std::memory_order_relaxed);
}

WorkerPool::Submission::~Submission() {
    std::unique_lock lock(pool_.mutex_);
    if (done_) return;
    if (!error_) error_ = std::make_exception_ptr(Error(ErrorKind::cancelled, "dropped"));
    next_.store(tasks_, std::memory_order_relaxed);
    if (workers_ == 0) pool_.end(*this, steady_ns());
    pool_.count_unserved();
    ended_.wait(lock, [this] { return done_; });
}

const JobTimes& WorkerPool::Submission::wait() {
    std::unique_lock lock(pool_.mutex_);
    ended_.wait(lock, [this] { return done_; });
    if (error_) std::rethrow_exception(error_);
    return times_;
}

}  // namespace ringscope

// The worker threads that all ranks of a run share.
//
// A job is a few phases, run one after the other; a phase is independent tasks with an index. Free workers
// join the job with the fewest workers, the oldest of those, take task after task by an atomic counter, and
// leave when none is left; who leaves last opens the next phase or ends the job. A worker that is not the only
// one of its job also leaves, after a task, when another job has none: ranks that could each have a core have
// one, as if each had its own device. Each task is run once, by one worker, and tasks of a phase write disjoint
// data, so the answer does not depend on the number of workers.
//
//   rank 0:  job A  |== w0 w1 ==|====== w0 ======|== w0 w1 ==|    joined with >= 1 worker: active
//   rank 1:  job B            ..|====== w1 ======|                submitted, no worker yet: waiting for a core
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace ringscope {

class PoolJob {
  public:
    virtual ~PoolJob() = default;
    virtual int phases() const { return 1; }
    virtual int64_t tasks(int phase) const = 0;
    /// Called once for each task of each phase, from worker `worker` in [0, pool.threads()).
    virtual void run(int phase, int64_t task, int worker) = 0;
};

/// When a job was worked on; nanoseconds of steady_ns().
struct JobTimes {
    struct Interval {
        int64_t begin_ns = 0;
        int64_t end_ns = 0;
    };
    int64_t submitted_ns = 0;
    int64_t done_ns = 0;
    int64_t core_ns = 0;           // summed over the workers that joined
    int64_t cpu_ns = 0;            // of these: for which the workers had a core (thread_cpu_ns())
    std::vector<Interval> active;  // with at least one worker; ascending, disjoint
};

class WorkerPool {
  public:
    /// When `stop` becomes true, tasks that have not begun are dropped and every job ends at once.
    WorkerPool(int threads, const std::atomic<bool>& stop);
    /// Every submission must have ended.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    int threads() const { return static_cast<int>(threads_.size()); }

    /// A job under way. Starts it; the destructor drops what has not begun and waits for the rest.
    class Submission {
      public:
        Submission(WorkerPool& pool, PoolJob& job);
        ~Submission();
        Submission(const Submission&) = delete;
        Submission& operator=(const Submission&) = delete;
        /// Until the job has ended; throws what a task threw first.
        const JobTimes& wait();

      private:
        friend class WorkerPool;
        bool has_task() const { return next_.load(std::memory_order_relaxed) < tasks_; }
        void open_phase(int phase);

        WorkerPool& pool_;
        PoolJob& job_;
        std::atomic<int64_t> next_{0};  // task of the phase
        int64_t tasks_ = 0;             // of the phase
        int phase_ = 0;
        std::atomic<int> workers_{0};  // changes under the lock
        int64_t active_since_ns_ = 0;
        bool done_ = false;
        std::exception_ptr error_;
        JobTimes times_;
        std::condition_variable ended_;
    };

  private:
    void loop(int worker);
    Submission* choose() const;
    void work(Submission& job, int worker, std::unique_lock<std::mutex>& lock);
    void run_task(Submission& job, int64_t task, int worker);
    void count_unserved();
    void leave(Submission& job, int64_t joined_ns, int64_t now_ns, int64_t cpu_ns);
    void end(Submission& job, int64_t now_ns);

    const std::atomic<bool>& stop_;
    std::mutex mutex_;  // guards everything below and every Submission but its next_
    std::condition_variable wake_;
    std::vector<Submission*> jobs_;  // oldest first
    std::atomic<int> unserved_{0};   // jobs with tasks and no worker; changes under the lock
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace ringscope

#include "engine/host/worker_pool.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>

#include "engine/host/clock.h"

namespace ringscope {
namespace {

/// Phases of so many tasks each; `body` is called for each task.
class CountingJob : public PoolJob {
  public:
    CountingJob(std::vector<int64_t> tasks, std::function<void(int, int64_t)> body = {})
        : tasks_(std::move(tasks)), body_(std::move(body)) {
        for (const int64_t count : tasks_) calls.emplace_back(static_cast<size_t>(count));
    }
    int phases() const override { return static_cast<int>(tasks_.size()); }
    int64_t tasks(int phase) const override { return tasks_[static_cast<size_t>(phase)]; }
    void run(int phase, int64_t task, int) override {
        for (int earlier = 0; earlier < phase; ++earlier)
            for (const auto& count : calls[static_cast<size_t>(earlier)])
                if (count.load() == 0) phases_kept = false;
        calls[static_cast<size_t>(phase)][static_cast<size_t>(task)].fetch_add(1);
        if (body_) body_(phase, task);
    }
    bool each_once() const {
        for (const auto& phase : calls)
            for (const auto& count : phase)
                if (count.load() != 1) return false;
        return true;
    }
    std::vector<std::vector<std::atomic<int>>> calls;
    std::atomic<bool> phases_kept{true};

  private:
    std::vector<int64_t> tasks_;
    std::function<void(int, int64_t)> body_;
};

TEST(WorkerPool, RunsEveryTaskOncePhaseByPhase) {
    const std::atomic<bool> stop{false};
    for (const int threads : {1, 2, 3, 8}) {
        WorkerPool pool(threads, stop);
        for (int repeat = 0; repeat < 20; ++repeat) {
            CountingJob job({5, 0, 1, 37, 2});
            WorkerPool::Submission(pool, job).wait();
            EXPECT_TRUE(job.each_once());
            EXPECT_TRUE(job.phases_kept.load());
        }
    }
}

TEST(WorkerPool, ManySubmittersAtOnce) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(3, stop);
    std::vector<std::thread> submitters;
    std::atomic<int> good{0};
    for (int i = 0; i < 6; ++i)
        submitters.emplace_back([&] {
            for (int repeat = 0; repeat < 30; ++repeat) {
                CountingJob job({3, 11});
                WorkerPool::Submission(pool, job).wait();
                good += job.each_once() && job.phases_kept.load();
            }
        });
    for (std::thread& thread : submitters) thread.join();
    EXPECT_EQ(good.load(), 180);
}

/// Both workers are at a job whose last tasks wait for another: it runs only if one of them goes there.
TEST(WorkerPool, AJobWithManyWorkersLetsOneGoToAJobWithNone) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(2, stop);
    std::atomic<int> begun{0};
    std::atomic<bool> second_submitted{false}, second_ran{false}, gave_up{false};
    const int64_t give_up_ns = steady_ns() + 60'000'000'000;
    CountingJob first({4}, [&](int, int64_t task) {
        ++begun;
        while (begun < 2 || !second_submitted) std::this_thread::yield();
        while (task >= 2 && !second_ran && !gave_up) {
            std::this_thread::yield();
            if (steady_ns() > give_up_ns) gave_up = true;
        }
    });
    WorkerPool::Submission submitted(pool, first);
    while (begun < 2) std::this_thread::yield();
    CountingJob second({1}, [&](int, int64_t) { second_ran = true; });
    WorkerPool::Submission other(pool, second);
    second_submitted = true;
    other.wait();
    submitted.wait();
    EXPECT_FALSE(gave_up);
    EXPECT_TRUE(first.each_once());
    EXPECT_TRUE(second.each_once());
}

TEST(WorkerPool, AJobWithoutTasksEndsAtOnce) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(1, stop);
    CountingJob none({0, 0});
    const JobTimes times = WorkerPool::Submission(pool, none).wait();
    EXPECT_TRUE(times.active.empty());
    EXPECT_EQ(times.core_ns, 0);
}

TEST(WorkerPool, TimesAreOrderedAndCoverTheWork) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(2, stop);
    CountingJob job({8, 8}, [](int, int64_t) {
        const int64_t until = steady_ns() + 200'000;
        while (steady_ns() < until) {
        }
    });
    const JobTimes times = WorkerPool::Submission(pool, job).wait();
    int64_t since = times.submitted_ns;
    int64_t active = 0;
    for (const JobTimes::Interval& interval : times.active) {
        EXPECT_GE(interval.begin_ns, since);
        EXPECT_GE(interval.end_ns, interval.begin_ns);
        active += interval.end_ns - interval.begin_ns;
        since = interval.end_ns;
    }
    EXPECT_LE(since, times.done_ns);
    EXPECT_GE(times.core_ns, 16 * 200'000);
    EXPECT_GE(times.core_ns, active);
    EXPECT_LE(times.core_ns, 2 * active);
}

TEST(WorkerPool, FreeWorkersJoinTheJobWithTheFewest) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(2, stop);
    // Both jobs wait for each other's first task: that ends only if each gets a worker.
    std::atomic<int> arrived{0};
    const auto meet = [&](int, int64_t) {
        ++arrived;
        while (arrived.load() < 2) std::this_thread::yield();
    };
    CountingJob first({1}, meet), second({1}, meet);
    WorkerPool::Submission a(pool, first), b(pool, second);
    a.wait();
    b.wait();
    EXPECT_TRUE(first.each_once() && second.each_once());
}

TEST(WorkerPool, ATasksExceptionReachesTheSubmitterAndThePoolGoesOn) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(2, stop);
    CountingJob bad({50}, [](int, int64_t task) {
        if (task == 3) throw std::runtime_error("task 3");
    });
    EXPECT_THROW(WorkerPool::Submission(pool, bad).wait(), std::runtime_error);
    CountingJob good({50});
    WorkerPool::Submission(pool, good).wait();
    EXPECT_TRUE(good.each_once());
}

TEST(WorkerPool, StopDropsWhatHasNotBegun) {
    std::atomic<bool> stop{false};
    WorkerPool pool(2, stop);
    CountingJob job({1000, 1000}, [&](int, int64_t task) {
        if (task == 10) stop.store(true);
    });
    WorkerPool::Submission(pool, job).wait();
    EXPECT_FALSE(job.each_once());
    EXPECT_EQ(job.calls[1].back().load(), 0);
    CountingJob after({4});
    WorkerPool::Submission(pool, after).wait();
    EXPECT_EQ(after.calls[0][0].load(), 0);
}

TEST(WorkerPool, ASubmissionThatIsLetGoEnds) {
    const std::atomic<bool> stop{false};
    WorkerPool pool(2, stop);
    for (int repeat = 0; repeat < 50; ++repeat) {
        CountingJob job({1000});
        { const WorkerPool::Submission dropped(pool, job); }
        for (const auto& count : job.calls[0]) EXPECT_LE(count.load(), 1);
    }
}

}  // namespace
}  // namespace ringscope

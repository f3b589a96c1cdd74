#include "engine/run/runner.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

namespace ringscope {
namespace {

Experiment small_experiment(int64_t seq_len = 64) {
    Experiment e;
    e.problem.seq_len = seq_len;
    e.problem.heads = 2;
    e.problem.head_dim = 8;
    e.problem.head_groups = {{seq_len, 1, {}, {}}};
    e.ring.ranks = 3;
    e.backend.threads = 2;
    return e;
}

/// Takes many seconds if nobody cancels it.
Experiment long_experiment() {
    Experiment e = small_experiment(1 << 16);
    e.problem.head_dim = 32;
    return e;
}

template <typename Condition>
void wait_for(Condition&& condition) {
    while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(Runner, PublishesWhatWasSubmitted) {
    std::atomic<int> published{0};
    Runner runner([&] { ++published; });
    EXPECT_EQ(runner.latest(), nullptr);
    EXPECT_FALSE(runner.status().busy);
    const uint64_t generation = runner.submit(small_experiment(), {});
    EXPECT_EQ(generation, 1u);
    wait_for([&] { return runner.status().published == generation; });
    wait_for([&] { return published.load() == 1; });
    ASSERT_NE(runner.latest(), nullptr);
    EXPECT_EQ(runner.latest()->state, RunState::done);
    EXPECT_EQ(runner.latest()->experiment, small_experiment());
    EXPECT_FALSE(runner.status().busy);
}

TEST(Runner, TheNewestRequestWins) {
    Runner runner;
    runner.submit(long_experiment(), {});
    wait_for([&] { return runner.status().work_total > 0; });
    runner.submit(long_experiment(), {});
    const uint64_t last = runner.submit(small_experiment(48), {});
    wait_for([&] { return runner.status().published == last; });
    EXPECT_EQ(runner.latest()->experiment.problem.seq_len, 48);
    EXPECT_EQ(runner.latest()->state, RunState::done);
}

TEST(Runner, ACancelledRequestIsPublishedAsSuch) {
    Runner runner;
    const uint64_t generation = runner.submit(long_experiment(), {});
    wait_for([&] { return runner.status().work_total > 0; });
    runner.cancel();
    wait_for([&] { return runner.status().published == generation; });
    EXPECT_EQ(runner.latest()->state, RunState::cancelled);
}

TEST(Runner, AFailedRequestIsPublishedToo) {
    Runner runner;
    Experiment bad = small_experiment();
    bad.problem.head_dim = 0;
    const uint64_t generation = runner.submit(bad, {});
    wait_for([&] { return runner.status().published == generation; });
    EXPECT_EQ(runner.latest()->state, RunState::failed);
    EXPECT_NE(runner.latest()->error, "");
}

TEST(Runner, EarlierResultsStayReadable) {
    Runner runner;
    std::shared_ptr<const ringscope::Run> first;
    for (uint64_t generation = 1; generation <= 5; ++generation) {
        runner.submit(small_experiment(), {});
        wait_for([&] { return runner.status().published == generation; });
        if (!first) first = runner.latest();
        for (int64_t token = 0; token < 64; ++token)
            EXPECT_EQ(first->output->lse(0, 1, token), runner.latest()->output->lse(0, 1, token));
    }
}

TEST(Runner, AHundredChangesInARow) {
    std::mt19937 random(5);
    Runner runner;
    for (int i = 0; i < 100; ++i) {
        Experiment e =
            random() % 2 ? small_experiment(16 + static_cast<int64_t>(random() % 64)) : long_experiment();
        e.ring.ranks = 1 + static_cast<int>(random() % 6);
        runner.submit(e, {});
        const uint32_t next = random() % 4;
        if (next == 0) runner.cancel();
        if (next == 1) std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
        if (next == 2) runner.status();
    }
    const uint64_t last = runner.submit(small_experiment(40), {});
    wait_for([&] { return runner.status().published == last; });
    EXPECT_EQ(runner.latest()->experiment.problem.seq_len, 40);
    EXPECT_EQ(runner.latest()->state, RunState::done);
}

TEST(Runner, GoesAwayWhileARunIsUnderWay) {
    for (int i = 0; i < 10; ++i) {
        Runner runner;
        runner.submit(long_experiment(), {});
        if (i % 2) wait_for([&] { return runner.status().work_total > 0; });
    }
}

}  // namespace
}  // namespace ringscope

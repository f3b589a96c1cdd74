// What holds for every run of the CUDA executor on the fake runtime, whatever its transport.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <stop_token>
#include <thread>

#include "engine/analysis/verification_text.h"
#include "engine/cuda/cuda_memory_model.h"
#include "engine/run/execute.h"
#include "engine/run/inventory.h"
#include "tests/cuda/fake_cuda.h"
#include "tests/random_problem.h"

namespace ringscope {

inline constexpr int64_t kPlenty = int64_t{1} << 30;

inline Experiment random_small_experiment(std::mt19937& random) {
    Experiment e = random_experiment(random, {70, 6, 16});
    e.problem.dtype = static_cast<DType>(random() % 3);
    e.backend.device = "cuda";
    e.backend.threads = 1;
    return e;
}

/// Dense over four ranks: every rank sends in every step but the last.
inline Experiment dense_ring() {
    Experiment e;
    e.problem.seq_len = 96;
    e.problem.heads = 2;
    e.problem.head_dim = 8;
    e.problem.head_groups = {{96, 1, {}, {}}};
    e.ring.ranks = 4;
    e.backend.device = "cuda";
    e.backend.threads = 1;
    return e;
}

/// A person cancels while a rank waits for a transfer that never comes, long before the time limit.
inline void expect_cancel_ends_lost_transfer(Experiment experiment) {
    experiment.ring.timeout_seconds = 60;
    RunOptions options;
    options.fault = {Fault::Kind::lose_transfer, 1, 1, 0};
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
    });
    EXPECT_EQ(execute(experiment, options, stop.get_token())->state, RunState::cancelled);
}

inline void expect_done(const Experiment& experiment) {
    RunOptions options;
    options.verify = true;
    const auto run = execute(experiment, options, {});
    ASSERT_EQ(run->state, RunState::done) << run->error;
    EXPECT_TRUE(run->verification->passed) << verification_line(*run->verification);
    EXPECT_EQ(run->metrics.bytes_on_wire, run->schedule->bytes_on_wire);
    for (const RankMetrics& rank : run->metrics.ranks) {
        // A causal tile that sees nothing has no place in the lists.
        EXPECT_LE(rank.peak_bytes, rank.predicted_peak_bytes);
        if (!experiment.problem.causal) {
            EXPECT_EQ(rank.peak_bytes, rank.predicted_peak_bytes);
        }
        EXPECT_NEAR(rank.wall_seconds(), run->metrics.seconds, 1e-3 * run->metrics.seconds);
    }
    for (const TransferTimes& times : run->trace.transfers) {
        EXPECT_GE(times.posted_ns, 0);
        EXPECT_GE(times.begin_ns, times.posted_ns);
        EXPECT_GE(times.done_ns, times.begin_ns);
    }
    EXPECT_GT(run->trace.clock_error_ns, 0);
}

/// After any run, well or not.
inline void expect_nothing_left() {
    EXPECT_EQ(fake_cuda::live_bytes(), 0);
    EXPECT_EQ(fake_cuda::live_handles(), 0);
    EXPECT_EQ(fake_cuda::gave_up(), 0) << "calls that wait for what never comes";
}

}  // namespace ringscope

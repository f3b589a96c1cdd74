// How soon a run ends after a stop request, whatever it does at that moment. Prints the longest it took. A round is a
// stop at a random moment; RINGSCOPE_STOP_ROUNDS gives their number per case, 4 when it is not set.
//
// The bound is generous, as the machine may be loaded and kernels are all that is optimised: what it catches is a loop
// that does not look at the request at all, since every case below runs for minutes without it.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "engine/plan/plan_size.h"
#include "engine/run/execute.h"

namespace ringscope {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBound = std::chrono::seconds(10);

Experiment base(int64_t seq_len, int64_t segment_length, int heads, int head_dim, int ranks) {
    Experiment e;
    e.problem.seq_len = seq_len;
    e.problem.heads = heads;
    e.problem.head_dim = head_dim;
    e.problem.head_groups = {{segment_length, 1, {}, {}}};
    e.ring.ranks = ranks;
    return e;
}

int rounds() {
    const char* given = std::getenv("RINGSCOPE_STOP_ROUNDS");
    return given == nullptr ? 4 : std::atoi(given);
}

/// Stops runs at moments up to `most_ms` after they began.
void stop_at_random_moments(const Experiment& e, int most_ms) {
    static std::mt19937 random(17);
    std::chrono::duration<double, std::milli> longest{0};
    int stopped = 0;
    for (int round = 0; round < rounds(); ++round) {
        const auto moment =
            std::chrono::microseconds(std::uniform_int_distribution<int>(0, 1000 * most_ms)(random));
        std::stop_source stop;
        Clock::time_point asked;
        std::shared_ptr<const Run> run;
        {
            std::jthread canceller([&] {
                std::this_thread::sleep_for(moment);
                asked = Clock::now();
                stop.request_stop();
            });
            run = execute(e, {}, stop.get_token());
        }
        const auto took = Clock::now() - asked;
        if (run->state != RunState::cancelled) {
            ASSERT_EQ(run->state, RunState::done) << run->error;
            continue;  // it was over before
        }
        ++stopped;
        longest = std::max<decltype(longest)>(longest, took);
        ASSERT_LT(took, kBound) << "stopped after " << moment.count() << " us";
    }
    std::printf("  stopped %d of %d, at most %.1f ms\n", stopped, rounds(), longest.count());
    EXPECT_GT(stopped, 0);
}

TEST(StopLatency, Planning) {
    Experiment e = base(1 << 24, 5003, 1, 1, 64);
    e.ring.layout = Layout::striped;
    e.ring.stripe_block.tokens = 7;
    ASSERT_GT(plan_size(e).comparisons, 1 << 20);
    stop_at_random_moments(e, 100);
}

TEST(StopLatency, OneVectorPerRow) { stop_at_random_moments(base(1 << 24, 64, 1, 1, 4), 400); }

TEST(StopLatency, StripedSingleTokens) {
    Experiment e = base(1 << 22, 1 << 10, 1, 2, 4);
    e.ring.layout = Layout::striped;
    stop_at_random_moments(e, 400);
}

TEST(StopLatency, ManyShortSegmentsToPack) {
    Experiment e = base(1 << 23, 3, 2, 2, 8);
    e.ring.prune = false;
    stop_at_random_moments(e, 600);
}

TEST(StopLatency, LongSegmentsOfWideVectors) {
    Experiment e = base(1 << 16, 1 << 16, 2, 256, 4);
    stop_at_random_moments(e, 600);
    e.backend.kernel = "portable";
    stop_at_random_moments(e, 600);
    e.ring.accumulator = Accumulator::online_softmax;
    e.ring.overlap = false;
    stop_at_random_moments(e, 600);
}

TEST(StopLatency, LargeBuffers) {
    Experiment e = base(1 << 17, 1 << 17, 8, 64, 4);
    e.ring.strategy = Strategy::all_gather;
    stop_at_random_moments(e, 1500);
}

TEST(StopLatency, ManyHeadGroups) {
    Experiment e = base(1 << 14, 1 << 10, 64, 8, 32);
    e.problem.mixing = Mixing::longnet;
    e.problem.head_groups.clear();
    for (int group = 0; group < 16; ++group) e.problem.head_groups.push_back({512 + group, 64, {}, {}});
    stop_at_random_moments(e, 600);
}

}  // namespace
}  // namespace ringscope

// Streamed simulations against what they stand for: the planner's schedules, the costs of their work, the event
// engine's times, and closed forms.
#include "engine/simulate/streamed.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>
#include <tuple>

#include "engine/simulate/layout.h"
#include "engine/simulate/recurrence.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr double kLatency = 3e-6;
constexpr double kNoLimit = 1e30;  // bytes per second: transfers never wait for each other

MachineModel machine_of(int devices, double bytes_per_second) {
    MachineModel machine;
    machine.name = "test";
    machine.devices_per_host = devices;
    machine.links = {{"port", LinkScope::device, 1, kLatency, bytes_per_second, true, ""}};
    machine.same_host = "port";
    machine.message_seconds = 1e-6;
    DeviceModel& device = machine.device;
    device.memory_bytes = int64_t{1} << 40;
    device.launch_seconds = 2e-6;
    device.pack_bytes_per_second = 1e9;
    device.merge_bytes_per_second = 2e9;
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        device.peaks.push_back({dtype, 1e9});
        device.curves.push_back({dtype, 64, false, 0.5, 20, 3});
        device.curves.push_back({dtype, 64, true, 0.4, 30, 2});
    }
    return machine;
}

/// CPUs with a few workers, merging apart, taking one transfer after the other; GPUs otherwise.
MachineModel random_machine(std::mt19937& random, int devices, double bytes_per_second) {
    MachineModel machine = machine_of(devices, bytes_per_second);
    if (random() % 2 == 0) return machine;
    machine.device.kind = DeviceKind::cpu;
    machine.device.workers = 1 + static_cast<int>(random() % 4);
    machine.device.merges_in_kernel = false;
    machine.receives_at_once = false;
    return machine;
}

int random_problems() {
    const char* given = std::getenv("RINGSCOPE_PROBLEMS");
    return given == nullptr ? 600 : std::atoi(given);
}

Experiment random_ring(std::mt19937& random) {
    Experiment e = random_experiment(random, {160, 16, 12});
    e.problem.dtype = DType::f16;
    return e;
}

// --- What is planned ---

/// By rank, step, pattern and owner.
using Pairs = std::map<std::tuple<int, int, int, int>, int64_t>;
/// By step, sender and receiver: bytes.
using Messages = std::map<std::tuple<int, int, int>, int64_t>;

Pairs pairs_of(const Schedule& schedule) {
    Pairs pairs;
    for (int rank = 0; rank < schedule.ranks; ++rank)
        for (int step = 0; step < schedule.steps; ++step)
            for (const Work& work :
                 schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work)
                pairs[{rank, step, work.pattern, work.owner}] += work.pairs;
    return pairs;
}

Pairs pairs_of(StreamedRing& ring) {
    Pairs pairs;
    std::vector<StreamedWork> works;
    for (int rank = 0; rank < ring.ranks(); ++rank)
        for (int step = 0; step < ring.steps(); ++step) {
            works.clear();
            ring.read_work(rank, step, works);
            for (const StreamedWork& work : works)
                pairs[{rank, step, work.pattern, work.owner}] += work.count * work.cost.pairs;
        }
    return pairs;
}

Messages messages_of(const Schedule& schedule) {
    Messages messages;
    for (const Transfer& transfer : schedule.transfers)
        messages[{transfer.step, transfer.from, transfer.to}] = transfer.bytes;
    return messages;
}

Messages messages_of(const StreamedRing& ring) {
    Messages messages;
    std::vector<StreamedReceive> receives;
    for (int rank = 0; rank < ring.ranks(); ++rank) {
        if (ring.strategy() == Strategy::all_gather)
            for (int owner = 0; owner < ring.ranks(); ++owner)
                if (owner != rank && ring.own_bytes(owner) > 0)
                    messages[{0, owner, rank}] = ring.own_bytes(owner);
        for (int step = 1; ring.strategy() == Strategy::ring && step < ring.steps(); ++step) {
            receives.clear();
            ring.read_receives(rank, step, receives);
            for (const StreamedReceive& receive : receives) {
                EXPECT_TRUE((messages.try_emplace({step, receive.from, rank}, receive.bytes)).second);
            }
        }
    }
    return messages;
}

TEST(Streamed, PlansThePairsAndTransfersThatAreStored) {
    std::mt19937 random(4096);
    for (int round = 0; round < random_problems(); ++round) {
        const Experiment e = random_ring(random);
        const Schedule schedule = plan(e);
        StreamedRing ring(e, machine_of(schedule.ranks, kNoLimit), {});
        ASSERT_EQ(ring.steps(), schedule.steps) << describe(e);
        ASSERT_EQ(pairs_of(ring), pairs_of(schedule)) << describe(e);
        ASSERT_EQ(messages_of(ring), messages_of(schedule)) << describe(e);
        for (int rank = 0; rank < schedule.ranks && schedule.strategy != Strategy::single; ++rank)
            EXPECT_EQ(ring.packs(rank), !schedule.pieces_in(rank, 0).empty()) << describe(e);
    }
}

// --- What it costs ---

WorkCosts streamed_costs(StreamedRing& ring, const Experiment& e, const MachineModel& machine) {
    StreamedCosts costs(ring, e, machine);
    WorkCosts all;
    for (int rank = 0; rank < ring.ranks(); ++rank) {
        RankCosts of_rank;
        of_rank.pack_seconds = costs.pack_seconds(rank);
        of_rank.normalise_seconds = costs.normalise_seconds(rank);
        for (int step = 0; step < ring.steps(); ++step) of_rank.steps.push_back(costs.step(rank, step));
        all.push_back(of_rank);
    }
    return all;
}

bool has_long_ranges(const RankStep& step) {
    for (const Work& work : step.work)
        if (work.segments.count > 2) return true;
    return false;
}

/// Stored work of many segments is costed by a sample of them, streamed work by all.
TEST(Streamed, WorkCostsWhatStoredWorkCosts) {
    std::mt19937 random(16);
    int compared = 0;
    for (int round = 0; round < random_problems(); ++round) {
        const Experiment e = random_ring(random);
        const Schedule schedule = plan(e);
        const MachineModel machine = random_machine(random, schedule.ranks, kNoLimit);
        StreamedRing ring(e, machine, {});
        const WorkCosts stored = work_costs(schedule, machine);
        const WorkCosts streamed = streamed_costs(ring, e, machine);
        for (size_t rank = 0; rank < stored.size(); ++rank) {
            EXPECT_DOUBLE_EQ(streamed[rank].pack_seconds, stored[rank].pack_seconds) << describe(e);
            EXPECT_DOUBLE_EQ(streamed[rank].normalise_seconds, stored[rank].normalise_seconds);
            for (size_t step = 0; step < stored[rank].steps.size(); ++step) {
                if (has_long_ranges(schedule.rank_plans[rank].steps[step]))
                    break;  // and what merges behind it
                const StepCost& a = streamed[rank].steps[step];
                const StepCost& b = stored[rank].steps[step];
                EXPECT_NEAR(a.attend_seconds, b.attend_seconds, 1e-12 + 1e-9 * b.attend_seconds)
                    << describe(e) << " rank " << rank << " step " << step;
                EXPECT_NEAR(a.merge_seconds, b.merge_seconds, 1e-12 + 1e-9 * b.merge_seconds) << describe(e);
                EXPECT_NEAR(a.pieces, b.pieces, 1e-9 * b.pieces) << describe(e);
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, 10 * random_problems());
}

// --- How long it takes ---

std::vector<SlowRank> random_slow_ranks(std::mt19937& random, int ranks) {
    std::vector<SlowRank> slow;
    if (random() % 2 == 0) slow.push_back({.rank = static_cast<int>(random()) % ranks, .factor = 1.7});
    if (random() % 2 == 0)
        slow.push_back({.rank = static_cast<int>(random() % static_cast<unsigned>(ranks)),
                        .delay_step = static_cast<int>(random() % 3),
                        .delay_seconds = 4e-5});
    for (SlowRank& one : slow) one.rank = std::abs(one.rank);
    return slow;
}

Metrics event_metrics(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine,
                      const std::vector<SlowRank>& slow) {
    const LaidOut laid_out = lay_out(schedule, costs, machine, slow);
    return derive_metrics(schedule, laid_out.trace, laid_out.counters);
}

/// Of the event engine, whose clock ticks in nanoseconds.
void expect_same_rank(const RankMetrics& streamed, const RankMetrics& events, double tolerance,
                      const Experiment& e) {
    const std::string text = describe(e) + " rank " + std::to_string(events.rank);
    EXPECT_NEAR(streamed.compute_seconds, events.compute_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.core_seconds, events.core_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.pack_seconds, events.pack_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.merge_seconds, events.merge_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.exposed_transfer_seconds, events.exposed_transfer_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.wait_peer_seconds, events.wait_peer_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.wait_link_seconds, events.wait_link_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.transfer_seconds, events.transfer_seconds, tolerance) << text;
    EXPECT_NEAR(streamed.idle_seconds, events.idle_seconds, 2 * tolerance) << text;
    EXPECT_EQ(streamed.sent_bytes, events.sent_bytes) << text;
    EXPECT_EQ(streamed.received_bytes, events.received_bytes) << text;
}

/// Rings whose transfers never share a link: the same times, cause by cause.
TEST(Streamed, TimesAreTheEventEnginesWithoutContention) {
    std::mt19937 random(77);
    for (int round = 0; round < random_problems(); ++round) {
        Experiment e = random_ring(random);
        e.ring.strategy = Strategy::ring;
        const bool one_neighbour = !e.ring.prune;  // then links may have limits
        const Schedule schedule = plan(e);
        MachineModel machine = random_machine(random, schedule.ranks, one_neighbour ? 3e8 : kNoLimit);
        // Who takes one after the other from several peers may find two ready at the same nanosecond.
        machine.receives_at_once = machine.receives_at_once || e.ring.prune;
        if (machine.device.kind == DeviceKind::cpu) e.backend.threads = 1 + static_cast<int>(random() % 4);
        const Schedule asked = plan(e);
        StreamedRing ring(e, machine, {});
        const std::vector<SlowRank> slow = random_slow_ranks(random, schedule.ranks);
        const WorkCosts costs = streamed_costs(ring, e, machine);
        const Metrics events = event_metrics(asked, with_jitter(costs, 0.2, 5, 1), machine, slow);
        Recurrence recurrence(ring, e, machine, slow);
        const JitterFactors jitter(0.2, 5, 1, ring.steps());
        const StreamedTimes times = recurrence.run(jitter, [] {}, {});
        const double tolerance = 1e-9 * (4 + 4 * schedule.steps);
        ASSERT_NEAR(times.seconds, events.seconds, tolerance) << describe(e);
        for (size_t rank = 0; rank < times.ranks.size(); ++rank) {
            expect_same_rank(times.ranks[rank].metrics, events.ranks[rank], tolerance, e);
            EXPECT_NEAR(times.ranks[rank].metrics.wall_seconds(), times.seconds,
                        1e-12 + 1e-9 * times.seconds);
        }
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
}

}  // namespace
}  // namespace ringscope

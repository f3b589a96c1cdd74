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
    device.step_seconds = 1.5e-6;
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

/// A slow link is shared by all that its rank sends to.
std::vector<SlowRank> random_slow_ranks(std::mt19937& random, int ranks, bool one_neighbour) {
    std::vector<SlowRank> slow;
    if (one_neighbour && random() % 2 == 0)
        slow.push_back(
            {.rank = static_cast<int>(random() % static_cast<unsigned>(ranks)), .bytes_per_second = 5e7});
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
    EXPECT_NEAR(streamed.wait_core_seconds, events.wait_core_seconds, tolerance) << text;
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
        const std::vector<SlowRank> slow = random_slow_ranks(random, schedule.ranks, one_neighbour);
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

/// Streamed over the event engine's.
double ratio_to_events(const Experiment& e, const MachineModel& machine) {
    const Schedule schedule = plan(e);
    StreamedRing ring(e, machine, {});
    const WorkCosts costs = streamed_costs(ring, e, machine);
    const std::vector<SlowRank> none;
    Recurrence recurrence(ring, e, machine, none);
    const StreamedTimes times = recurrence.run(JitterFactors(0, 1, 0, ring.steps()), [] {}, {});
    const Metrics events = event_metrics(schedule, costs, machine, {});
    for (size_t rank = 0; rank < times.ranks.size(); ++rank) {
        EXPECT_EQ(times.ranks[rank].metrics.sent_bytes, events.ranks[rank].sent_bytes) << describe(e);
        EXPECT_EQ(times.ranks[rank].metrics.received_bytes, events.ranks[rank].received_bytes) << describe(e);
        EXPECT_NEAR(times.ranks[rank].metrics.wall_seconds(), times.seconds, 1e-12 + 1e-9 * times.seconds);
    }
    return times.seconds / events.seconds;
}

/// Where sub-rings end, transfers share a link. Those that begin together share it fairly; what is left of the step
/// before is not seen.
TEST(Streamed, TimesAreNearTheEventEnginesWithContention) {
    std::mt19937 random(5);
    std::vector<double> errors;
    for (int round = 0; round < random_problems() / 2; ++round) {
        Experiment e = random_ring(random);
        e.ring.strategy = Strategy::ring;
        e.ring.prune = true;
        const Schedule schedule = plan(e);
        if (schedule.transfers.empty()) continue;
        errors.push_back(std::abs(ratio_to_events(e, random_machine(random, schedule.ranks, 2e7)) - 1));
    }
    ASSERT_GT(errors.size(), 20U);
    std::sort(errors.begin(), errors.end());
    EXPECT_LT(errors[errors.size() / 2], 0.01);
    EXPECT_LT(errors[errors.size() * 9 / 10], 0.15);
}

/// LongNet's settings: segments from a rank's share up to the whole sequence.
TEST(Streamed, LongNetTakesTheEventEnginesTime) {
    for (const int ranks : {8, 32})
        for (const Layout layout : {Layout::contiguous, Layout::zigzag})
            for (const bool causal : {false, true})
                for (const double bytes_per_second : {2e6, 2e7, 2e8}) {
                    Experiment e;
                    e.problem.seq_len = int64_t{64} * ranks;
                    e.problem.heads = 4;
                    e.problem.head_dim = 64;
                    e.problem.dtype = DType::f16;
                    e.problem.causal = causal;
                    e.problem.head_groups = {
                        {64, 1, {}, {}}, {128, 2, {}, {}}, {256, 4, {}, {}}, {e.problem.seq_len, 8, {}, {}}};
                    e.ring.ranks = ranks;
                    e.ring.layout = layout;
                    EXPECT_NEAR(ratio_to_events(e, machine_of(ranks, bytes_per_second)), 1, 0.05)
                        << describe(e) << bytes_per_second;
                }
}

TEST(Streamed, AllGatherTakesTheEventEnginesTime) {
    std::mt19937 random(9);
    for (int round = 0; round < random_problems() / 2; ++round) {
        Experiment e = random_ring(random);
        e.ring.strategy = Strategy::all_gather;
        const Schedule schedule = plan(e);
        if (schedule.transfers.empty()) continue;
        MachineModel machine = machine_of(schedule.ranks, 2e7);
        machine.gather = static_cast<GatherAlgorithm>(round % 3);
        const double ratio = ratio_to_events(e, machine);
        // Uneven shares: one after the other round the ring, where events let all share a link.
        EXPECT_GT(ratio, 0.65) << name_of(machine.gather) << " " << describe(e);
        EXPECT_LT(ratio, 1.3) << name_of(machine.gather) << " " << describe(e);
        if (machine.gather == GatherAlgorithm::direct) {
            EXPECT_NEAR(ratio, 1, 0.01) << describe(e);
        }
    }
}

Experiment uniform_ring(int ranks, bool overlap);

TEST(Streamed, AllGatherOfEvenSharesTakesTheEventEnginesTime) {
    for (const int ranks : {8, 12, 64})
        for (const GatherAlgorithm gather :
             {GatherAlgorithm::direct, GatherAlgorithm::ring, GatherAlgorithm::tree})
            for (const bool at_once : {true, false}) {
                Experiment e = uniform_ring(ranks, false);
                e.ring.strategy = Strategy::all_gather;
                MachineModel machine = machine_of(ranks, 1e7);
                machine.gather = gather;
                machine.receives_at_once = at_once;
                const double ratio = ratio_to_events(e, machine);
                const bool drifts = !at_once && gather != GatherAlgorithm::ring;  // gather_rounds.h
                EXPECT_GT(ratio, drifts ? 0.65 : 0.999) << ranks << name_of(gather) << at_once;
                EXPECT_LT(ratio, drifts ? 1.5 : 1.001) << ranks << name_of(gather) << at_once;
            }
}

// --- Closed forms, at full size ---

constexpr double kCurvePairs =
    4.0 * 64 / (1e9 * 0.5);  // seconds per pair of head dim 64, f16, without overheads

Experiment uniform_ring(int ranks, bool overlap) {
    Experiment e;
    e.problem.seq_len = int64_t{64} * ranks;
    e.problem.heads = 1;
    e.problem.head_dim = 64;
    e.problem.dtype = DType::f16;
    e.problem.head_groups.emplace_back().segment_length = e.problem.seq_len;
    e.ring.ranks = ranks;
    e.ring.prune = false;
    e.ring.overlap = overlap;
    return e;
}

Simulation on(const MachineModel& machine) { return {std::make_shared<const MachineModel>(machine), {}, {}}; }

TEST(Streamed, UniformRingsTakeComputeAndHops) {
    for (const int ranks : {2, 300})
        for (const double bytes_per_second : {1e6, 1e9}) {
            const MachineModel machine = machine_of(ranks, bytes_per_second);
            const double compute = kCurvePairs * (64 * 64 + 20 * 64 + 3 * 64) +
                                   machine.device.launch_seconds + machine.device.step_seconds;
            const double bytes = 64 * 64 * 2 * 2;
            const double pack = 2 * bytes / machine.device.pack_bytes_per_second;
            const double hop = machine.message_seconds + kLatency + bytes / bytes_per_second;
            const auto apart = simulate_streamed(uniform_ring(ranks, false), on(machine));
            const double both = pack + ranks * compute + (ranks - 1) * hop;
            EXPECT_NEAR(apart.metrics.seconds, both, 1e-9 * both);
            const auto together = simulate_streamed(uniform_ring(ranks, true), on(machine));
            const double first = std::max(compute, pack + hop);
            const double longer = first + (ranks - 2) * std::max(compute, hop) + compute;
            EXPECT_NEAR(together.metrics.seconds, longer, 1e-9 * longer);
            EXPECT_EQ(together.metrics.bytes_on_wire, int64_t{ranks} * (ranks - 1) * 64 * 64 * 2 * 2);
            EXPECT_NEAR(together.metrics.overlap_efficiency, compute >= pack + hop ? 1.0 : 0.5, 0.5);
            double flops = 0;
            for (const double of_rank : together.rank_flops) flops += of_rank;
            EXPECT_DOUBLE_EQ(flops, together.metrics.flops);
        }
}

/// 4096 ranks and 16,777,216 tokens.
TEST(Streamed, PrunedLongNetOnThousandsOfRanksSendsNothing) {
    Experiment e = uniform_ring(kMaxRanks, true);
    e.problem.seq_len = int64_t{4096} * kMaxRanks;
    e.problem.head_groups = {{2048, 1, {}, {}}, {4096, 2, {}, {}}};
    e.problem.heads = 2;
    e.ring.prune = true;
    const auto result = simulate_streamed(e, on(machine_of(kMaxRanks, 1e9)));
    EXPECT_EQ(result.steps, 1);
    EXPECT_EQ(result.metrics.bytes_on_wire, 0);
    EXPECT_EQ(result.metrics.overlap_efficiency, 1);
    EXPECT_NEAR(result.metrics.compute_imbalance, 1, 1e-9);
    EXPECT_NEAR(result.metrics.ranks[0].compute_seconds + result.metrics.ranks[0].wait_core_seconds,
                result.metrics.seconds, 1e-9);
    EXPECT_TRUE(needs_streaming(uniform_ring(kMaxRanks, true)));
    EXPECT_FALSE(needs_streaming(uniform_ring(64, true)));
}

TEST(Streamed, HoldsTheBytesThatThePlannerPredicts) {
    std::mt19937 random(21);
    for (int round = 0; round < random_problems() / 2; ++round) {
        const Experiment e = random_ring(random);
        const int ranks = resolved_ranks(e.ring);
        MachineModel machine = machine_of(ranks, 1e9);
        machine.device.kind = DeviceKind::cpu;
        const Schedule schedule = plan(e);
        const auto result = simulate_streamed(e, on(machine));
        for (size_t rank = 0; rank < result.metrics.ranks.size(); ++rank) {
            const RankPlan& of_rank = schedule.rank_plans[rank];
            EXPECT_EQ(result.metrics.ranks[rank].peak_by_purpose, of_rank.predicted) << describe(e);
            EXPECT_EQ(result.metrics.ranks[rank].predicted_peak_bytes, of_rank.predicted_peak_bytes());
            EXPECT_EQ(result.tokens[rank], of_rank.tokens);
            EXPECT_NEAR(result.rank_flops[rank], of_rank.flops, 1e-9 * of_rank.flops);
        }
        EXPECT_EQ(result.metrics.bytes_on_wire, schedule.bytes_on_wire);
        EXPECT_EQ(result.metrics.flops, schedule.flops);
    }
}

TEST(Streamed, TrialsSpreadByTheirSeed) {
    MachineModel machine = machine_of(16, 1e9);
    machine.device.jitter = 0.1;
    Simulation simulation = on(machine);
    simulation.options.trials = 5;
    const auto spread = simulate_streamed(uniform_ring(16, true), simulation);
    ASSERT_EQ(spread.trial_seconds.size(), 5U);
    EXPECT_TRUE(std::is_sorted(spread.trial_seconds.begin(), spread.trial_seconds.end()));
    EXPECT_LT(spread.trial_seconds.front(), spread.trial_seconds.back());
    EXPECT_EQ(spread.metrics.seconds, spread.trial_seconds[2]);
    EXPECT_EQ(simulate_streamed(uniform_ring(16, true), simulation).trial_seconds, spread.trial_seconds);
    simulation.options.seed = 2;
    EXPECT_NE(simulate_streamed(uniform_ring(16, true), simulation).trial_seconds, spread.trial_seconds);
}

std::string failure_of(const Experiment& e, const Simulation& simulation, ErrorKind kind) {
    try {
        simulate_streamed(e, simulation);
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), kind);
        return error.what();
    }
    return "none";
}

TEST(Streamed, SaysWhatCannotBe) {
    MachineModel machine = machine_of(8, 1e9);
    machine.device.most_ranks = 4;
    machine.same_device = "port";
    EXPECT_EQ(
        failure_of(uniform_ring(16, true), on(machine), ErrorKind::bad_input),
        "ring.ranks is 16: the machine test has 8 devices, and so large a ring needs one for every rank");
    machine.device.memory_bytes = 1000;
    EXPECT_EQ(
        failure_of(uniform_ring(8, true), on(machine), ErrorKind::run_failed).find("out of memory: rank 0"),
        0U);
    Simulation simulation = on(machine_of(8, 1e9));
    simulation.options.slow_ranks = {{.rank = 8}};
    EXPECT_EQ(failure_of(uniform_ring(8, true), simulation, ErrorKind::bad_input),
              "slow rank 8: 0 to 7 work");
}

TEST(Streamed, AStopRequestEndsIt) {
    for (const bool at_once : {true, false}) {
        std::stop_source source;
        if (at_once) source.request_stop();
        int steps = 0;
        const StreamedProgress progress = [&](double share) {
            EXPECT_GT(share, 0);
            if (++steps == 3) source.request_stop();
        };
        const Simulation simulation = on(machine_of(kMaxRanks, 1e9));
        EXPECT_THROW(
            simulate_streamed(uniform_ring(kMaxRanks, true), simulation, progress, source.get_token()),
            Error);
        EXPECT_LE(steps, 4);
    }
}

}  // namespace
}  // namespace ringscope

// Closed forms of rings in simulated time, and that the simulator makes the transfers that executors make.
#include "engine/simulate/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>

#include "engine/cpu/cpu_executor.h"
#include "engine/run/execute.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr double kCompute = 3e-3, kLatency = 1e-4, kRate = 1e6;  // seconds, seconds, bytes per second

MachineModel one_host(int devices) {
    MachineModel machine;
    machine.devices_per_host = devices;
    machine.links = {{"port", LinkScope::device, 1, kLatency, kRate, true, ""}};
    machine.same_host = "port";
    return machine;
}

/// Dense attention over a full ring: every rank has the same work in every step, and sends one chunk in each.
Experiment uniform_ring(int ranks, Strategy strategy, bool overlap) {
    Experiment e;
    e.problem.seq_len = 64 * ranks;
    e.problem.heads = 1;
    e.problem.head_dim = 8;
    e.problem.head_groups.emplace_back().segment_length = 64 * ranks;
    e.ring.ranks = ranks;
    e.ring.strategy = strategy;
    e.ring.overlap = overlap;
    e.ring.prune = false;
    return e;
}

WorkCosts uniform_costs(const Schedule& schedule, double attend_seconds, double pack_seconds = 0) {
    RankCosts rank;
    rank.pack_seconds = pack_seconds;
    rank.steps.assign(static_cast<size_t>(schedule.steps), {attend_seconds, 0, 1});
    return WorkCosts(static_cast<size_t>(schedule.ranks), rank);
}

double hop_seconds(const Schedule& schedule) {
    return kLatency + static_cast<double>(schedule.transfers.front().bytes) / kRate;
}

double wall(const LaidOut& laid_out) { return static_cast<double>(laid_out.trace.wall_ns) * 1e-9; }

TEST(Layout, WithoutOverlapARingTakesComputeAndHopInEveryStep) {
    for (const int ranks : {2, 3, 8}) {
        const Schedule schedule = plan(uniform_ring(ranks, Strategy::ring, false));
        const LaidOut laid_out = lay_out(schedule, uniform_costs(schedule, kCompute), one_host(ranks));
        // The last step's chunk goes no further.
        EXPECT_NEAR(wall(laid_out), ranks * kCompute + (ranks - 1) * hop_seconds(schedule), 1e-7);
    }
}

TEST(Layout, WithOverlapEveryStepTakesTheLongerOfTheTwo) {
    for (const int ranks : {2, 3, 8})
        for (const double compute : {1e-4, 3e-3, 0.3}) {
            const Schedule schedule = plan(uniform_ring(ranks, Strategy::ring, true));
            const LaidOut laid_out = lay_out(schedule, uniform_costs(schedule, compute), one_host(ranks));
            const double step = std::max(compute, hop_seconds(schedule));
            EXPECT_NEAR(wall(laid_out), (ranks - 1) * step + compute, 1e-7);
        }
}

TEST(Layout, PackingDelaysTheFirstHopAlone) {
    const Schedule schedule = plan(uniform_ring(4, Strategy::ring, true));
    const LaidOut laid_out = lay_out(schedule, uniform_costs(schedule, kCompute, 0.01), one_host(4));
    const double hop = hop_seconds(schedule);
    EXPECT_NEAR(wall(laid_out), 0.01 + 3 * std::max(kCompute, hop) + (hop > kCompute ? kCompute : hop), 1e-7);
}

TEST(Layout, AllGatherHasItsAlgorithmsTimeEveryRanksMemoryAndTheSameVolume) {
    const int ranks = 8;
    const Schedule schedule = plan(uniform_ring(ranks, Strategy::all_gather, false));
    const double share = static_cast<double>(schedule.transfers.front().bytes) / kRate;
    for (const GatherAlgorithm algorithm :
         {GatherAlgorithm::direct, GatherAlgorithm::ring, GatherAlgorithm::tree}) {
        MachineModel machine = one_host(ranks);
        machine.gather = algorithm;
        const LaidOut laid_out = lay_out(schedule, uniform_costs(schedule, kCompute), machine);
        const double latencies = algorithm == GatherAlgorithm::direct ? 1
                                 : algorithm == GatherAlgorithm::ring ? ranks - 1
                                                                      : 3;
        EXPECT_NEAR(wall(laid_out), latencies * kLatency + (ranks - 1) * share + ranks * kCompute, 1e-6)
            << name_of(algorithm);
        int64_t received = 0;
        for (const Span& span : laid_out.trace.spans)
            if (span.kind == SpanKind::collective) received += span.bytes;
        EXPECT_EQ(received, schedule.bytes_on_wire);
        for (size_t rank = 0; rank < schedule.rank_plans.size(); ++rank)
            EXPECT_EQ(laid_out.counters[rank].peak_bytes, schedule.rank_plans[rank].predicted_peak_bytes());
    }
}

TEST(Layout, PrunedLongNetSendsNothing) {
    Experiment e = uniform_ring(4, Strategy::ring, true);
    e.ring.prune = true;
    e.problem.head_groups[0].segment_length = 16;
    const Schedule schedule = plan(e);
    const LaidOut laid_out = lay_out(schedule, uniform_costs(schedule, kCompute), one_host(4));
    EXPECT_NEAR(wall(laid_out), kCompute, 1e-9);
    for (const Span& span : laid_out.trace.spans) EXPECT_EQ(span.kind, SpanKind::compute);
}

TEST(Layout, ASlowRankHoldsUpTheRingAndADelayComesOnce) {
    const Schedule schedule = plan(uniform_ring(4, Strategy::ring, true));
    const WorkCosts costs = uniform_costs(schedule, 0.1);
    const double plain = wall(lay_out(schedule, costs, one_host(4)));
    EXPECT_NEAR(wall(lay_out(schedule, costs, one_host(4), {{.rank = 2, .factor = 2}})), plain + 4 * 0.1,
                1e-2);
    const LaidOut late =
        lay_out(schedule, costs, one_host(4), {{.rank = 1, .delay_step = 1, .delay_seconds = 5}});
    EXPECT_NEAR(wall(late), plain + 5, 0.11);
}

TEST(Layout, ASlowLinkHoldsUpWhatItsRankSends) {
    const Schedule schedule = plan(uniform_ring(2, Strategy::ring, false));
    const double rate = kRate / 1000;
    const double hop = kLatency + static_cast<double>(schedule.transfers.front().bytes) / rate;
    for (const bool on_cpu : {false, true}) {
        MachineModel machine = one_host(2);
        if (on_cpu) machine.device.kind = DeviceKind::cpu;
        const LaidOut slow = lay_out(schedule, uniform_costs(schedule, kCompute), machine,
                                     {{.rank = 1, .bytes_per_second = rate}});
        EXPECT_NEAR(wall(slow), 2 * kCompute + hop, 1e-7);
        for (size_t i = 0; i < schedule.transfers.size(); ++i) {
            const TransferTimes& times = slow.trace.transfers[i];
            const bool slowed = schedule.transfers[i].from == 1;
            EXPECT_EQ(static_cast<double>(times.done_ns - times.begin_ns) * 1e-9 > hop / 2, slowed);
        }
    }
}

TEST(Layout, SharedLinksTakeLonger) {
    MachineModel machine = one_host(4);
    const Schedule schedule = plan(uniform_ring(4, Strategy::ring, false));
    const WorkCosts costs = uniform_costs(schedule, kCompute);
    const double apart = wall(lay_out(schedule, costs, machine));
    machine.links.push_back({"bus", LinkScope::machine, 1, 0, kRate, false, ""});
    machine.links[0].shares = "bus";
    const double bytes = static_cast<double>(schedule.transfers.front().bytes);
    EXPECT_NEAR(wall(lay_out(schedule, costs, machine)), apart + 3 * 3 * bytes / kRate, 1e-6);
}

TEST(Layout, MergingBehindTheAttentionDelaysTheStep) {
    const Schedule schedule = plan(uniform_ring(2, Strategy::ring, false));
    WorkCosts costs = uniform_costs(schedule, kCompute);
    for (RankCosts& rank : costs) rank.steps[1].merge_seconds = 0.5;
    const LaidOut laid_out = lay_out(schedule, costs, one_host(2));
    EXPECT_NEAR(wall(laid_out), 2 * kCompute + hop_seconds(schedule) + 0.5, 1e-7);
}

/// By (from, to): step and bytes of every message in the order in which they arrived.
using Messages = std::map<std::pair<int, int>, std::vector<std::pair<int, int64_t>>>;

Messages messages_of(const Schedule& schedule, const std::vector<TransferTimes>& times) {
    std::vector<size_t> order(times.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return times[a].done_ns < times[b].done_ns; });
    Messages messages;
    for (const size_t i : order) {
        EXPECT_GE(times[i].done_ns, times[i].begin_ns);
        EXPECT_GE(times[i].begin_ns, std::max(times[i].posted_ns, times[i].peer_ready_ns));
        const Transfer& transfer = schedule.transfers[i];
        messages[{transfer.from, transfer.to}].push_back({transfer.step, transfer.bytes});
    }
    return messages;
}

int random_problems() {
    const char* given = std::getenv("RINGSCOPE_PROBLEMS");
    return given == nullptr ? 1000 : std::atoi(given);
}

/// Per pair of ranks in the same order and size, whatever the machine, and memory as the schedule predicts.
TEST(Layout, MakesTheTransfersThatRanksOnTheCpuMake) {
    std::mt19937 random(1313);
    for (int round = 0; round < random_problems(); ++round) {
        Experiment e = random_experiment(random);
        e.backend.threads = 1;
        e.backend.device = "cpu";
        RunOptions options;
        options.keep_output = false;
        const auto run = execute(e, options, {});
        ASSERT_EQ(run->state, RunState::done) << run->error;
        const Schedule& schedule = *run->schedule;
        MachineModel machine = one_host(schedule.ranks);
        machine.receives_at_once = round % 2 == 0;
        machine.gather = static_cast<GatherAlgorithm>(round % 3);
        WorkCosts costs = uniform_costs(schedule, kCompute, 1e-5);
        for (RankCosts& rank : costs)
            for (StepCost& step : rank.steps)
                step.attend_seconds *= 1e-3 * static_cast<double>(random() % 2000);
        const LaidOut laid_out = lay_out(schedule, costs, machine);
        EXPECT_EQ(messages_of(schedule, laid_out.trace.transfers),
                  messages_of(schedule, run->trace.transfers))
            << describe(e);
        const Metrics metrics = derive_metrics(schedule, laid_out.trace, laid_out.counters);
        for (size_t rank = 0; rank < metrics.ranks.size(); ++rank) {
            EXPECT_EQ(metrics.ranks[rank].sent_bytes, run->metrics.ranks[rank].sent_bytes);
            EXPECT_EQ(metrics.ranks[rank].received_bytes, run->metrics.ranks[rank].received_bytes);
            EXPECT_EQ(metrics.ranks[rank].peak_bytes, run->metrics.ranks[rank].peak_bytes) << describe(e);
            EXPECT_NEAR(metrics.ranks[rank].wall_seconds(), metrics.seconds, 1e-9);
        }
    }
}

TEST(Layout, EveryRankAloneTakesTheGivenTimes) {
    const Schedule schedule = plan(uniform_ring(4, Strategy::ring, false));
    const TransferSeconds transfers(schedule.transfers.size(), 0.25);
    const LaidOut laid_out = lay_out_alone(schedule, uniform_costs(schedule, kCompute), transfers);
    EXPECT_NEAR(wall(laid_out), 4 * kCompute + 3 * 0.25, 1e-9);
    for (const Span& span : laid_out.trace.spans)
        EXPECT_FALSE(span.kind == SpanKind::wait && span.cause == WaitCause::core);
}

TEST(Layout, AStopRequestEndsIt) {
    std::stop_source source;
    source.request_stop();
    const Schedule schedule = plan(uniform_ring(64, Strategy::ring, true));
    const MachineModel machine = one_host(64);
    EXPECT_THROW(lay_out(schedule, uniform_costs(schedule, kCompute), machine, {}, source.get_token()),
                 Error);
}

}  // namespace
}  // namespace ringscope

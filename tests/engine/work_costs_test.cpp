// What work costs on a machine model: the formula, the blocks that work is made of, and what a step comes to.
#include "engine/simulate/work_costs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <vector>

#include "engine/cpu/attend_job.h"
#include "engine/simulate/work_blocks.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr double kPeak = 1e9;  // FLOPs per second

/// Overheads of 0: seconds are FLOPs over the peak.
MachineModel plain_machine() {
    MachineModel machine;
    machine.device.peaks = {{DType::f32, kPeak}, {DType::bf16, 4 * kPeak}};
    machine.device.pack_bytes_per_second = 1e6;
    machine.device.merge_bytes_per_second = 2e6;
    for (const DType dtype : {DType::f32, DType::bf16})
        for (const bool causal : {false, true})
            machine.device.curves.push_back({dtype, 64, causal, 1.0, 0, 0});
    return machine;
}

Experiment dense(int64_t tokens, int ranks, Layout layout, bool causal = true) {
    Experiment e;
    e.problem.seq_len = tokens;
    e.problem.heads = 1;
    e.problem.head_dim = 64;
    e.problem.causal = causal;
    e.problem.head_groups.emplace_back().segment_length = tokens;
    e.ring.ranks = ranks;
    e.ring.layout = layout;
    e.ring.strategy = Strategy::ring;
    return e;
}

const Work& work_on(const Schedule& schedule, int rank, int owner) {
    for (const RankStep& step : schedule.rank_plans[static_cast<size_t>(rank)].steps)
        for (const Work& work : step.work)
            if (work.owner == owner) return work;
    ADD_FAILURE() << "rank " << rank << " has no work on the keys of rank " << owner;
    static const Work none;
    return none;
}

// The formula

TEST(AttentionRates, ABlockWithHalfKeysKeysPerRowRunsAtHalfTheRate) {
    MachineModel machine = plain_machine();
    machine.device.curves = {{DType::f32, 64, false, 0.8, 32, 0}, {DType::f32, 64, true, 0.5, 0, 16}};
    const AttentionRates rates(machine, DType::f32, 64);
    const double flops = 4.0 * 64 * 1000 * 32;
    EXPECT_NEAR(rates.seconds({1000, 32, 1000 * 32, false}), 2 * flops / (0.8 * kPeak), 1e-12);
    // Sixteen rows per key of a block that the causal edge cuts.
    const double cut_flops = 4.0 * 64 * 16 * 500;
    EXPECT_NEAR(rates.seconds({20, 500, 16 * 500, true}), 2 * cut_flops / (0.5 * kPeak), 1e-12);
}

TEST(AttentionRates, DependOnDtypeAndLieBetweenTheHeadDimsThatAreKnown) {
    MachineModel machine = plain_machine();
    machine.device.curves = {{DType::f32, 32, false, 0.4, 0, 0},
                             {DType::f32, 128, false, 0.8, 0, 0},
                             {DType::f32, 32, true, 0.4, 0, 0},
                             {DType::bf16, 64, false, 1.0, 0, 0},
                             {DType::bf16, 64, true, 1.0, 0, 0}};
    const AttentionBlock block{100, 100, 100 * 100, false};
    const auto rate = [&](DType dtype, int head_dim) {
        return 4.0 * head_dim * block.pairs / AttentionRates(machine, dtype, head_dim).seconds(block);
    };
    EXPECT_NEAR(rate(DType::f32, 32), 0.4 * kPeak, 1);
    EXPECT_NEAR(rate(DType::f32, 64), 0.6 * kPeak, 1);
    EXPECT_NEAR(rate(DType::f32, 128), 0.8 * kPeak, 1);
    EXPECT_NEAR(rate(DType::f32, 16), 0.4 * kPeak, 1);
    EXPECT_NEAR(rate(DType::f32, 256), 0.8 * kPeak, 1);
    EXPECT_NEAR(rate(DType::bf16, 64), 4 * kPeak, 1);
}

// Blocks

/// Of all blocks of some work, by whether the causal edge cuts them.
struct BlockTotals {
    AttentionBlock whole{0, 0, 0, false};
    AttentionBlock cut{0, 0, 0, true};
};

BlockTotals totals_of(const std::vector<WorkBlock>& blocks) {
    BlockTotals totals;
    for (const WorkBlock& block : blocks) {
        AttentionBlock& into = block.block.cut ? totals.cut : totals.whole;
        into.rows += block.times * block.block.rows;
        into.keys += block.times * block.block.keys;
        into.pairs += block.times * block.block.pairs;
    }
    return totals;
}

void expect_block(const AttentionBlock& block, double rows, double keys, double pairs) {
    EXPECT_NEAR(block.rows, rows, 1e-6);
    EXPECT_NEAR(block.keys, keys, 1e-6);
    EXPECT_NEAR(block.pairs, pairs, 1e-6);
}

TEST(WorkBlocks, OfContiguousChunksAreATriangleAndSquares) {
    const Schedule schedule = plan(dense(400, 4, Layout::contiguous));
    WorkBlocks blocks(schedule);
    const BlockTotals own = totals_of(blocks.of(2, work_on(schedule, 2, 2)));
    expect_block(own.whole, 0, 0, 0);
    expect_block(own.cut, 100, 100, 5050);
    EXPECT_EQ(blocks.rows(), 100);
    const BlockTotals earlier = totals_of(blocks.of(2, work_on(schedule, 2, 0)));
    expect_block(earlier.whole, 100, 100, 10000);
    expect_block(earlier.cut, 0, 0, 0);
}

TEST(WorkBlocks, OfZigzagSharesAreHalfTheRowsOrHalfTheKeys) {
    // Ranks own two slices of 50 tokens: rank 1 has slices 1 and 6 of 8.
    const Schedule schedule = plan(dense(400, 4, Layout::zigzag));
    WorkBlocks blocks(schedule);
    // Slice 6 sees both slices, 2 and 5, of rank 2; slice 1 sees neither.
    const BlockTotals later = totals_of(blocks.of(1, work_on(schedule, 1, 2)));
    expect_block(later.whole, 50, 100, 5000);
    expect_block(later.cut, 0, 0, 0);
    EXPECT_EQ(blocks.rows(), 50);
    // Both slices see slice 0 of rank 0, and neither slice 7.
    const BlockTotals earlier = totals_of(blocks.of(1, work_on(schedule, 1, 0)));
    expect_block(earlier.whole, 100, 50, 5000);
    EXPECT_EQ(blocks.rows(), 100);
    // Its own: a triangle each, and a square. Rows and keys lie in both and count by pairs.
    const BlockTotals own = totals_of(blocks.of(1, work_on(schedule, 1, 1)));
    const double cut = 2 * 1275, share = cut / (cut + 2500);
    expect_block(own.cut, 100 * share, 100 * share, cut);
    expect_block(own.whole, 100 * (1 - share), 100 * (1 - share), 2500);
}

TEST(WorkBlocks, OfStripesAreCutByTheEdgeWhoeverOwnsTheKeys) {
    const Schedule schedule = plan(dense(400, 4, Layout::striped));
    WorkBlocks blocks(schedule);
    const BlockTotals earlier = totals_of(blocks.of(2, work_on(schedule, 2, 1)));
    expect_block(earlier.cut, 100, 100, 5050);
    expect_block(earlier.whole, 0, 0, 0);
    // The first row of rank 1 lies before the first key of rank 2, the last key behind the last row.
    const BlockTotals later = totals_of(blocks.of(1, work_on(schedule, 1, 2)));
    expect_block(later.cut, 99, 99, 4950);
    EXPECT_EQ(blocks.rows(), 99);
}

TEST(WorkBlocks, WithoutCausalityAreWhole) {
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        const Schedule schedule = plan(dense(400, 4, layout, false));
        WorkBlocks blocks(schedule);
        const BlockTotals totals = totals_of(blocks.of(1, work_on(schedule, 1, 3)));
        expect_block(totals.whole, 100, 100, 10000);
        expect_block(totals.cut, 0, 0, 0);
    }
}

TEST(WorkBlocks, OfManySegmentsAreSegmentsAndDilationLeavesOutTheRest) {
    Experiment e = dense(4096, 2, Layout::contiguous);
    e.problem.head_groups[0].segment_length = 128;
    e.problem.head_groups[0].dilation_rate = 4;
    const Schedule schedule = plan(e);
    WorkBlocks blocks(schedule);
    const BlockTotals own = totals_of(blocks.of(1, work_on(schedule, 1, 1)));
    expect_block(own.cut, 16 * 32, 16 * 32, 16 * 32 * 33 / 2);
    for (const WorkBlock& block : blocks.of(1, work_on(schedule, 1, 1)))
        EXPECT_EQ(block.block.rows, 32);  // of one segment
    e.problem.queries = Queries::all;
    const Schedule of_all = plan(e);
    WorkBlocks with_all(of_all);
    const BlockTotals all = totals_of(with_all.of(1, work_on(of_all, 1, 1)));
    // Row i sees keys 0, 4, .. up to i.
    expect_block(all.cut, 16 * 128, 16 * 32, 16 * 4 * (32 * 33 / 2));
}

/// What the tokens themselves say about some work, per head and batch entry.
struct Counted {
    int64_t rows = 0;  // that see a key, over all segments
    int64_t keys = 0;  // that a row sees
    int64_t pairs = 0;
    bool edge = false;  // a row that sees some of a segment's keys that are seen, and not others
};

Counted count_tokens(const Schedule& schedule, int rank, const Work& work) {
    const Problem& problem = schedule.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(work.pattern)];
    Counted counted;
    for (int64_t segment = work.segments.first; segment < work.segments.end(); ++segment) {
        const int64_t begin = problem.segment_begin(pattern, segment);
        const int64_t end = problem.segment_end(pattern, segment);
        const auto is_kept = [&](int64_t token) {
            return (token - begin) % pattern.dilation_rate == pattern.offset;
        };
        std::vector<int64_t> seen_by;  // by key: rows
        std::vector<int64_t> keys;
        for (int64_t key = begin; key < end; ++key)
            if (is_kept(key) && schedule.placement.owner(key) == work.owner) keys.push_back(key);
        seen_by.assign(keys.size(), 0);
        int64_t rows = 0;
        for (int64_t row = begin; row < end; ++row) {
            if (schedule.placement.owner(row) != rank) continue;
            if (problem.queries == Queries::dilated && !is_kept(row)) continue;
            bool sees = false;
            for (size_t i = 0; i < keys.size(); ++i)
                if (!problem.causal || keys[i] <= row) {
                    sees = true;
                    ++seen_by[i];
                }
            rows += sees ? 1 : 0;
        }
        counted.rows += rows;
        for (const int64_t times : seen_by) {
            counted.keys += times > 0 ? 1 : 0;
            counted.pairs += times;
            if (times > 0 && times < rows) counted.edge = true;
        }
    }
    return counted;
}

TEST(WorkBlocks, CountRowsKeysAndPairsAsTokensDo) {
    std::mt19937 random(1303);
    int exact = 0, sampled = 0;
    for (int i = 0; i < 1000; ++i) {
        const Experiment e = random_experiment(random);
        const Schedule schedule = plan(e);
        WorkBlocks blocks(schedule);
        for (int rank = 0; rank < schedule.ranks; ++rank)
            for (const RankStep& step : schedule.rank_plans[static_cast<size_t>(rank)].steps)
                for (const Work& work : step.work) {
                    const Counted counted = count_tokens(schedule, rank, work);
                    const BlockTotals totals = totals_of(blocks.of(rank, work));
                    ASSERT_EQ(counted.pairs, work.pairs) << describe(e);
                    ASSERT_NEAR(totals.whole.pairs + totals.cut.pairs, work.pairs, 1e-6 * work.pairs)
                        << describe(e);
                    if (!e.problem.causal) {
                        ASSERT_EQ(totals.cut.pairs, 0) << describe(e);
                    }
                    for (const WorkBlock& block : blocks.of(rank, work)) {
                        ASSERT_GT(block.times, 0) << describe(e);
                        ASSERT_GT(block.block.pairs, 0) << describe(e);
                        ASSERT_GE(block.block.rows, 0) << describe(e);
                        ASSERT_GE(block.block.keys, 0) << describe(e);
                    }
                    if (work.segments.count > 3) {
                        ++sampled;
                        continue;  // some segments stand for others
                    }
                    ++exact;
                    ASSERT_NEAR(blocks.rows(), counted.rows, 1e-6) << describe(e);
                    ASSERT_NEAR(totals.whole.rows + totals.cut.rows, counted.rows, 1e-6) << describe(e);
                    ASSERT_NEAR(totals.whole.keys + totals.cut.keys, counted.keys, 1e-6) << describe(e);
                    if (!counted.edge) {
                        ASSERT_EQ(totals.cut.pairs, 0) << describe(e);
                    }
                }
    }
    EXPECT_GT(exact, 1000);
    EXPECT_GT(sampled, 1000);
}

TEST(WorkBlocks, OfFewSegmentsStandForManyAlike) {
    // Segments of 48 tokens against shares of 1000: rows of the first and last segment of a share differ.
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        Experiment e = dense(4000, 4, layout);
        e.problem.head_groups[0].segment_length = 48;
        e.problem.head_groups[0].dilation_rate = 2;
        const Schedule schedule = plan(e);
        WorkBlocks blocks(schedule);
        for (int rank = 0; rank < schedule.ranks; ++rank)
            for (const RankStep& step : schedule.rank_plans[static_cast<size_t>(rank)].steps)
                for (const Work& work : step.work) {
                    const Counted counted = count_tokens(schedule, rank, work);
                    const BlockTotals totals = totals_of(blocks.of(rank, work));
                    EXPECT_NEAR(blocks.rows() / counted.rows, 1, 0.05) << name_of(layout) << rank;
                    EXPECT_NEAR((totals.whole.keys + totals.cut.keys) / counted.keys, 1, 0.05)
                        << name_of(layout) << rank;
                }
    }
}

// Steps

double all_attention(const WorkCosts& costs) {
    double seconds = 0;
    for (const RankCosts& rank : costs)
        for (const StepCost& step : rank.steps) seconds += step.attend_seconds;
    return seconds;
}

TEST(WorkCosts, WithoutOverheadsAreTheSchedulesFlopsOverThePeak) {
    std::mt19937 random(77);
    for (int i = 0; i < 300; ++i) {
        const Experiment e = random_experiment(random);
        const Schedule schedule = plan(e);
        const WorkCosts costs = work_costs(schedule, plain_machine());
        ASSERT_EQ(costs.size(), static_cast<size_t>(schedule.ranks));
        for (size_t rank = 0; rank < costs.size(); ++rank) {
            ASSERT_EQ(costs[rank].steps.size(), static_cast<size_t>(schedule.steps));
            for (size_t step = 0; step < costs[rank].steps.size(); ++step) {
                const double flops = schedule.rank_plans[rank].steps[step].flops;
                ASSERT_NEAR(costs[rank].steps[step].attend_seconds, flops / kPeak, 1e-6 * flops / kPeak)
                    << describe(e) << "rank " << rank << ", step " << step;
                ASSERT_GE(costs[rank].steps[step].pieces, 1);
                ASSERT_EQ(costs[rank].steps[step].merge_seconds, 0);
            }
        }
    }
}

TEST(WorkCosts, CountHeadsBatchEntriesAndSegments) {
    MachineModel machine = plain_machine();
    for (AttentionCurve& curve : machine.device.curves) {
        curve.share = 0.5;
        curve.half_keys = curve.causal ? 10 : 20;
        curve.half_rows = curve.causal ? 3 : 5;
    }
    Experiment e = dense(400, 4, Layout::contiguous);
    e.problem.heads = 6;
    e.problem.kv_heads = 2;
    e.problem.batch = 3;
    const WorkCosts costs = work_costs(plan(e), machine);
    const double per_pair = 4.0 * 64 / (0.5 * kPeak);
    const double cut = 6 * 3 * per_pair * (5050 + 10 * 100 + 3 * 100);
    const double whole = 6 * 3 * per_pair * (10000 + 20 * 100 + 5 * 100);
    EXPECT_NEAR(costs[3].steps[0].attend_seconds, cut, 1e-12);
    EXPECT_NEAR(costs[3].steps[1].attend_seconds, whole, 1e-12);
    EXPECT_EQ(costs[0].steps[1].attend_seconds, 0);  // rank 3's keys lie behind it
    // Sixteen segments cost sixteen times one of them.
    e.problem.head_groups[0].segment_length = 25;
    EXPECT_NEAR(all_attention(work_costs(plan(e), machine)),
                16 * 6 * 3 * per_pair * (25 * 26 / 2 + 10 * 25 + 3 * 25), 1e-12);
}

TEST(WorkCosts, LaunchesOnAGpuArePerPieceOfWork) {
    MachineModel machine = plain_machine();
    machine.device.kind = DeviceKind::gpu;
    Experiment e = dense(4096, 1, Layout::contiguous);
    e.ring.strategy = Strategy::single;
    e.problem.heads = 4;
    e.problem.batch = 2;
    e.problem.head_groups[0].segment_length = 64;
    e.problem.head_groups[0].heads = 2;
    e.problem.head_groups.push_back({128, 2, 2, {}});
    const Schedule schedule = plan(e);
    const double without = all_attention(work_costs(schedule, machine));
    machine.device.launch_seconds = 0.25;
    const WorkCosts costs = work_costs(schedule, machine);
    const auto works = static_cast<double>(schedule.rank_plans[0].steps[0].work.size());
    EXPECT_NEAR(all_attention(costs) - without, 0.25 * works, 1e-9);
    EXPECT_EQ(costs[0].steps[0].pieces, works);
}

/// Tasks into which the executor on the CPU cuts a step.
double tasks_of_executor(const Schedule& schedule, int rank, int step, size_t workers) {
    const RankMemory memory(schedule, rank, std::make_shared<BufferPool>());
    const RunControl control;
    std::vector<WorkerScratch> scratch(workers);
    const CpuKernel& kernel = choose_cpu_kernel("auto", schedule.problem.dtype);
    const AttendJob job({schedule, kernel, control, scratch}, rank, step, memory);
    int64_t tasks = 0;
    for (int phase = 0; phase < job.phases(); ++phase) tasks += job.tasks(phase);
    return static_cast<double>(tasks);
}

TEST(WorkCosts, WorkersOfACpuShareTheTasksThatTheExecutorMakes) {
    MachineModel machine = plain_machine();
    machine.device.kind = DeviceKind::cpu;
    std::mt19937 random(5);
    for (int i = 0; i < 100; ++i) {
        Experiment e = dense(1 << (9 + random() % 5), 1 << random() % 3, Layout::contiguous, random() % 2);
        e.problem.heads = 1 + static_cast<int>(random() % 3);
        e.problem.batch = 1 + static_cast<int>(random() % 2);
        e.problem.head_dim = 16;
        e.problem.head_groups[0].segment_length = 1 << (6 + random() % 8);
        e.problem.head_groups[0].dilation_rate = 1 << random() % 3;
        e.problem.head_groups[0].offset = {Offset::Rule::fixed, 0};
        // A causal zigzag share has tasks whose rows see no key: they count for nothing here.
        if (!e.problem.causal) e.ring.layout = static_cast<Layout>(random() % 3);
        machine.device.workers = 1 << random() % 4;
        const Schedule schedule = plan(e);
        const WorkCosts costs = work_costs(schedule, machine);
        for (size_t rank = 0; rank < costs.size(); ++rank)
            for (size_t step = 0; step < costs[rank].steps.size(); ++step) {
                if (schedule.rank_plans[rank].steps[step].work.empty()) continue;
                EXPECT_EQ(costs[rank].steps[step].pieces,
                          tasks_of_executor(schedule, static_cast<int>(rank), static_cast<int>(step),
                                            static_cast<size_t>(machine.device.workers)))
                    << describe(e) << "rank " << rank << ", step " << step << ", workers "
                    << machine.device.workers;
            }
    }
}

TEST(WorkCosts, WhereTheKernelDoesNotMergeLaterStepsPayForIt) {
    MachineModel machine = plain_machine();
    machine.device.merges_in_kernel = false;
    Experiment e = dense(400, 4, Layout::contiguous, false);
    e.problem.heads = 2;
    e.problem.batch = 3;
    const auto merge_seconds = [&](DType dtype) {
        e.problem.dtype = dtype;
        const WorkCosts costs = work_costs(plan(e), machine);
        EXPECT_EQ(costs[1].steps[0].merge_seconds, 0);
        for (size_t step = 2; step < 4; ++step)
            EXPECT_EQ(costs[1].steps[step].merge_seconds, costs[1].steps[1].merge_seconds);
        return costs[1].steps[1].merge_seconds;
    };
    // The answer is read and written in F32, the partial answer read in the problem's dtype.
    const double elements = 100.0 * 2 * 3 * 64;
    EXPECT_NEAR(merge_seconds(DType::f32), elements * 12 / 2e6, 1e-12);
    EXPECT_NEAR(merge_seconds(DType::bf16), elements * 10 / 2e6, 1e-12);
    // Rows that see no key have nothing to merge: of rank 1 on rank 2's zigzag slices, half.
    e = dense(400, 4, Layout::zigzag);
    const WorkCosts zigzag = work_costs(plan(e), machine);
    EXPECT_NEAR(zigzag[1].steps[3].merge_seconds, 50.0 * 64 * 12 / 2e6, 1e-12);
    machine.device.merges_in_kernel = true;
    for (const RankCosts& rank : work_costs(plan(e), machine))
        for (const StepCost& step : rank.steps) EXPECT_EQ(step.merge_seconds, 0);
}

TEST(WorkCosts, PackingReadsAndWritesTheShareThatTravels) {
    const MachineModel machine = plain_machine();
    Experiment e = dense(400, 4, Layout::contiguous);
    e.problem.heads = 4;
    e.problem.kv_heads = 2;
    for (const Strategy strategy : {Strategy::ring, Strategy::all_gather}) {
        e.ring.strategy = strategy;
        const WorkCosts costs = work_costs(plan(e), machine);
        const double share = 100.0 * 2 * 64 * 2 * sizeof(float);  // K and V of two heads
        EXPECT_NEAR(costs[1].pack_seconds, 2 * share / 1e6, 1e-12) << name_of(strategy);
    }
    e.problem.head_groups[0].segment_length = 100;  // of one rank: nothing travels
    e.ring.strategy = Strategy::ring;
    for (const RankCosts& rank : work_costs(plan(e), machine)) EXPECT_EQ(rank.pack_seconds, 0);
}

TEST(WorkCosts, RunningSumsAreNormalisedOnce) {
    const MachineModel machine = plain_machine();
    Experiment e = dense(402, 4, Layout::contiguous);
    e.problem.heads = 3;
    e.problem.batch = 2;
    EXPECT_EQ(work_costs(plan(e), machine)[0].normalise_seconds, 0);
    e.ring.accumulator = Accumulator::online_softmax;
    const WorkCosts costs = work_costs(plan(e), machine);
    EXPECT_NEAR(costs[0].normalise_seconds, 101.0 * 3 * 2 * 64 * 8 / 2e6, 1e-12);
    EXPECT_NEAR(costs[3].normalise_seconds, 100.0 * 3 * 2 * 64 * 8 / 2e6, 1e-12);
}

}  // namespace
}  // namespace ringscope

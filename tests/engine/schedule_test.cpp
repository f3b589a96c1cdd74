#include "engine/plan/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "engine/base/error.h"
#include "engine/experiment/scenarios.h"
#include "engine/plan/segment_counts.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

/// Tokens of the rows a work item reads its keys from, by asking the schedule as an executor does.
std::vector<int64_t> key_tokens(const Schedule& schedule, int rank, int step, const Work& work,
                                int64_t segment) {
    const Pattern& pattern = schedule.problem.patterns[static_cast<size_t>(work.pattern)];
    std::vector<RowRun> rows;
    if (work.piece < 0) {
        append_own_rows(schedule, pattern, segment, rank, false, rows);
    } else {
        const Piece& piece = schedule.pieces_in(rank, step)[static_cast<size_t>(work.piece)];
        EXPECT_EQ(piece.owner, work.owner);
        PieceReader(schedule, pattern, piece).rows_of(segment, rows);
        for (const RowRun& run : rows) {
            EXPECT_GE(run.first_row, 0);
            EXPECT_LT(run.first_row + (run.count - 1) * run.row_stride, piece.rows);
        }
    }
    std::vector<int64_t> tokens;
    const int64_t begin = schedule.problem.segment_begin(pattern, segment);
    for (const RowRun& run : rows)
        for (int64_t i = 0; i < run.count; ++i)
            tokens.push_back(begin + run.first_token + i * run.token_stride);
    return tokens;
}

/// Every allowed pair is planned exactly once, and nothing else is.
void expect_exact_coverage(const Schedule& schedule) {
    const Problem& problem = schedule.problem;
    std::set<std::tuple<int, int64_t, int64_t>> seen;
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        for (int step = 0; step < schedule.steps; ++step) {
            for (const Work& work :
                 schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work) {
                const Pattern& pattern = problem.patterns[static_cast<size_t>(work.pattern)];
                int64_t pairs = 0;
                for (int64_t s = work.segments.first; s < work.segments.end(); ++s) {
                    const std::vector<int64_t> keys = key_tokens(schedule, rank, step, work, s);
                    for (int64_t q = problem.segment_begin(pattern, s); q < problem.segment_end(pattern, s);
                         ++q) {
                        if (schedule.placement.owner(q) != rank) continue;
                        for (int64_t k : keys) {
                            ASSERT_EQ(schedule.placement.owner(k), work.owner);
                            ASSERT_TRUE(problem.kept(pattern, k));
                            if (!problem.allowed(pattern, q, k)) continue;
                            ASSERT_TRUE(seen.insert({work.pattern, q, k}).second)
                                << "twice: " << q << ", " << k;
                            ++pairs;
                        }
                    }
                }
                ASSERT_EQ(pairs, work.pairs);
            }
        }
    }
    size_t allowed = 0;
    for (size_t p = 0; p < problem.patterns.size(); ++p)
        for (int64_t q = 0; q < problem.seq_len; ++q)
            for (int64_t k = 0; k < problem.seq_len; ++k)
                allowed += problem.allowed(problem.patterns[p], q, k);
    EXPECT_EQ(seen.size(), allowed);
    EXPECT_EQ(schedule.pairs_planned, schedule.pairs_allowed);
}

/// What is sent is what the sender holds; nobody holds more than its slots; sums agree.
void expect_consistent_transfers(const Schedule& schedule) {
    int64_t sent = 0;
    for (const Transfer& transfer : schedule.transfers) {
        EXPECT_NE(transfer.from, transfer.to);
        int64_t bytes = 0;
        for (const PieceCopy& copy : transfer.copies) {
            const bool gather = schedule.strategy == Strategy::all_gather;
            const Piece& source = schedule.pieces_in(transfer.from, gather ? 0 : transfer.step - 1)
                                      .at(static_cast<size_t>(copy.source_piece));
            const Piece& target =
                schedule.pieces_in(transfer.to, transfer.step).at(static_cast<size_t>(copy.target_piece));
            EXPECT_EQ(source.payload, transfer.payload);
            EXPECT_EQ(target.payload, transfer.payload);
            EXPECT_EQ(source.stream, target.stream);
            EXPECT_EQ(source.owner, target.owner);
            EXPECT_EQ(source.segments, target.segments);
            EXPECT_EQ(source.bytes, target.bytes);
            bytes += target.bytes;
        }
        EXPECT_EQ(bytes, transfer.bytes);
        EXPECT_GT(bytes, 0);
        for (const int rank : {transfer.from, transfer.to})
            EXPECT_EQ(transfer.pass, schedule.rank_plans[static_cast<size_t>(rank)]
                                         .steps[static_cast<size_t>(transfer.step)]
                                         .pass);
        sent += bytes;
    }
    EXPECT_EQ(sent, schedule.bytes_on_wire);
    for (const RankPlan& plan : schedule.rank_plans)
        for (size_t step = 0; step < plan.steps.size(); ++step)
            for (const Piece& piece : plan.steps[step].pieces)
                EXPECT_LE(piece.slot_offset + piece.bytes,
                          plan.slot_bytes[static_cast<size_t>(
                              schedule.slot_of(piece.payload, static_cast<int>(step)))]);
}

TEST(Schedule, RandomProblemsAreCoveredExactlyOnce) {
    std::mt19937 random(11);
    for (int round = 0; round < 1500; ++round) {
        const Experiment experiment = random_experiment(random, {60, 8, 4});
        SCOPED_TRACE(describe(experiment));
        const Schedule schedule = plan(experiment);
        expect_exact_coverage(schedule);
        expect_consistent_transfers(schedule);
        if (testing::Test::HasFailure()) return;
    }
}

TEST(Schedule, PiecesArriveOnlyWhereSomebodyStillNeedsThem) {
    std::mt19937 random(12);
    for (int round = 0; round < 400; ++round) {
        Experiment experiment = random_experiment(random, {60, 8, 4});
        experiment.ring.strategy = Strategy::ring;
        experiment.ring.prune = true;
        SCOPED_TRACE(describe(experiment));
        const Schedule schedule = plan(experiment);
        std::map<std::tuple<int, int, int64_t>, int> last_hop;
        std::map<std::tuple<int, int, int64_t>, int> last_use;
        for (int rank = 0; rank < schedule.ranks; ++rank)
            for (int step = 1; step < schedule.steps; ++step) {
                for (const Piece& piece : schedule.pieces_in(rank, step))
                    last_hop[{piece.stream, piece.owner, piece.segments.first}] =
                        std::max(last_hop[{piece.stream, piece.owner, piece.segments.first}], step);
                for (const Work& work :
                     schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work) {
                    const Piece& piece = schedule.pieces_in(rank, step)[static_cast<size_t>(work.piece)];
                    int& use = last_use[{piece.stream, piece.owner, piece.segments.first}];
                    use = std::max(use, step);
                }
            }
        EXPECT_EQ(last_hop, last_use) << "a piece travels farther than its last reader";
    }
}

Experiment million_tokens(std::vector<HeadGroup> groups, bool causal) {
    Experiment e;
    e.problem.seq_len = 1 << 20;
    e.problem.heads = 32;
    e.problem.head_dim = 128;
    e.problem.dtype = DType::bf16;
    e.problem.causal = causal;
    e.problem.head_groups = std::move(groups);
    e.ring.ranks = 8;
    return e;
}

constexpr int64_t kMiB = 1 << 20;

TEST(Schedule, LongNetAtAMillionTokensSendsNothing) {
    std::vector<HeadGroup> groups;
    for (int i = 0; i < 5; ++i) groups.push_back({int64_t{2048} << i, int64_t{1} << i, {}, {}});
    for (const bool causal : {false, true}) EXPECT_EQ(plan(million_tokens(groups, causal)).bytes_on_wire, 0);
}

TEST(Schedule, SubRingsSend44MiBWhereAFullRingSends14GiB) {
    std::vector<HeadGroup> groups{
        {8192, 1, {}, {}}, {65536, 8, {}, {}}, {262144, 32, {}, {}}, {1 << 20, 128, {}, {}}};
    Experiment e = million_tokens(groups, false);
    for (const RankPlan& rank : plan(e).rank_plans) {
        EXPECT_EQ(rank.sent_bytes, 44 * kMiB);
        EXPECT_EQ(rank.received_bytes, 44 * kMiB);
    }
    e.ring.prune = false;
    e.ring.dilate_before_send = false;
    for (const RankPlan& rank : plan(e).rank_plans) EXPECT_EQ(rank.sent_bytes, 14336 * kMiB);
}

TEST(Schedule, RingHoldsTwoChunksWhereAllGatherHoldsAll) {
    Experiment e = default_experiment();
    e.ring.ranks = 8;
    e.ring.prune = false;
    const auto travelling = [](const Schedule& s) {
        return s.rank_plans[0].predicted[static_cast<size_t>(Purpose::travelling_kv)];
    };
    const int64_t ring = travelling(plan(e));
    e.ring.strategy = Strategy::all_gather;
    EXPECT_EQ(ring * 4, travelling(plan(e)));
}

TEST(Schedule, SlotsTakeTurnsAndSayWhatTheyHold) {
    Experiment e = default_experiment();
    const auto slots = [&](Strategy strategy) {
        e.ring.strategy = strategy;
        const Schedule schedule = plan(e);
        for (const RankPlan& rank : schedule.rank_plans)
            EXPECT_EQ(rank.slot_bytes.size(), schedule.slots.size());
        EXPECT_EQ(schedule.slots_of(Payload::kv), static_cast<int>(schedule.slots.size()));
        return schedule.slots.size();
    };
    EXPECT_EQ(slots(Strategy::single), 0u);
    EXPECT_EQ(slots(Strategy::all_gather), 1u);
    EXPECT_EQ(slots(Strategy::ring), 2u);

    // A second payload has slots of its own, whose turn does not depend on the first one's.
    Schedule schedule = plan(e);
    schedule.slots = {{Payload::kv}, {Payload::nothing}, {Payload::kv}, {Payload::kv}};
    EXPECT_EQ(schedule.slots_of(Payload::kv), 3);
    for (const auto& [step, slot] : {std::pair{0, 0}, {1, 2}, {2, 3}, {3, 0}, {4, 2}})
        EXPECT_EQ(schedule.slot_of(Payload::kv, step), slot);
    EXPECT_EQ(schedule.slot_of(Payload::nothing, 4), 1);
}

TEST(Schedule, APieceHoldsTheTensorsOfItsPayloadInTurn) {
    Experiment e = default_experiment();
    e.problem.batch = 2;
    e.problem.dtype = DType::bf16;
    Schedule schedule = plan(e);
    const Piece piece = schedule.pieces_in(0, 0).at(0);
    const int64_t d = e.problem.head_dim;
    const auto kv_heads =
        static_cast<int64_t>(schedule.streams[static_cast<size_t>(piece.stream)].kv_heads.size());
    EXPECT_EQ(piece.bytes, 2 * kv_heads * piece.rows * d * 2 * 2);
    EXPECT_EQ(piece_offset(schedule, piece, KvTensor::k, 0, 0), 0);
    EXPECT_EQ(piece_offset(schedule, piece, KvTensor::v, 0, 0), piece.rows * d * 2);
    EXPECT_EQ(piece_offset(schedule, piece, KvTensor::k, 0, 1), 2 * piece.rows * d * 2);
    EXPECT_EQ(piece_offset(schedule, piece, KvTensor::k, 1, 0), kv_heads * 2 * piece.rows * d * 2);

    // Tensors of another order and size, as accumulators of gradients will be.
    schedule.payloads[0].tensors = {{KvTensor::v, 4}, {KvTensor::k, 2}};
    EXPECT_EQ(piece_head_bytes(schedule, piece), piece.rows * d * 6);
    EXPECT_EQ(piece_offset(schedule, piece, KvTensor::v, 0, 1), piece.rows * d * 6);
    EXPECT_EQ(piece_offset(schedule, piece, KvTensor::k, 0, 1), piece.rows * d * 10);
}

TEST(Schedule, PruneNeverSendsMore) {
    std::mt19937 random(13);
    for (int round = 0; round < 400; ++round) {
        Experiment e = random_experiment(random, {60, 8, 4});
        e.ring.strategy = Strategy::ring;
        e.ring.prune = true;
        const int64_t pruned = plan(e).bytes_on_wire;
        e.ring.prune = false;
        EXPECT_LE(pruned, plan(e).bytes_on_wire) << describe(e);
    }
}

TEST(Schedule, SixtyFourRanksOfAMillionTokensPlan) {
    std::vector<HeadGroup> groups;
    for (int i = 0; i < 5; ++i) groups.push_back({int64_t{2048} << i, int64_t{1} << i, {}, {}});
    for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped}) {
        Experiment e = million_tokens(groups, true);
        e.ring.ranks = 64;
        e.ring.layout = layout;
        const Schedule schedule = plan(e);
        EXPECT_EQ(schedule.pairs_planned, schedule.pairs_allowed);
        int64_t tokens = 0;
        for (const RankPlan& rank : schedule.rank_plans) tokens += rank.tokens;
        EXPECT_EQ(tokens, e.problem.seq_len);
    }
}

TEST(Schedule, InvalidExperimentsAreRefusedWithEveryProblem) {
    Experiment e = default_experiment();
    e.ring.ranks = 0;
    e.problem.head_groups[1].dilation_rate = 5000;
    e.problem.head_groups[2].offset = {Offset::Rule::fixed, 4};
    e.problem.kv_heads = 5;
    try {
        plan(e);
        FAIL() << "planned";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input);
        const std::string text = error.what();
        for (const char* part : {"ring.ranks: 0", "head_groups[1].dilation_rate: 5000",
                                 "head_groups[2].offset: 4", "problem.kv_heads: 5"})
            EXPECT_NE(text.find(part), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace ringscope

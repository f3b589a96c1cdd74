// The CUDA back end's index mathematics, by brute force: what the kernels would read, write and mask.
#include <gtest/gtest.h>

#include <random>

#include "engine/cuda/kernels/work_list.h"
#include "tests/cuda/host_ring.h"
#include "tests/cuda/labelled_tensors.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

int pick(std::mt19937& random, int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
}

/// Runs as a block has them: disjoint rows, prefix counts, tokens that ascend within a run.
std::vector<IndexRun> random_runs(std::mt19937& random, int32_t& total) {
    std::vector<IndexRun> runs;
    total = 0;
    for (int i = pick(random, 1, 6); i > 0; --i) {
        IndexRun run{total,
                     pick(random, 1, 9),
                     pick(random, 0, 99),
                     pick(random, 1, 4),
                     pick(random, 0, 50),
                     pick(random, 1, 5)};
        total += run.count;
        runs.push_back(run);
    }
    return runs;
}

TEST(CudaIndex, RunsRowsTokensAndBoundsAgreeWithCountingThemOut) {
    std::mt19937 random(31);
    for (int round = 0; round < 3000; ++round) {
        int32_t total = 0;
        const std::vector<IndexRun> runs = random_runs(random, total);
        std::vector<int32_t> rows;
        std::vector<int32_t> tokens;
        for (const IndexRun& run : runs)
            for (int32_t i = 0; i < run.count; ++i) {
                rows.push_back(run.first_row + i * run.row_stride);
                tokens.push_back(run.first_token + i * run.token_stride);
            }
        const auto count = static_cast<int32_t>(runs.size());
        for (int32_t i = 0; i < total; ++i) {
            const IndexRun& run = run_at(runs.data(), count, i);
            ASSERT_EQ(row_at(run, i), rows[static_cast<size_t>(i)]);
            ASSERT_EQ(token_at(run, i), tokens[static_cast<size_t>(i)]);
        }
        const int32_t begin = pick(random, 0, total - 1);
        const int32_t end = pick(random, begin + 1, total);
        const TokenBounds bounds = token_bounds(runs.data(), count, begin, end);
        EXPECT_EQ(bounds.first, *std::min_element(tokens.begin() + begin, tokens.begin() + end));
        EXPECT_EQ(bounds.last, *std::max_element(tokens.begin() + begin, tokens.begin() + end));
    }
}

TEST(CudaIndex, NextKeyTileSkipsOnlyWhatNobodySees) {
    std::mt19937 random(32);
    for (int round = 0; round < 3000; ++round) {
        int32_t total = 0;
        const std::vector<IndexRun> runs = random_runs(random, total);
        const auto count = static_cast<int32_t>(runs.size());
        const bool causal = pick(random, 0, 3) > 0;
        const int tile = pick(random, 1, 8);
        const int32_t tiles = (total + tile - 1) / tile;
        const int first = pick(random, 0, 60);
        const TokenBounds queries{first, first + pick(random, 0, 20)};
        int32_t index = 0;
        for (KeyTile next = next_key_tile(causal, queries, runs.data(), count, total, tile, 0, tiles);;) {
            for (; index < next.index; ++index)  // skipped: no query may see any of its keys
                for (int32_t key = index * tile; key < std::min(total, (index + 1) * tile); ++key)
                    ASSERT_FALSE(
                        visible(causal, queries.last, token_at(run_at(runs.data(), count, key), key)));
            if (index == tiles) break;
            bool some = false;
            bool all = true;
            for (int32_t key = index * tile; key < std::min(total, (index + 1) * tile); ++key) {
                const int32_t token = token_at(run_at(runs.data(), count, key), key);
                some = some || visible(causal, queries.last, token);
                all = all && visible(causal, queries.first, token);
            }
            ASSERT_TRUE(some);
            ASSERT_EQ(next.view, all ? TileView::all : TileView::some);
            next = next_key_tile(causal, queries, runs.data(), count, total, tile, ++index, tiles);
        }
    }
}

class PairCounter {
  public:
    PairCounter(const Schedule& schedule, TileShape tile)
        : schedule_(schedule), problem_(schedule.problem), tile_(tile) {}

    /// Walks a launch as the kernels do and writes down every pair. Neighbours of equal weight aside, weights
    /// descend.
    void count(const StepWork& work, const AttentionLaunch& launch, int phase) {
        written_.clear();
        for (size_t i = 0; i < work.items.size(); ++i) {
            if (i > 0) {
                ASSERT_LE(work.items[i].key_tiles, work.items[i - 1].key_tiles);
            }
            count_item(launch, work.items[i], phase);
        }
    }
    const std::set<Pair>& pairs() const { return pairs_; }

  private:
    int64_t label(const void* tensor, int64_t offset) const {
        return label_at(tensor, offset, problem_.head_dim);
    }

    void count_item(const AttentionLaunch& launch, const WorkItem& item, int phase) {
        const AttentionBlock& block = launch.blocks[item.block];
        const IndexRun* query_runs = launch.runs + block.first_query_run;
        const IndexRun* key_runs = launch.runs + block.first_key_run;
        const int32_t query_end = std::min(item.first_query + tile_.queries, block.queries);
        const TokenBounds bounds = token_bounds(query_runs, block.query_runs, item.first_query, query_end);
        for (int32_t q = item.first_query; q < query_end; ++q) {
            const IndexRun& query_run = run_at(query_runs, block.query_runs, q);
            const int64_t query_row = row_at(query_run, q);
            ASSERT_TRUE(written_.insert({item.head, item.batch_index, query_row}).second)
                << "written twice in a launch";
            const int64_t q_label =
                label(launch.q, item.batch_index * launch.q_batch_stride + query_row * launch.q_row_stride +
                                    int64_t{item.head} * launch.head_dim);
            ASSERT_EQ(q_label % problem_.heads, item.head);
            const auto next = [&](int32_t index) {
                return next_key_tile(launch.causal != 0, bounds, key_runs, block.key_runs, block.keys,
                                     tile_.keys, index, item.key_tiles);
            };
            for (KeyTile tile = next(0); tile.index < item.key_tiles; tile = next(tile.index + 1))
                for (int32_t k = tile.index * tile_.keys;
                     k < std::min((tile.index + 1) * tile_.keys, block.keys); ++k) {
                    const IndexRun& key_run = run_at(key_runs, block.key_runs, k);
                    if (!visible(tile.view == TileView::some, token_at(query_run, q), token_at(key_run, k)))
                        continue;
                    add_pair(launch, item, block, q_label, row_at(key_run, k), phase);
                }
        }
    }

    void add_pair(const AttentionLaunch& launch, const WorkItem& item, const AttentionBlock& block,
                  int64_t q_label, int64_t key_row, int phase) {
        const int64_t offset = item.batch_index * block.kv_batch_stride +
                               item.kv_index * block.kv_head_stride + key_row * block.kv_row_stride;
        const int64_t k_label = label(block.from_slot ? launch.slot : launch.own_k, block.k_offset + offset);
        ASSERT_EQ(k_label, label(block.from_slot ? launch.slot : launch.own_v, block.v_offset + offset));
        ASSERT_EQ(k_label % problem_.kv_heads, problem_.kv_head_of(item.head));
        const int64_t query = q_label / problem_.heads;
        const int64_t key = k_label / problem_.kv_heads;
        ASSERT_EQ(query / problem_.seq_len, item.batch_index);
        ASSERT_EQ(key / problem_.seq_len, item.batch_index);
        const Pair pair{phase, item.batch_index, item.head, query % problem_.seq_len, key % problem_.seq_len};
        ASSERT_TRUE(pairs_.insert(pair).second) << "attended twice";
    }

    const Schedule& schedule_;
    const Problem& problem_;
    TileShape tile_;
    std::set<std::tuple<int, int, int64_t>> written_;  // head, batch entry, row
    std::set<Pair> pairs_;
};

TEST(CudaIndex, LaunchesOfRandomProblemsReadEveryAllowedPairOnce) {
    std::mt19937 random(33);
    for (int round = 0; round < 3000; ++round) {
        const Experiment experiment = random_experiment(random, {40, 6, 3});
        SCOPED_TRACE(describe(experiment));
        const Schedule schedule = plan(experiment);
        const TileShape tile{pick(random, 1, 9), pick(random, 1, 9)};
        const HostTensors tensors = labelled_tensors(schedule.problem);
        HostRing ring(schedule, tensors, tile);
        PairCounter counter(schedule, tile);
        ring.run([&](const StepWork& work, const AttentionLaunch& launch, int, int, int phase) {
            counter.count(work, launch, phase);
        });
        EXPECT_EQ(counter.pairs(), allowed_pairs(schedule));
        if (testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace ringscope

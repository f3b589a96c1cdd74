// Experiments at the edges of every field, and combinations of them: planned, predicted and run, or refused in words.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "engine/analysis/prediction.h"
#include "engine/base/error.h"
#include "engine/plan/plan_size.h"
#include "engine/run/execute.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

template <typename T>
T one_of(std::mt19937_64& random, std::initializer_list<T> values) {
    return values.begin()[random() % values.size()];
}

Experiment at_the_edges(std::mt19937_64& random) {
    constexpr int64_t kMost = INT32_MAX;
    Experiment e;
    ProblemSpec& p = e.problem;
    p.seq_len = one_of<int64_t>(random, {1, 2, 3, 63, 64, 65, 4097, 1 << 20, kMost - 1, kMost});
    p.batch = one_of(random, {1, 1, 1, 2, 65536});
    p.heads = one_of(random, {1, 2, 64, 4096});
    if (random() % 3 == 0) p.kv_heads = 1;
    p.head_dim = one_of(random, {1, 2, 7, 256});
    p.dtype = static_cast<DType>(random() % 3);
    p.causal = random() % 2;
    p.queries = static_cast<Queries>(random() % 2);
    p.mixing = random() % 4 ? Mixing::head_groups : Mixing::longnet;
    if (random() % 4 == 0) p.softmax_scale = one_of(random, {0.0, 1e-300, -1e20, 1e20});
    const int groups = std::min(p.heads, one_of(random, {1, 1, 2, 64}));
    for (int group = 0; group < groups; ++group) {
        const int64_t w = one_of<int64_t>(random, {1, 2, 3, 64, p.seq_len, p.seq_len + 1, kMost});
        const int64_t r = one_of<int64_t>(random, {1, 1, 2, 3, w / 2, w - 1, w});
        p.head_groups.push_back({std::min(w, kMost), std::max<int64_t>(1, r), {}, {}});
        p.head_groups.back().offset.rule =
            one_of(random, {Offset::Rule::automatic, Offset::Rule::per_head, Offset::Rule::per_head_block});
    }
    e.ring.ranks = one_of(random, {1, 2, 3, 64, 4096});
    e.ring.layout = static_cast<Layout>(random() % 3);
    e.ring.stripe_block.tokens = one_of<int64_t>(random, {0, 1, 2, 63, p.seq_len, kMost});
    e.ring.strategy = static_cast<Strategy>(random() % 4);
    e.ring.overlap = random() % 2;
    e.ring.prune = random() % 4 != 0;
    e.ring.dilate_before_send = random() % 4 != 0;
    e.ring.accumulator = static_cast<Accumulator>(random() % 2);
    return e;
}

void expect_sound(const Schedule& schedule) {
    EXPECT_EQ(schedule.pairs_planned, schedule.pairs_allowed);
    EXPECT_GE(schedule.bytes_on_wire, 0);
    int64_t tokens = 0;
    for (const RankPlan& rank : schedule.rank_plans) {
        tokens += rank.tokens;
        for (const int64_t bytes : rank.predicted) EXPECT_GE(bytes, 0);
    }
    EXPECT_EQ(tokens, schedule.problem.seq_len);
    const Prediction prediction = predict(schedule);
    EXPECT_GE(prediction.all_gather_peak_bytes, 0);
    EXPECT_GE(prediction.undilated_peak_bytes, 0);
    EXPECT_GE(prediction.balance, schedule.flops > 0 ? 1 - 1e-9 : 0);
}

TEST(Extremes, ArePlannedAndRunOrRefused) {
    std::mt19937_64 random(23);
    int planned = 0, ran = 0;
    for (int round = 0; round < 1500; ++round) {
        const Experiment e = at_the_edges(random);
        if (!validate(e).empty()) {
            EXPECT_THROW(plan(e), Error);
            continue;
        }
        const PlanSize size = plan_size(e);
        // Larger ones may be planned, but not in a test's time.
        if (size.pieces + size.work + size.rank_steps > 50000 || size.comparisons > 500000) continue;
        SCOPED_TRACE(describe(e));
        const Schedule schedule = plan(e);
        ++planned;
        expect_sound(schedule);
        const int64_t rows = e.problem.batch * e.problem.seq_len * e.problem.heads;
        if (rows < 20000 && size.work < 1000 && schedule.flops < 2e8 && schedule.ranks <= kMaxRunRanks) {
            const auto run = execute(e, {}, {});
            ++ran;
            if (e.ring.ranks <= kMaxRunRanks)
                EXPECT_EQ(run->state, RunState::done) << run->error;
            else
                EXPECT_EQ(run->error_kind, ErrorKind::bad_input);
        }
        if (testing::Test::HasFailure()) return;
    }
    std::printf("  %d planned, %d of them run\n", planned, ran);
    EXPECT_GT(planned, 150);
    EXPECT_GT(ran, 20);
}

}  // namespace
}  // namespace ringscope

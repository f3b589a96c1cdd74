// How a rank's work is cut into calls of a library's SDPA, by brute force: what each call would read, and
// which pairs it would count.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "engine/base/error.h"
#include "engine/cuda/cudnn/sdpa_calls.h"
#include "tests/cuda/labelled_tensors.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

/// Reads what calls read, pair by pair.
class CallReader {
  public:
    explicit CallReader(const Schedule& schedule) : problem_(schedule.problem) {}

    void read(const SdpaCall& call, const AttentionLaunch& launch, int phase) {
        const SdpaShape& s = call.shape;
        ASSERT_EQ(s.heads % s.kv_heads, 0);
        if (s.causal) {
            ASSERT_EQ(s.queries, s.keys);
        }
        std::set<int64_t> written;
        for (int64_t b = 0; b < s.batch; ++b)
            for (int64_t h = 0; h < s.heads; ++h)
                for (int64_t i = 0; i < s.queries; ++i) {
                    const int64_t q = label_at(
                        launch.q,
                        call.q_offset + b * s.q_batch_stride + h * s.q_head_stride + i * s.q_row_stride,
                        problem_.head_dim);
                    ASSERT_TRUE(written.insert(q).second) << "a query row twice in one call";
                    expect_state_of(q, call, launch, b, h, i);
                    for (int64_t j = 0; j < (s.causal ? i + 1 : s.keys); ++j)
                        add_pair(call, launch, q, b, h / (s.heads / s.kv_heads), j, phase);
                }
    }
    const std::set<Pair>& pairs() const { return pairs_; }

  private:
    /// Q is (batch, row, head), LSE (batch, head, row): both offsets must mean the same row.
    void expect_state_of(int64_t q, const SdpaCall& call, const AttentionLaunch& launch, int64_t b, int64_t h,
                         int64_t i) const {
        const int64_t state =
            call.lse_offset + b * call.lse_batch_stride + h * call.lse_head_stride + i * call.lse_row_stride;
        const int64_t entry = state / launch.lse_batch_stride;
        const int64_t head = state % launch.lse_batch_stride / launch.lse_head_stride;
        const int64_t row = state % launch.lse_head_stride;
        ASSERT_EQ(
            q, label_at(launch.q,
                        entry * launch.q_batch_stride + row * launch.q_row_stride + head * problem_.head_dim,
                        problem_.head_dim));
    }

    void add_pair(const SdpaCall& call, const AttentionLaunch& launch, int64_t q, int64_t b, int64_t kv,
                  int64_t j, int phase) {
        const SdpaShape& s = call.shape;
        const int64_t offset = b * s.kv_batch_stride + kv * s.kv_head_stride + j * s.kv_row_stride;
        const int64_t k =
            label_at(call.from_slot ? launch.slot : launch.own_k, call.k_offset + offset, problem_.head_dim);
        ASSERT_EQ(k, label_at(call.from_slot ? launch.slot : launch.own_v, call.v_offset + offset,
                              problem_.head_dim));
        const auto head = static_cast<int>(q % problem_.heads);
        ASSERT_EQ(k % problem_.kv_heads, problem_.kv_head_of(head));
        const int64_t query = q / problem_.heads;
        const int64_t key = k / problem_.kv_heads;
        const auto entry = static_cast<int>(query / problem_.seq_len);
        ASSERT_EQ(key / problem_.seq_len, entry);
        const Pair pair{phase, entry, head, query % problem_.seq_len, key % problem_.seq_len};
        ASSERT_TRUE(pairs_.insert(pair).second) << "attended twice";
    }

    const Problem& problem_;
    std::set<Pair> pairs_;
};

int64_t pairs_of(const std::vector<SdpaCall>& calls) {
    int64_t pairs = 0;
    for (const SdpaCall& call : calls)
        pairs += call.shape.rows() * (call.shape.causal ? call.shape.keys + 1 : 2 * call.shape.keys) / 2;
    return pairs;
}

/// Launches that the ring skips, because nobody has work in them, have no calls either.
void expect_as_many_pairs_as_planned(const Schedule& schedule) {
    for (int rank = 0; rank < schedule.ranks; ++rank)
        for (int step = 0; step < schedule.steps; ++step)
            for (int phase = 0; phase < schedule.phases; ++phase) {
                int64_t planned = 0;
                for (const Work& work :
                     schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work)
                    if (schedule.phase_of(work) == phase)
                        planned +=
                            work.pairs * schedule.problem.batch *
                            static_cast<int64_t>(
                                schedule.problem.patterns[static_cast<size_t>(work.pattern)].heads.size());
                ASSERT_EQ(pairs_of(make_sdpa_calls(schedule, rank, step, phase)), planned);
            }
}

TEST(SdpaCalls, CallsOfRandomProblemsReadEveryAllowedPairOnce) {
    std::mt19937 random(71);
    for (int round = 0; round < 3000; ++round) {
        const Experiment experiment = random_experiment(random, {40, 6, 3});
        SCOPED_TRACE(describe(experiment));
        const Schedule schedule = plan(experiment);
        const HostTensors tensors = labelled_tensors(schedule.problem);
        HostRing ring(schedule, tensors, {1, 1});
        CallReader reader(schedule);
        ring.run([&](const StepWork&, const AttentionLaunch& launch, int rank, int step, int phase) {
            for (const SdpaCall& call : make_sdpa_calls(schedule, rank, step, phase))
                reader.read(call, launch, phase);
        });
        EXPECT_EQ(reader.pairs(), allowed_pairs(schedule));
        expect_as_many_pairs_as_planned(schedule);
        if (testing::Test::HasFailure()) return;
    }
}

Experiment ring_of(int ranks, int64_t n, int64_t w, int64_t r, bool causal) {
    Experiment e;
    e.problem.seq_len = n;
    e.problem.heads = 8;
    e.problem.kv_heads = 2;
    e.problem.head_dim = 16;
    e.problem.dtype = DType::bf16;
    e.problem.causal = causal;
    e.problem.head_groups = {{w, r, {}, {}}};
    e.ring.ranks = ranks;
    return e;
}

TEST(SdpaCalls, ManySegmentsHeadsAndBatchEntriesTakeFewCalls) {
    const Schedule one = plan(ring_of(1, 4096, 256, 4, true));
    const std::vector<SdpaCall> calls = make_sdpa_calls(one, 0, 0, 0);
    ASSERT_EQ(calls.size(), 1u);
    const int64_t row = 8 * 16;
    EXPECT_EQ(calls[0].shape,
              (SdpaShape{16, 8, 2, 64, 64, 16, true, 256 * row, 16, 4 * row, 256 * row / 4, 16, row}));

    Experiment two_entries = ring_of(1, 512, 512, 1, false);
    two_entries.problem.batch = 2;
    const std::vector<SdpaCall> whole = make_sdpa_calls(plan(two_entries), 0, 0, 0);
    ASSERT_EQ(whole.size(), 1u);
    EXPECT_EQ(whole[0].shape.batch, 2);
    EXPECT_EQ(whole[0].shape.q_batch_stride, 512 * row);
}

TEST(SdpaCalls, ACausalRingHasOneMaskedCallARankAndRectanglesElse) {
    const Schedule schedule = plan(ring_of(4, 1024, 1024, 1, true));
    for (int rank = 0; rank < 4; ++rank)
        for (int step = 0; step < schedule.steps; ++step) {
            const std::vector<SdpaCall> calls = make_sdpa_calls(schedule, rank, step, 0);
            ASSERT_EQ(calls.size(), step <= rank ? 1u : 0u);
            if (!calls.empty()) {
                EXPECT_EQ(calls[0].shape.causal, step == 0);
            }
        }
}

TEST(SdpaCalls, TooManyRunsAreRefusedInWords) {
    Experiment e = ring_of(4, 32768, 32768, 1, false);
    e.ring.layout = Layout::striped;
    e.ring.stripe_block.tokens = 100;
    const Schedule schedule = plan(e);
    try {
        make_sdpa_calls(schedule, 2, 1, 0);
        FAIL() << "nothing was refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input);
        EXPECT_NE(std::string(error.what()).find("step 1 of rank 2 would be more than 4096 SDPA calls"),
                  std::string::npos)
            << error.what();
    }
    EXPECT_THROW(make_all_sdpa_calls(schedule, 2), Error);
}

TEST(SdpaCalls, TheWorkspaceFitsTheLargestCall) {
    const Schedule schedule = plan(ring_of(3, 1000, 400, 3, true));
    for (int rank = 0; rank < 3; ++rank) {
        const SdpaWorkspace workspace = sdpa_workspace(schedule.problem, make_all_sdpa_calls(schedule, rank));
        int64_t rows = 0;
        for (int step = 0; step < schedule.steps; ++step)
            for (const SdpaCall& call : make_sdpa_calls(schedule, rank, step, 0))
                rows = std::max(rows, call.shape.rows());
        EXPECT_GT(rows, 0);
        EXPECT_EQ(workspace.o_bytes, rows * 16 * 2);
        EXPECT_EQ(workspace.lse_bytes, rows * 4);
        EXPECT_EQ(workspace.library_bytes, kSdpaLibraryBytes);
    }
    const Schedule idle = plan(ring_of(4, 3, 3, 1, false));
    EXPECT_EQ(sdpa_workspace(idle.problem, make_all_sdpa_calls(idle, 3)).total_bytes(), 0);
}

}  // namespace
}  // namespace ringscope

// The CUDA executor's NVTX ranges, on the fake runtime: the host's work of putting a run into streams, and
// its wait.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <vector>

#include "tests/cuda/cuda_run_checks.h"
#include "tests/engine/nvtx_capture.h"

namespace ringscope {
namespace {

using Key = std::tuple<std::string, int64_t, int64_t>;  // name, rank, step

TEST(CudaNvtx, EveryPieceOfTheScheduleIsARangeProperlyNested) {
    for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
        fake_cuda::reset(2, kPlenty, 1);
        Experiment e = dense_ring();
        e.ring.accumulator = accumulator;
        const auto run = execute(e, {}, {});
        ASSERT_EQ(run->state, RunState::done) << run->error;
        std::vector<std::string> open;
        std::map<Key, int> seen;
        std::map<int64_t, int64_t> received_bytes;
        for (const NvtxRecord& record : take_nvtx_records()) {
            ASSERT_EQ(record.domain, "ringscope");
            if (!record.push) {
                ASSERT_FALSE(open.empty()) << "a pop without a push";
                open.pop_back();
                continue;
            }
            EXPECT_NE(record.category, 0u);
            EXPECT_EQ(record.category, nvtx_category_of(record.name)) << record.name;
            const bool in_a_step = record.name == "compute" || record.name == "receive";
            EXPECT_EQ(open, record.name == "run" ? std::vector<std::string>{}
                            : in_a_step          ? (std::vector<std::string>{"run", "step"})
                                                 : std::vector<std::string>{"run"})
                << record.name;
            ++seen[{record.name, record.payload.rank, record.payload.step}];
            if (record.name == "receive") received_bytes[record.payload.rank] += record.payload.bytes;
            open.push_back(record.name);
        }
        EXPECT_TRUE(open.empty()) << "a push without a pop";
        EXPECT_EQ((seen[{"run", -1, -1}]), 1);
        EXPECT_EQ((seen[{"wait", -1, -1}]), 1);
        const Schedule& schedule = *run->schedule;
        for (int step = 0; step < schedule.steps; ++step) EXPECT_EQ((seen[{"step", -1, step}]), 1);
        for (int rank = 0; rank < schedule.ranks; ++rank) {
            const RankPlan& plan = schedule.rank_plans[static_cast<size_t>(rank)];
            EXPECT_EQ((seen[{"pack", rank, 0}]), 1);
            EXPECT_EQ((seen[{"merge", rank, schedule.steps - 1}]),
                      accumulator == Accumulator::online_softmax ? 1 : 0);
            EXPECT_EQ(received_bytes[rank], plan.received_bytes);
            for (int step = 0; step < schedule.steps; ++step) {
                EXPECT_EQ((seen[{"compute", rank, step}]), 1);
                EXPECT_EQ((seen[{"receive", rank, step}]),
                          static_cast<int>(plan.steps[static_cast<size_t>(step)].receives.size()));
            }
        }
    }
}

}  // namespace
}  // namespace ringscope

int main(int argc, char** argv) {
    setenv("NVTX_INJECTION64_PATH", RINGSCOPE_NVTX_INJECTION, 1);  // before the first range
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}

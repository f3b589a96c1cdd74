// Every piece of a schedule appears as an NVTX range, properly nested, with its payload.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <vector>

#include "engine/run/execute.h"
#include "tests/engine/nvtx_capture.h"

namespace ringscope {
namespace {

Experiment ring_of_three(Accumulator accumulator) {
    Experiment e;
    e.problem.seq_len = 96;
    e.problem.heads = 4;
    e.problem.head_dim = 8;
    e.problem.head_groups = {{32, 1, {}, {}}, {96, 2, {}, {}}};
    e.ring.ranks = 3;
    e.ring.accumulator = accumulator;
    e.backend.device = "cpu";
    e.backend.threads = 2;
    return e;
}

using Key = std::tuple<std::string, int64_t, int64_t>;  // name, rank, step

TEST(Nvtx, EveryPieceOfTheScheduleIsARangeProperlyNested) {
    for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax}) {
        const auto run = execute(ring_of_three(accumulator), {}, {});
        ASSERT_EQ(run->state, RunState::done) << run->error;
        const Schedule& schedule = *run->schedule;
        ASSERT_GT(schedule.transfers.size(), 0u);
        std::map<std::thread::id, std::vector<NvtxRecord>> open;
        std::map<Key, int> seen;
        std::map<int, int64_t> received_bytes;
        for (const NvtxRecord& record : take_nvtx_records()) {
            ASSERT_EQ(record.domain, "ringscope");
            std::vector<NvtxRecord>& stack = open[record.thread];
            if (!record.push) {
                ASSERT_FALSE(stack.empty()) << "a pop without a push";
                stack.pop_back();
                continue;
            }
            EXPECT_NE(record.category, 0u);
            EXPECT_EQ(record.category, nvtx_category_of(record.name)) << record.name;
            EXPECT_EQ(stack.empty(), record.name == "run") << record.name;
            if (record.name == "step") {
                EXPECT_EQ(stack.back().name, "run");
            }
            if (!stack.empty()) {
                EXPECT_EQ(record.payload.rank, stack.front().payload.rank);
            }
            // A chunk is let go as soon as it is there: at the end of the step before the one that it is held
            // in.
            if (!stack.empty() && stack.back().name == "step" && record.name != "send") {
                EXPECT_EQ(record.payload.step, stack.back().payload.step) << record.name;
            }
            ++seen[{record.name, record.payload.rank, record.payload.step}];
            if (record.name == "receive")
                received_bytes[static_cast<int>(record.payload.rank)] += record.payload.bytes;
            stack.push_back(record);
        }
        for (const auto& [thread, stack] : open) EXPECT_TRUE(stack.empty()) << "a push without a pop";
        for (int rank = 0; rank < schedule.ranks; ++rank) {
            const RankPlan& plan = schedule.rank_plans[static_cast<size_t>(rank)];
            EXPECT_EQ((seen[{"run", rank, -1}]), 1);
            EXPECT_EQ((seen[{"pack", rank, 0}]), schedule.pieces_in(rank, 0).empty() ? 0 : 1);
            EXPECT_EQ(received_bytes[rank], plan.received_bytes);
            EXPECT_EQ((seen[{"merge", rank, schedule.steps - 1}]),
                      accumulator == Accumulator::online_softmax ? 1 : 0);
            for (int step = 0; step < schedule.steps; ++step) {
                EXPECT_EQ((seen[{"step", rank, step}]), 1);
                EXPECT_EQ((seen[{"compute", rank, step}]), 1);
                // What is used in the next step arrives, and is let go, during this one.
                const bool last = step + 1 == schedule.steps;
                EXPECT_EQ(
                    (seen[{"receive", rank, step}]),
                    last ? 0 : static_cast<int>(plan.steps[static_cast<size_t>(step) + 1].receives.size()));
                EXPECT_EQ((seen[{"send", rank, step}]), last ? 0 : 1);
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

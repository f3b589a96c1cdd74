// Ranks of traces: whose slices are whose, which communications are one, and what of them is skew.
#include "sessions/traces/trace_stragglers.h"

#include <gtest/gtest.h>

#include "sessions/traces/slice_role.h"
#include "tests/sessions/made_trace.h"

namespace ringscope {
namespace {

constexpr const char* kAllReduce =
    "ncclDevKernel_AllReduce_Sum_f32_RING_LL(ncclDevKernelArgsStorage<4096ul>)";
constexpr const char* kSendRecv = "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)";

/// Rank of a GPU job: compute from 0 to `ready`, then an all-reduce that ends at 100.
std::shared_ptr<const ImportedTrace> gpu_rank(int64_t rank, int64_t ready) {
    return MadeTrace("rank " + std::to_string(rank))
        .rank(rank, 2)
        .lane("python", "thread 1")
        .slice("ProfilerStep#4", 0, 100 + rank, "user_annotation")
        .slice("cudaDeviceSynchronize", 20, 90, "cuda_runtime")
        .lane("GPU", "stream 7")
        .slice("gemm", 0, ready, "kernel")
        .lane("GPU", "stream 20")
        .slice(kAllReduce, ready, 100, "kernel")
        .shared();
}

TEST(TraceRanks, AreWhatTheFileOrItsProcessesSay) {
    EXPECT_EQ(rank_in_name("rank 3"), 3);
    EXPECT_EQ(rank_in_name("Rank 12 (python)"), 12);
    EXPECT_EQ(rank_in_name("rank_7"), 7);
    for (const char* name : {"rank", "ranking 3", "rank 3a", "python", "rank x"})
        EXPECT_FALSE(rank_in_name(name)) << name;
    const auto both =
        MadeTrace("both").lane("rank 1", "a").lane("rank 0", "b").lane("rank 0", "c").lane("host", "d");
    const auto jobs = trace_jobs({both.shared()});
    ASSERT_EQ(jobs.size(), 1u);
    ASSERT_EQ(jobs[0].ranks.size(), 2u);
    EXPECT_EQ(jobs[0].ranks[0].rank, 0);
    EXPECT_EQ(jobs[0].ranks[0].lanes, (std::vector<int>{1, 2}));
    EXPECT_EQ(jobs[0].ranks[1].lanes, std::vector<int>{0});
    EXPECT_TRUE(trace_jobs({MadeTrace("none").lane("python", "a").shared()}).empty());
}

TEST(TraceRanks, BelongToTheJobThatTheFileNames) {
    const auto rank = [](int64_t number, const char* job) {
        return MadeTrace(job).rank(number, 2, job).lane("p", "l").shared();
    };
    const auto two_jobs = trace_jobs({rank(1, "a"), rank(0, "a"), rank(0, "b"), rank(1, "b")});
    ASSERT_EQ(two_jobs.size(), 2u);
    EXPECT_EQ(two_jobs[0].ranks[0].trace, 1u);
    EXPECT_EQ(two_jobs[1].ranks[1].trace, 3u);
    const auto before_and_after = trace_jobs({rank(0, ""), rank(1, ""), rank(0, ""), rank(1, "")});
    ASSERT_EQ(before_and_after.size(), 2u);
    EXPECT_EQ(before_and_after[1].ranks[0].trace, 2u);
}

TEST(TraceRanks, TellWorkFromCommunicationAndWaiting) {
    for (const char* name : {kAllReduce, kSendRecv, "c10d::allreduce_", "hcom_allReduce_", "MPI_Allreduce",
                             "record_param_comms", "rcclGenericKernel", "all_gather"})
        EXPECT_EQ(slice_role(name, "kernel"), SliceRole::communication) << name;
    for (const char* name : {"cudaStreamSynchronize", "hipDeviceSynchronize", "Work::wait", "MPI_Waitall"})
        EXPECT_EQ(slice_role(name, "cuda_runtime"), SliceRole::waiting) << name;
    for (const char* name : {"gemm", "aten::broadcast_tensors", "aten::gather", "Optimizer.step#SGD.step"})
        EXPECT_EQ(slice_role(name, "cpu_op"), SliceRole::work) << name;
    EXPECT_EQ(slice_role("gloo:all_reduce", "user_annotation"), SliceRole::communication);
    EXPECT_EQ(slice_role("nccl:all_reduce", "gpu_user_annotation"), SliceRole::enclosing);
    EXPECT_EQ(slice_role("distributed_c10d.py(25): all_reduce", "python_function"), SliceRole::enclosing);
    EXPECT_EQ(slice_role("wait for receive", "cuda_runtime"), SliceRole::waiting);
    EXPECT_EQ(slice_role("send step 1", "send"), SliceRole::communication);
    EXPECT_TRUE(names_a_step("ProfilerStep#4"));
    EXPECT_TRUE(names_a_step("train step 12"));
    EXPECT_FALSE(names_a_step("Optimizer.step#SGD.step"));
}

TEST(TraceStragglers, FindTheRankThatTheOthersWaitFor) {
    const auto jobs = trace_stragglers({gpu_rank(0, 40), gpu_rank(1, 70)});
    ASSERT_EQ(jobs.size(), 1u);
    const RankTimes& fast = jobs[0].ranks[0];
    const RankTimes& slow = jobs[0].ranks[1];
    EXPECT_EQ(fast.busy_ns, 40);
    EXPECT_EQ(slow.busy_ns, 70);
    EXPECT_EQ(fast.communication_ns, 60);
    EXPECT_EQ(fast.exposed_ns, 60);
    EXPECT_EQ(fast.waiting_ns, 70) << "the synchronization of its thread";
    EXPECT_EQ(fast.skew_ns, 30);
    EXPECT_EQ(fast.transfer_ns, 30);
    EXPECT_EQ(slow.skew_ns, 0);
    EXPECT_EQ(slow.transfer_ns, 30);
    EXPECT_EQ(slow.last_to_begin, 1);
    EXPECT_EQ(slow.cost_ns, 30);
    EXPECT_EQ(slow.late_ns, 30);
    EXPECT_EQ(fast.cost_ns, 0);
    EXPECT_EQ(slow.steps, 1);
    EXPECT_EQ(slow.last_to_end, 1);
    EXPECT_EQ(jobs[0].contradictions, 0);
    EXPECT_EQ(stragglers_headline(jobs[0]),
              "Rank 1 was last in 100% of its 1 communication and cost the other ranks 30.0 ns together.");
}

TEST(TraceStragglers, MoveEachTraceByItsOffset) {
    const std::vector<int64_t> offsets{1000, 950};
    const auto jobs = trace_stragglers({gpu_rank(0, 40), gpu_rank(1, 70)}, offsets);
    EXPECT_EQ(jobs[0].ranks[0].begin_ns, 1000);
    EXPECT_EQ(jobs[0].ranks[1].begin_ns, 950);
    EXPECT_EQ(jobs[0].ranks[0].last_to_begin, 1) << "1040 is after 1020";
    EXPECT_EQ(jobs[0].ranks[1].skew_ns, 20);
    const std::vector<int64_t> apart{0, 1'000'000};
    EXPECT_EQ(trace_stragglers({gpu_rank(0, 40), gpu_rank(1, 70)}, apart)[0].contradictions, 1);
}

TEST(TraceStragglers, SplitSkewFromTransferInEachMatch) {
    const auto rank = [](int64_t number, int64_t late) {
        MadeTrace made("t");
        made.rank(number, 3).lane("GPU", "stream 7");
        for (int64_t k = 0; k < 3; ++k)
            made.slice(kSendRecv, k * 100 + (k == 1 ? late : 0), k * 100 + 50, "kernel");
        return made.shared();
    };
    const auto jobs = trace_stragglers({rank(0, 5), rank(1, 30), rank(2, 0)});
    ASSERT_EQ(jobs[0].matches.size(), 3u);
    EXPECT_EQ(jobs[0].matches[0].last, -1) << "all began at once";
    const TraceMatch& middle = jobs[0].matches[1];
    EXPECT_EQ(middle.number, 1);
    EXPECT_EQ(middle.skew_ns, 30);
    EXPECT_EQ(middle.transfer_ns, 20);
    EXPECT_EQ(middle.parts[0].skew_ns, 25);
    EXPECT_EQ(middle.parts[2].skew_ns, 30);
    EXPECT_EQ(middle.parts[2].transfer_ns, 20);
    EXPECT_EQ(middle.late_ns, 25);
    EXPECT_EQ(jobs[0].ranks[1].cost_ns, 55);
    EXPECT_EQ(jobs[0].ranks[2].transfer_ns, 50 + 20 + 50);
    ASSERT_EQ(jobs[0].names.size(), 1u);
    EXPECT_EQ(jobs[0].names[0].matches, 3);
    EXPECT_EQ(jobs[0].names[0].skew_ns, 30);
    EXPECT_EQ(jobs[0].names[0].transfer_ns, 50 + 20 + 50);
    EXPECT_EQ(jobs[0].names[0].last_rank, 1);
    EXPECT_EQ(jobs[0].names[0].times_last, 1);
}

TEST(TraceStragglers, MatchWithinTheProcessGroupThatTheFileNames) {
    const auto rank = [](int64_t number, const char* group, int64_t begin) {
        return MadeTrace("t")
            .rank(number, 4)
            .lane("GPU", "s")
            .slice(kAllReduce, begin, 100, "kernel")
            .argument("Process Group Ranks", group)
            .shared();
    };
    const auto jobs = trace_stragglers(
        {rank(0, "[0, 1]", 0), rank(1, "[0, 1]", 10), rank(2, "[2, 3]", 60), rank(3, "[2, 3]", 50)});
    ASSERT_EQ(jobs[0].matches.size(), 2u);
    EXPECT_EQ(jobs[0].matches[0].skew_ns, 10);
    EXPECT_EQ(jobs[0].matches[1].skew_ns, 10);
    EXPECT_EQ(jobs[0].ranks[2].cost_ns, 10);
}

TEST(TraceStragglers, MatchTheCallsOnlyWhereNothingBetterIsKnown) {
    const auto rank = [](int64_t number, bool with_gloo) {
        MadeTrace made("t");
        made.rank(number, 2)
            .lane("python", "main")
            .slice("c10d::allreduce_", 0, 10, "cpu_op")
            .slice("record_param_comms", 2, 8, "cpu_op");
        if (with_gloo) made.lane("python", "worker").slice("gloo:all_reduce", 10, 30, "user_annotation");
        return made.shared();
    };
    const auto calls = trace_stragglers({rank(0, false), rank(1, false)});
    ASSERT_EQ(calls[0].matches.size(), 1u);
    EXPECT_EQ(calls[0].matches[0].name, "c10d::allreduce_");
    const auto gloo = trace_stragglers({rank(0, true), rank(1, true)});
    ASSERT_EQ(gloo[0].matches.size(), 1u);
    EXPECT_EQ(gloo[0].matches[0].name, "gloo:all_reduce");
    EXPECT_EQ(gloo[0].ranks[0].communication_ns, 30);
}

TEST(TraceStragglers, CountWhatOtherRanksHaveFewerOf) {
    MadeTrace one("1"), two("2");
    one.rank(0, 2).lane("GPU", "s").slice(kAllReduce, 0, 10, "kernel").slice(kAllReduce, 20, 30, "kernel");
    two.rank(1, 2).lane("GPU", "s").slice(kAllReduce, 2, 10, "kernel");
    const auto jobs = trace_stragglers({one.shared(), two.shared()});
    EXPECT_EQ(jobs[0].matches.size(), 1u);
    EXPECT_EQ(jobs[0].ranks[0].unmatched, 1);
    EXPECT_EQ(jobs[0].ranks[1].unmatched, 0);
}

TEST(TraceStragglers, PairASendWithItsReceive) {
    MadeTrace numbered("ring");
    numbered.lane("rank 0", "send").slice("send step 1", 10, 40, "send").argument("transfer", 5.0);
    numbered.lane("rank 1", "receive").slice("receive step 1", 0, 45, "receive").argument("transfer", 5.0);
    numbered.flow(0, 10, 1, 44);  // the same pair: counted once
    const auto jobs = trace_stragglers({numbered.shared()});
    ASSERT_EQ(jobs[0].matches.size(), 1u);
    const TraceMatch& pair = jobs[0].matches[0];
    EXPECT_EQ(pair.kind, MatchKind::pair);
    EXPECT_EQ(pair.skew_ns, 10);
    EXPECT_EQ(pair.transfer_ns, 35);
    EXPECT_EQ(pair.parts[1].skew_ns, 10);
    EXPECT_EQ(jobs[0].ranks[0].cost_ns, 10);

    MadeTrace flows("flows");
    flows.lane("rank 0", "out").slice("push", 10, 40);
    flows.lane("rank 1", "in").slice("outer", 0, 90).slice("pop", 20, 45);
    flows.flow(0, 10, 1, 44);
    const auto joined = trace_stragglers({flows.shared()});
    ASSERT_EQ(joined[0].matches.size(), 1u);
    EXPECT_EQ(joined[0].matches[0].name, "push");
    EXPECT_EQ(joined[0].matches[0].skew_ns, 10);
    EXPECT_EQ(joined[0].matches[0].transfer_ns, 25);
}

TEST(TraceStragglers, GiveCommunicationItsInsidesAndHideWhatWorksMeanwhile) {
    MadeTrace zero("0");
    zero.rank(0, 2);
    zero.lane("p", "a").slice("c10d::allreduce_", 0, 50, "cpu_op").slice("memcpy", 10, 20, "cpu_op");
    zero.lane("p", "b").slice("forward", 0, 60, "user_annotation").slice("gemm", 5, 30, "cpu_op");
    const auto jobs = trace_stragglers({zero.shared(), MadeTrace("1").rank(1, 2).lane("p", "l").shared()});
    EXPECT_EQ(jobs[0].ranks[0].communication_ns, 50);
    EXPECT_EQ(jobs[0].ranks[0].busy_ns, 25);
    EXPECT_EQ(jobs[0].ranks[0].exposed_ns, 25);
    EXPECT_EQ(jobs[0].ranks[1].begin_ns, 0) << "an empty rank has no times";
    EXPECT_EQ(stragglers_headline(jobs[0]), "");
}

}  // namespace
}  // namespace ringscope

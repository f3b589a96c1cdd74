// What goes wrong in a run: it ends on every rank, soon, says where, and the next run works.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/plan/schedule.h"
#include "engine/run/execute.h"

namespace ringscope {
namespace {

Experiment ring_of_four() {
    Experiment e;
    e.problem.seq_len = 128;
    e.problem.heads = 2;
    e.problem.head_dim = 8;
    e.problem.head_groups = {{128, 1, {}, {}}};
    e.ring.ranks = 4;
    e.ring.prune = false;
    e.ring.timeout_seconds = 0.1;
    e.backend.threads = 2;
    return e;
}

std::shared_ptr<const Run> run_with(const Experiment& experiment, const Fault& fault) {
    RunOptions options;
    options.fault = fault;
    return execute(experiment, options, {});
}

void expect_failed(const Run& run, const std::string& message) {
    EXPECT_EQ(run.state, RunState::failed);
    EXPECT_EQ(run.error_kind, ErrorKind::run_failed);
    EXPECT_EQ(run.error.find(message), 0u) << run.error;
    EXPECT_EQ(run.output, nullptr);
    const auto next = execute(run.experiment, {}, {});
    EXPECT_EQ(next->state, RunState::done) << next->error;
}

TEST(Fault, ALostTransferNamesRankStepAndPeer) {
    for (const bool overlap : {false, true})
        for (int rank = 0; rank < 4; ++rank)
            for (const int step : {0, 2}) {
                Experiment e = ring_of_four();
                e.ring.overlap = overlap;
                const auto failed = run_with(e, {Fault::Kind::lose_transfer, rank, step, 0});
                expect_failed(*failed, "rank " + std::to_string((rank + 1) % 4) + " waited ");
                EXPECT_NE(failed->error.find(" for rank " + std::to_string(rank) + " in step " +
                                             std::to_string(step)),
                          std::string::npos)
                    << failed->error;
                EXPECT_FALSE(failed->trace.spans.empty());
            }
}

TEST(Fault, ALostTransferEndsAnAllGather) {
    Experiment e = ring_of_four();
    e.ring.strategy = Strategy::all_gather;
    const auto failed = run_with(e, {Fault::Kind::lose_transfer, 2, 0, 0});
    EXPECT_EQ(failed->state, RunState::failed);
    EXPECT_NE(failed->error.find("for rank 2 in step 0"), std::string::npos) << failed->error;
}

TEST(Fault, AnErrorOnOneRankEndsAll) {
    for (int step = 0; step < 4; ++step)
        expect_failed(*run_with(ring_of_four(), {Fault::Kind::throw_error, 2, step, 0}),
                      "rank 2 failed in step " + std::to_string(step));
}

TEST(Fault, ADelayWithinTheLimitIsAWaitForALatePeer) {
    Experiment e = ring_of_four();
    e.ring.timeout_seconds = 30;
    const auto done = run_with(e, {Fault::Kind::delay, 1, 1, 0.1});
    ASSERT_EQ(done->state, RunState::done) << done->error;
    double waited = 0;
    for (const Span& span : done->trace.spans)
        if (span.rank == 2 && span.kind == SpanKind::wait && span.cause == WaitCause::late_peer &&
            span.peer == 1 && span.step == 1)
            waited += static_cast<double>(span.end_ns - span.begin_ns) * 1e-9;
    EXPECT_GT(waited, 0.05);
    EXPECT_GE(done->metrics.ranks[2].wait_peer_seconds, waited * 0.5);
}

/// Every transfer of one rank takes as long as its bytes say, far beyond the limit for one that is lost; those of others
/// do not.
TEST(Fault, ASlowLinkHoldsUpWhatItsRankSendsAndLosesNothing) {
    for (const Strategy strategy : {Strategy::ring, Strategy::all_gather}) {
        Experiment e = ring_of_four();
        e.ring.strategy = strategy;
        e.ring.timeout_seconds = 0.01;
        const int64_t bytes = plan(e).transfers.front().bytes;
        Fault slow{.kind = Fault::Kind::slow_link, .rank = 1};
        slow.bytes_per_second = static_cast<double>(bytes) / 0.04;  // one after the other
        const auto done = run_with(e, slow);
        ASSERT_EQ(done->state, RunState::done) << done->error;
        int slowed = 0;
        for (size_t i = 0; i < done->trace.transfers.size(); ++i) {
            const TransferTimes& times = done->trace.transfers[i];
            if (done->schedule->transfers[i].from != 1) continue;
            EXPECT_GE(times.done_ns - times.begin_ns, 39'000'000);
            ++slowed;
        }
        EXPECT_EQ(slowed, 3);
        EXPECT_GT(done->metrics.seconds, 0.1);
    }
}

TEST(Fault, ADelayBeyondTheLimitIsALostTransfer) {
    // Rank 1 misses rank 0's chunk, and rank 3 has one that rank 0 does not take: either may say so first.
    const auto failed = run_with(ring_of_four(), {Fault::Kind::delay, 0, 1, 20});
    expect_failed(*failed, "rank ");
    EXPECT_NE(failed->error.find(" waited "), std::string::npos) << failed->error;
    EXPECT_NE(failed->error.find("for rank 0 "), std::string::npos) << failed->error;
}

/// Takes many seconds on any machine.
Experiment long_run() {
    Experiment e = ring_of_four();
    e.problem.seq_len = 1 << 16;
    e.problem.head_dim = 32;
    e.problem.head_groups = {{1 << 16, 1, {}, {}}};
    e.ring.timeout_seconds = 30;
    return e;
}

TEST(Fault, CancelEndsEveryPhaseSoon) {
    for (const RunPhase wanted_phase : {RunPhase::filling_inputs, RunPhase::running}) {
        std::stop_source stop;
        Progress progress;
        RunOptions options;
        options.progress = &progress;
        std::jthread canceller([&] {
            while (progress.phase.load() < wanted_phase) std::this_thread::yield();
            stop.request_stop();
        });
        const auto cancelled = execute(long_run(), options, stop.get_token());
        EXPECT_EQ(cancelled->state, RunState::cancelled);
        EXPECT_EQ(cancelled->error_kind, ErrorKind::cancelled);
        EXPECT_EQ(cancelled->error, "cancelled");
        EXPECT_EQ(cancelled->output, nullptr);
    }
}

TEST(Fault, CancelEndsAWaitAndASleep) {
    std::stop_source stop;
    RunOptions options;
    options.fault = {Fault::Kind::delay, 1, 0, 3600};
    Experiment e = ring_of_four();
    e.ring.timeout_seconds = 3600;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        stop.request_stop();
    });
    EXPECT_EQ(execute(e, options, stop.get_token())->state, RunState::cancelled);
}

TEST(Fault, AStopBeforeTheStartRunsNothing) {
    std::stop_source stop;
    stop.request_stop();
    const auto cancelled = execute(ring_of_four(), {}, stop.get_token());
    EXPECT_EQ(cancelled->state, RunState::cancelled);
    EXPECT_TRUE(cancelled->trace.spans.empty());
}

TEST(Fault, ASlowRankIsNotALostOne) {
    // One worker for four ranks: ranks wait for each other far longer than the limit, but never for nothing.
    Experiment e = ring_of_four();
    e.problem.seq_len = 2048;
    e.problem.head_groups = {{2048, 1, {}, {}}};
    e.problem.head_dim = 32;
    e.backend.threads = 1;
    e.ring.timeout_seconds = 0.02;
    e.ring.overlap = false;
    const auto done = execute(e, {}, {});
    EXPECT_EQ(done->state, RunState::done) << done->error;
}

/// Twice as many threads that never rest as there are cores, and ranks that wait for one each other time: the limit
/// counts none of that.
TEST(Fault, ARankWithoutACoreIsNotALostOne) {
    std::atomic<bool> done{false};
    std::vector<std::jthread> busy;
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i)
        busy.emplace_back([&done] {
            while (!done.load(std::memory_order_relaxed)) {
            }
        });
    Experiment e = ring_of_four();
    e.problem.seq_len = 4096;
    e.problem.head_groups = {{4096, 1, {}, {}}};
    e.ring.ranks = 64;
    e.ring.timeout_seconds = 0.005;
    const auto run = execute(e, {}, {});
    done = true;
    EXPECT_EQ(run->state, RunState::done) << run->error;
}

TEST(Fault, ReadsWhatAPersonWrites) {
    const Fault delay = read_fault("delay:rank=1,step=2,seconds=0.5");
    EXPECT_EQ(delay.kind, Fault::Kind::delay);
    EXPECT_EQ(delay.rank, 1);
    EXPECT_EQ(delay.step, 2);
    EXPECT_EQ(delay.delay_seconds, 0.5);
    EXPECT_EQ(read_fault("lose_transfer:step=0,rank=3").kind, Fault::Kind::lose_transfer);
    EXPECT_EQ(read_fault("throw_error:rank=0,step=0").kind, Fault::Kind::throw_error);
    const Fault slow = read_fault("slow_link:bandwidth=2.5e8,rank=3");
    EXPECT_EQ(slow.kind, Fault::Kind::slow_link);
    EXPECT_EQ(slow.rank, 3);
    EXPECT_EQ(slow.bytes_per_second, 2.5e8);
}

std::string refusal(const std::string& text) {
    try {
        read_fault(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input) << text;
        return error.what();
    }
    ADD_FAILURE() << text << " was read";
    return "";
}

TEST(Fault, RefusesWhatItCannotReadWithWhatIsAllowed) {
    for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
             {"", "\"\" is not allowed"},
             {"none:rank=0,step=0", "\"none\" is not allowed"},
             {"explode:rank=0,step=0", "\"explode\" is not allowed"},
             {"delay", "rank is missing"},
             {"delay:rank=1,seconds=1", "step is missing"},
             {"delay:rank=1,step=1", "seconds is missing"},
             {"lose_transfer:rank=1,step=1,seconds=1", "\"seconds=1\" is not allowed"},
             {"lose_transfer:rank=1,step=1,", "\"\" is not allowed"},
             {"lose_transfer:rank=1,rank=2,step=1", "rank is given twice"},
             {"lose_transfer:rank=-1,step=1", "rank=-1 is not allowed"},
             {"lose_transfer:rank=one,step=1", "rank=one is not allowed"},
             {"slow_link:rank=1", "bandwidth is missing"},
             {"slow_link:rank=1,step=1,bandwidth=1e9", "\"step=1\" is not allowed"},
             {"slow_link:rank=1,bandwidth=0", "bandwidth=0 is not allowed"},
             {"slow_link:rank=1,bandwidth=inf", "bandwidth=inf is not allowed"},
             {"delay:rank=1,step=1,seconds=nan", "seconds=nan is not allowed"},
             {"delay:rank=1,step=1,seconds=1e9", "seconds=1e9 is not allowed"},
         })
        EXPECT_EQ(refusal(text).rfind("fault: " + words, 0), 0u) << refusal(text);
}

TEST(Fault, OneThatCannotHappenIsRefused) {
    const auto refused = [](const Fault& fault) {
        const auto run = run_with(ring_of_four(), fault);
        EXPECT_EQ(run->state, RunState::failed);
        EXPECT_EQ(run->error_kind, ErrorKind::bad_input);
        return run->error;
    };
    EXPECT_EQ(refused({Fault::Kind::throw_error, 4, 0, 0}),
              "fault: rank=4 is not allowed: this run has ranks 0 to 3");
    EXPECT_EQ(refused({Fault::Kind::delay, 0, 4, 1}),
              "fault: step=4 is not allowed: this run has steps 0 to 3");
    // What is received in the last step goes no further.
    EXPECT_EQ(refused({Fault::Kind::lose_transfer, 1, 3, 0}),
              "fault: lose_transfer cannot happen: rank 1 sends nothing in step 3");
    Experiment alone = ring_of_four();
    alone.ring.ranks = 1;
    const Fault slow{.kind = Fault::Kind::slow_link, .rank = 0, .bytes_per_second = 1e9};
    EXPECT_EQ(run_with(alone, slow)->error, "fault: slow_link cannot happen: rank 0 sends nothing");
}

}  // namespace
}  // namespace ringscope

// Every transport that ranks on the CPU can take, driven by hand: what the ring loop relies on.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "engine/cpu/cpu_transports.h"

namespace ringscope {
namespace {

constexpr double kLimitSeconds = 0.1;
constexpr double kNoLimit = 600;

Experiment ring_of(int ranks) {
    Experiment e;
    e.problem.seq_len = 64;
    e.problem.heads = 1;
    e.problem.head_dim = 4;
    e.problem.head_groups = {{64, 1, {}, {}}};
    e.ring.ranks = ranks;
    e.ring.prune = false;
    return e;
}

/// Ranks of a ring with a transport between them; slots are told apart by one byte that they are full of.
struct Ring {
    Ring(const CpuTransport& kind, const Experiment& experiment, double timeout_seconds)
        : schedule(plan(experiment)), transport(kind.make(schedule, control, timeout_seconds, {})) {
        for (int rank = 0; rank < schedule.ranks; ++rank) {
            traces.emplace_back().rank = rank;
            traces.back().work_times.resize(static_cast<size_t>(schedule.steps));
            for (auto* slots : {&sent, &received}) slots->emplace_back(slot_bytes(rank), std::byte{0});
            std::fill(sent.back().begin(), sent.back().end(), full_of(rank));
        }
    }
    size_t slot_bytes(int rank) const {
        const auto& bytes = schedule.rank_plans[static_cast<size_t>(rank)].slot_bytes;
        return static_cast<size_t>(*std::max_element(bytes.begin(), bytes.end()));
    }
    static std::byte full_of(int rank) { return static_cast<std::byte>(rank + 1); }
    void publish(int rank, int step) {
        transport->publish({rank, step, Payload::kv}, sent[static_cast<size_t>(rank)].data());
    }
    void receive(int rank, int step) {
        transport->receive({rank, step, Payload::kv}, received[static_cast<size_t>(rank)].data(),
                           SpanKind::receive, step - 1, traces[static_cast<size_t>(rank)]);
    }
    void wait_taken(int rank, int step) {
        transport->wait_taken({rank, step, Payload::kv}, step, traces[static_cast<size_t>(rank)]);
    }

    Schedule schedule;
    RunControl control;
    std::unique_ptr<RankTransport> transport;
    std::vector<std::vector<std::byte>> sent, received;
    std::vector<RankTrace> traces;
};

class EveryTransport : public testing::TestWithParam<CpuTransport> {};

std::string name(const testing::TestParamInfo<CpuTransport>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Cpu, EveryTransport,
                         testing::ValuesIn(cpu_transports().begin(), cpu_transports().end()), name);

TEST_P(EveryTransport, MovesEachChunkToItsNeighbour) {
    Ring ring(GetParam(), ring_of(4), kNoLimit);
    {
        std::vector<std::jthread> ranks;
        for (int rank = 0; rank < 4; ++rank)
            ranks.emplace_back([&ring, rank] {
                ring.publish(rank, 1);
                ring.receive(rank, 1);
                ring.wait_taken(rank, 1);
            });
    }
    for (int rank = 0; rank < 4; ++rank) {
        const std::byte expected = Ring::full_of((rank + 3) % 4);
        for (const std::byte byte : ring.received[static_cast<size_t>(rank)]) EXPECT_EQ(byte, expected);
    }
    const std::vector<TransferTimes> times = ring.transport->times();
    ASSERT_EQ(times.size(), ring.schedule.transfers.size());
    for (size_t i = 0; i < times.size(); ++i) {
        if (ring.schedule.transfers[i].step != 1) continue;
        EXPECT_GE(times[i].posted_ns, 0);
        EXPECT_GE(times[i].begin_ns, std::max(times[i].posted_ns, times[i].peer_ready_ns));
        EXPECT_GE(times[i].done_ns, times[i].begin_ns);
    }
}

TEST_P(EveryTransport, PublishingDoesNotWait) {
    Ring ring(GetParam(), ring_of(2), kNoLimit);
    ring.publish(0, 1);  // nobody receives
    ring.publish(1, 1);
    ring.receive(0, 1);
    ring.receive(1, 1);
    ring.wait_taken(0, 1);
    ring.wait_taken(1, 1);
}

TEST_P(EveryTransport, ALostTransferIsAnErrorOfWhoWaitsForIt) {
    Ring ring(GetParam(), ring_of(4), kLimitSeconds);
    const auto begin = std::chrono::steady_clock::now();
    try {
        ring.receive(2, 1);  // rank 1 never publishes
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::run_failed);
        EXPECT_NE(std::string(error.what()).find("rank 2 waited "), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find(" for rank 1 in step 0"), std::string::npos) << error.what();
    }
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(waited.count(), kLimitSeconds);
}

TEST_P(EveryTransport, AChunkNobodyTakesIsAnErrorOfItsSender) {
    Ring ring(GetParam(), ring_of(4), kLimitSeconds);
    ring.publish(1, 1);
    try {
        ring.wait_taken(1, 1);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).find("rank 1 waited "), 0u) << error.what();
        EXPECT_NE(std::string(error.what()).find(" for rank 2 to take its chunk in step 1"),
                  std::string::npos)
            << error.what();
    }
}

/// A chain of waits that ends at a rank which is at work: nobody's limit passes, however long it takes and whether or
/// not that rank has a core.
TEST_P(EveryTransport, WaitsForARankAtWorkAreNoErrors) {
    Ring ring(GetParam(), ring_of(4), kLimitSeconds);
    for (int rank = 0; rank < 4; ++rank) ring.transport->set_working(rank, true);
    std::vector<std::jthread> ranks;
    for (const int rank : {1, 2, 3})
        ranks.emplace_back([&ring, rank] {
            ring.receive(rank, 1);
            ring.publish(rank, 1);
        });
    std::this_thread::sleep_for(std::chrono::duration<double>(4 * kLimitSeconds));
    ring.publish(0, 1);  // rank 1 goes on; ranks 2 and 3 follow it
    ranks.clear();
    for (const int rank : {1, 2, 3}) EXPECT_FALSE(ring.traces[static_cast<size_t>(rank)].spans.empty());
}

/// The peer goes on with its own work, but what it sent will never come.
TEST_P(EveryTransport, ALostTransferIsLateWhateverItsSenderDoes) {
    Ring ring(GetParam(), ring_of(4), kLimitSeconds);
    for (int rank = 0; rank < 4; ++rank) ring.transport->set_working(rank, true);
    ring.transport->publish({1, 1, Payload::kv}, nullptr);
    try {
        ring.receive(2, 1);
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(
            std::string(error.what())
                .find(
                    "; ring.timeout_seconds is 0.1: rank 2 waits for K/V of rank 1 (step 0), which has sent "
                    "it: it was lost"),
            std::string::npos)
            << error.what();
    }
}

/// Of three ranks that wait in a circle each for the next one's chunk, one speaks, and names them all.
TEST_P(EveryTransport, ACircleOfWaitsIsNamed) {
    Ring ring(GetParam(), ring_of(3), kLimitSeconds);
    std::mutex mutex;
    std::string said;
    std::vector<std::jthread> ranks;
    for (int rank = 0; rank < 3; ++rank) {
        ring.transport->set_working(rank, true);
        ranks.emplace_back([&, rank] {
            try {
                ring.receive(rank, 1);
            } catch (const Error& error) {
                const std::lock_guard lock(mutex);
                if (said.empty()) said = error.what();
                ring.control.stop(error);
                ring.transport->interrupt();
            } catch (const Interrupted&) {
            }
        });
    }
    ranks.clear();
    for (const char* link :
         {"rank 0 waits for K/V of rank 2 (step 0)", "rank 1 waits for K/V of rank 0 (step 0)",
          "rank 2 waits for K/V of rank 1 (step 0)", "and so in a circle"})
        EXPECT_NE(said.find(link), std::string::npos) << said;
}

/// Only the root of a chain speaks: rank 1 misses the chunk, ranks 2 and 3 hang on it.
TEST_P(EveryTransport, OnlyTheRootOfAChainOfWaitsIsLate) {
    Ring ring(GetParam(), ring_of(4), kLimitSeconds);
    std::atomic<int> late{-1};
    std::atomic<int> interrupted{0};
    std::vector<std::jthread> ranks;
    for (const int rank : {1, 2, 3})
        ranks.emplace_back([&, rank] {
            try {
                ring.receive(rank, 1);
            } catch (const Error& error) {
                late.store(rank);
                ring.control.stop(error);
                ring.transport->interrupt();
            } catch (const Interrupted&) {
                ++interrupted;
            }
        });
    ranks.clear();
    EXPECT_EQ(late.load(), 1);
    EXPECT_EQ(interrupted.load(), 2);
}

TEST_P(EveryTransport, InterruptEndsEveryKindOfWait) {
    Ring ring(GetParam(), ring_of(4), kNoLimit);
    std::atomic<int> interrupted{0};
    const auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> ranks;
        const auto waiting = [&](auto wait) {
            ranks.emplace_back([&interrupted, wait] {
                try {
                    wait();
                } catch (const Interrupted&) {
                    ++interrupted;
                }
            });
        };
        ring.publish(1, 1);
        waiting([&] { ring.receive(0, 1); });
        waiting([&] { ring.wait_taken(1, 1); });
        waiting([&] { ring.transport->sleep(2, kNoLimit); });
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ring.control.stop(Error(ErrorKind::cancelled, "cancelled"));
        ring.transport->interrupt();
    }
    EXPECT_EQ(interrupted.load(), 3);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(CpuTransports, AutoIsTheFirstAndNamesAreDistinct) {
    EXPECT_EQ(choose_cpu_transport("auto").name, cpu_transports().front().name);
    std::set<std::string> names;
    for (const CpuTransport& transport : cpu_transports()) {
        EXPECT_TRUE(names.insert(transport.name).second);
        EXPECT_EQ(choose_cpu_transport(transport.name).name, transport.name);
        EXPECT_STRNE(transport.description, "");
    }
}

TEST(CpuTransports, AnotherBackEndsTransportIsRefusedByName) {
    try {
        choose_cpu_transport("nccl");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input);
        EXPECT_STREQ(error.what(),
                     "backend.transport is nccl: allowed for ranks on the CPU are auto, shared");
    }
}

}  // namespace
}  // namespace ringscope

#include "engine/simulate/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ringscope {
namespace {

/// Two hosts of four devices: ports of 8 bytes/s, one NIC of 2 bytes/s per host, a root of 10 bytes/s behind the
/// ports.
MachineModel two_hosts() {
    MachineModel machine;
    machine.hosts = 2;
    machine.devices_per_host = 4;
    machine.links = {{"port", LinkScope::device, 1, 0.5, 8, true, "root"},
                     {"root", LinkScope::host, 1, 0, 10, true, ""},
                     {"nic", LinkScope::host, 2, 2.0, 2, true, ""}};
    machine.same_host = "port";
    machine.between_hosts = "nic";
    return machine;
}

double arrival_of(const std::vector<Network::Arrival>& arrivals, int flow) {
    const auto at = std::find_if(arrivals.begin(), arrivals.end(),
                                 [&](const Network::Arrival& arrival) { return arrival.flow == flow; });
    return at == arrivals.end() ? -1 : at->seconds;
}

TEST(Network, OneTransferHasItsSlowestLinkForItself) {
    const MachineModel machine = two_hosts();
    Network network(machine, 8);
    const int flow = network.start(network.path(0, 1), 16, 1);
    EXPECT_DOUBLE_EQ(arrival_of(network.settle(1), flow), 1 + 16.0 / 8);
    EXPECT_DOUBLE_EQ(network.latency_seconds(0, 1), 0.5);
    EXPECT_DOUBLE_EQ(network.latency_seconds(3, 4), 2.0);
}

TEST(Network, TransfersShareALinkAndWhatOneLeavesGoesToTheOthers) {
    const MachineModel machine = two_hosts();
    Network network(machine, 8);
    // 0 -> 1 and 2 -> 3: the root of 10 is shared, 5 each.
    const int a = network.start(network.path(0, 1), 10, 0);
    const int b = network.start(network.path(2, 3), 20, 0);
    network.settle(0);
    EXPECT_DOUBLE_EQ(network.rate(a), 5);
    EXPECT_DOUBLE_EQ(network.rate(b), 5);
    network.end(a, 2);
    EXPECT_DOUBLE_EQ(arrival_of(network.settle(2), b), 2 + 10.0 / 8);  // 10 bytes are left
}

TEST(Network, DirectionsDoNotShareUnlessTheLinkIsHalfDuplex) {
    MachineModel machine = two_hosts();
    machine.links[0].shares.clear();
    for (const bool full : {true, false}) {
        machine.links[0].full_duplex = full;
        Network network(machine, 8);
        const int there = network.start(network.path(0, 1), 8, 0);
        const int back = network.start(network.path(1, 0), 8, 0);
        network.settle(0);
        EXPECT_DOUBLE_EQ(network.rate(there), full ? 8 : 4);
        EXPECT_DOUBLE_EQ(network.rate(back), full ? 8 : 4);
    }
}

TEST(Network, DevicesTakeTheNicsInTurnsOfNeighbours) {
    const MachineModel machine = two_hosts();
    Network network(machine, 8);
    const int a = network.start(network.path(0, 4), 2, 0);
    const int b = network.start(network.path(1, 5), 2, 0);
    const int c = network.start(network.path(2, 6), 2, 0);
    network.settle(0);
    EXPECT_DOUBLE_EQ(network.rate(a), 1);  // 0 and 1 have the first NIC of their host
    EXPECT_DOUBLE_EQ(network.rate(b), 1);
    EXPECT_DOUBLE_EQ(network.rate(c), 2);
}

/// What max-min fairness means: no transfer could have more without one of at most its rate having less.
TEST(Network, RatesAreMaxMinFairWhateverIsUnderWay) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        MachineModel machine = two_hosts();
        machine.links[0].full_duplex = random() % 2 == 0;
        machine.links[1].bytes_per_second = 1 + static_cast<double>(random() % 30);
        Network network(machine, 8);
        std::vector<int> flows;
        std::vector<LinkPath> paths;
        for (int i = 0; i < 12; ++i) {
            const int from = static_cast<int>(random() % 8);
            const int to = (from + 1 + static_cast<int>(random() % 7)) % 8;
            paths.push_back(network.path(from, to));
            flows.push_back(network.start(paths.back(), 100, 0));
        }
        network.settle(0);
        std::vector<double> used(static_cast<size_t>(network.links()));
        for (size_t i = 0; i < flows.size(); ++i)
            for (const int link : paths[i]) used[static_cast<size_t>(link)] += network.rate(flows[i]);
        const auto capacity = [&](int link) {
            const int ports = 16, roots = 4;
            return machine.links[link < ports ? 0 : link < ports + roots ? 1 : 2].bytes_per_second;
        };
        for (size_t i = 0; i < flows.size(); ++i) {
            bool held_back = false;
            for (const int link : paths[i]) {
                ASSERT_LE(used[static_cast<size_t>(link)], capacity(link) * (1 + 1e-9));
                bool fastest = true;
                for (size_t j = 0; j < flows.size(); ++j)
                    if (std::find(paths[j].begin(), paths[j].end(), link) != paths[j].end())
                        fastest = fastest && network.rate(flows[j]) <= network.rate(flows[i]) * (1 + 1e-9);
                held_back =
                    held_back || (fastest && used[static_cast<size_t>(link)] >= capacity(link) * (1 - 1e-9));
            }
            EXPECT_TRUE(held_back) << "transfer " << i << " of round " << round;
        }
    }
}

}  // namespace
}  // namespace ringscope

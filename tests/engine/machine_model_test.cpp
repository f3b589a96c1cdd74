// Machine models: what is refused and how it is named, who lies on which device, curves between two head dims.
#include "engine/experiment/machine_model.h"

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::error_of;

/// 2 hosts of 4 GPUs; a NIC for every two.
MachineModel good() {
    MachineModel machine;
    machine.name = "test";
    machine.title = "Two hosts";
    machine.hosts = 2;
    machine.devices_per_host = 4;
    machine.device.name = "device";
    machine.device.memory_bytes = 1 << 30;
    machine.device.peaks = {{DType::f32, 1e12}, {DType::bf16, 4e12}};
    for (const DType dtype : {DType::f32, DType::bf16})
        for (const bool causal : {false, true})
            machine.device.curves.push_back({dtype, 64, causal, 0.5, 100, 10});
    machine.device.pack_bytes_per_second = 1e11;
    machine.device.merge_bytes_per_second = 1e11;
    machine.links = {{"port", LinkScope::device, 1, 1e-6, 1e10, true, ""},
                     {"nic", LinkScope::host, 2, 1e-5, 1e9, true, "switch"},
                     {"switch", LinkScope::machine, 1, 0, 1e11, true, ""}};
    machine.same_host = "port";
    machine.between_hosts = "nic";
    return machine;
}

TEST(MachineModel, AGoodOneHasNoProblems) {
    for (const FieldProblem& problem : validate(good()))
        ADD_FAILURE() << problem.path << " " << problem.message;
    EXPECT_NO_THROW(require_valid(good()));
    EXPECT_EQ(good().devices(), 8);
}

struct Wrong {
    const char* path;
    const char* words;  // of the message
    std::function<void(MachineModel&)> spoil;
};

const std::vector<Wrong>& wrong_models() {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    static const std::vector<Wrong> all = {
        {"name", "empty", [](MachineModel& m) { m.name = ""; }},
        {"hosts", "is 0: 1 to", [](MachineModel& m) { m.hosts = 0; }},
        {"hosts", "devices", [](MachineModel& m) { m.hosts = 1 << 16; }},
        {"devices_per_host", "is -1: 1 to", [](MachineModel& m) { m.devices_per_host = -1; }},
        {"message_seconds", "is -1: 0 or more", [](MachineModel& m) { m.message_seconds = -1; }},
        {"message_seconds", "0 or more", [](MachineModel& m) { m.message_seconds = kNan; }},
        {"device.workers", "is 0: 1 to", [](MachineModel& m) { m.device.workers = 0; }},
        {"device.most_ranks", "is 0: 1 to", [](MachineModel& m) { m.device.most_ranks = 0; }},
        {"device.memory_bytes", "is 0: 1 to", [](MachineModel& m) { m.device.memory_bytes = 0; }},
        {"device.launch_seconds", "0 or more", [](MachineModel& m) { m.device.launch_seconds = kInfinity; }},
        {"device.pack_bytes_per_second", "is 0: a number above 0",
         [](MachineModel& m) { m.device.pack_bytes_per_second = 0; }},
        {"device.merge_bytes_per_second", "is -5: a number above 0",
         [](MachineModel& m) { m.device.merge_bytes_per_second = -5; }},
        {"device.jitter", "below 1", [](MachineModel& m) { m.device.jitter = 1; }},
        {"device.jitter", "0 or more", [](MachineModel& m) { m.device.jitter = kNan; }},
        {"device.peaks", "empty", [](MachineModel& m) { m.device.peaks.clear(); }},
        {"device.peaks[1].flops_per_second", "is 0: a number above 0",
         [](MachineModel& m) { m.device.peaks[1].flops_per_second = 0; }},
        {"device.peaks[1].flops_per_second", "a number above 0",
         [](MachineModel& m) { m.device.peaks[1].flops_per_second = kNan; }},
        {"device.peaks[1].dtype", "is f32: it stands there twice",
         [](MachineModel& m) { m.device.peaks[1].dtype = DType::f32; }},
        {"device.curves", "dtype bf16 and causal true", [](MachineModel& m) { m.device.curves.pop_back(); }},
        {"device.curves[0].head_dim", "is 0: 1 to 256",
         [](MachineModel& m) { m.device.curves[0].head_dim = 0; }},
        {"device.curves[2].share", "is 1.5: above 0 and at most 1",
         [](MachineModel& m) { m.device.curves[2].share = 1.5; }},
        {"device.curves[2].share", "is 0: above 0", [](MachineModel& m) { m.device.curves[2].share = 0; }},
        {"device.curves[3].half_keys", "is -1: 0 or more",
         [](MachineModel& m) { m.device.curves[3].half_keys = -1; }},
        {"device.curves[3].half_rows", "0 or more",
         [](MachineModel& m) { m.device.curves[3].half_rows = kNan; }},
        {"links[0].name", "empty", [](MachineModel& m) { m.links[0].name = m.same_host = ""; }},
        {"links[2].name", "is nic: another link", [](MachineModel& m) { m.links[2].name = "nic"; }},
        {"links[1].count", "is 0: 1 to", [](MachineModel& m) { m.links[1].count = 0; }},
        {"links[0].count", "only links of scope host", [](MachineModel& m) { m.links[0].count = 2; }},
        {"links[0].latency_seconds", "0 or more",
         [](MachineModel& m) { m.links[0].latency_seconds = -1e-6; }},
        {"links[1].bytes_per_second", "is 0: a number above 0",
         [](MachineModel& m) { m.links[1].bytes_per_second = 0; }},
        {"links[0].shares", "is bus: no link", [](MachineModel& m) { m.links[0].shares = "bus"; }},
        {"links[2].shares", "is nic: these shares lead in a circle",
         [](MachineModel& m) { m.links[2].shares = "nic"; }},
        {"links[0].shares", "is port: these shares", [](MachineModel& m) { m.links[0].shares = "port"; }},
        {"same_device", "leaves ranks that share a device (device.most_ranks is 2) unconnected",
         [](MachineModel& m) { m.device.most_ranks = 2; }},
        {"same_host", "leaves devices of one host (devices_per_host is 4) unconnected",
         [](MachineModel& m) { m.same_host = ""; }},
        {"between_hosts", "leaves hosts (hosts is 2) unconnected",
         [](MachineModel& m) { m.between_hosts = ""; }},
        {"between_hosts", "is cable: no link", [](MachineModel& m) { m.between_hosts = "cable"; }},
    };
    return all;
}

TEST(MachineModel, EachWrongFieldIsNamedWithItsValue) {
    for (const Wrong& wrong : wrong_models()) {
        MachineModel machine = good();
        wrong.spoil(machine);
        bool named = false;
        for (const FieldProblem& problem : validate(machine))
            named = named ||
                    (problem.path == wrong.path && problem.message.find(wrong.words) != std::string::npos);
        EXPECT_TRUE(named) << wrong.path << " " << wrong.words << ": "
                           << error_of(ErrorKind::bad_input, [&] { require_valid(machine); });
    }
}

TEST(MachineModel, AllProblemsStandInOneLine) {
    MachineModel machine = good();
    machine.links[0].bytes_per_second = 0;
    machine.device.workers = 0;
    const std::string line = error_of(ErrorKind::bad_input, [&] { require_valid(machine); });
    EXPECT_TRUE(line.starts_with("machine test: ")) << line;
    EXPECT_NE(line.find("links[0].bytes_per_second"), std::string::npos) << line;
    EXPECT_NE(line.find("device.workers"), std::string::npos) << line;
}

TEST(MachineModel, RoomIsForSoManyRanksAndForDtypesWithARate) {
    Experiment experiment;
    experiment.problem.dtype = DType::f32;
    experiment.ring.ranks = 8;
    EXPECT_NO_THROW(require_room(good(), experiment));
    experiment.ring.ranks = 9;
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { require_room(good(), experiment); }),
              "ring.ranks is 9: the machine test has room for 1 to 8");
    experiment.ring.strategy = Strategy::single;
    EXPECT_NO_THROW(require_room(good(), experiment));
    experiment.problem.dtype = DType::f16;
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { require_room(good(), experiment); }),
              "problem.dtype is f16: the machine test has rates for f32, bf16");
}

TEST(MachineModel, RanksFillAHostOrGoRoundTheHosts) {
    MachineModel machine = good();
    for (int rank = 0; rank < 8; ++rank) EXPECT_EQ(device_of(machine, rank, 8), rank);
    machine.rank_placement = RankPlacement::cyclic;
    EXPECT_EQ(device_of(machine, 0, 8), 0);
    EXPECT_EQ(device_of(machine, 1, 8), 4);
    EXPECT_EQ(device_of(machine, 2, 8), 1);
    std::set<int> devices;
    for (int rank = 0; rank < 8; ++rank) devices.insert(device_of(machine, rank, 8));
    EXPECT_EQ(devices.size(), 8u);
}

TEST(MachineModel, MoreRanksThanDevicesShareThemEvenlyWithTheirNeighbours) {
    MachineModel machine = good();
    machine.device.most_ranks = 4;
    for (const int ranks : {9, 16, 20, 32}) {
        std::vector<int> on(8);
        for (int rank = 0; rank < ranks; ++rank) {
            const int device = device_of(machine, rank, ranks);
            ASSERT_TRUE(device >= 0 && device < 8) << device;
            EXPECT_TRUE(rank == 0 || device >= device_of(machine, rank - 1, ranks));
            ++on[static_cast<size_t>(device)];
        }
        for (const int count : on) EXPECT_TRUE(count == ranks / 8 || count == ranks / 8 + 1) << ranks;
    }
}

TEST(MachineModel, CurvesBetweenTwoHeadDimsAreMeansByTheLogarithm) {
    MachineModel machine = good();
    machine.device.curves = {{DType::f32, 128, false, 0.8, 300, 0},
                             {DType::f32, 32, false, 0.4, 100, 20},
                             {DType::f32, 64, true, 0.1, 0, 0},
                             {DType::bf16, 64, false, 0.9, 0, 0}};
    const AttentionCurve middle = curve_of(machine, DType::f32, 64, false);
    EXPECT_EQ(middle.head_dim, 64);
    EXPECT_FALSE(middle.causal);
    EXPECT_NEAR(middle.share, 0.6, 1e-12);
    EXPECT_NEAR(middle.half_keys, 200, 1e-9);
    EXPECT_NEAR(middle.half_rows, 10, 1e-9);
    EXPECT_EQ(curve_of(machine, DType::f32, 16, false).share, 0.4) << "outside: the nearest";
    EXPECT_EQ(curve_of(machine, DType::f32, 256, false).share, 0.8);
    EXPECT_EQ(curve_of(machine, DType::f32, 128, false).share, 0.8);
    EXPECT_EQ(curve_of(machine, DType::f32, 256, true).share, 0.1);
}

TEST(MachineModel, WhatIfScalesRatesLinksAndLatencies) {
    const MachineModel machine = good();
    EXPECT_EQ(scaled(machine, {}), machine);
    const MachineModel changed = scaled(machine, {2, 0.5, 10});
    EXPECT_EQ(peak_of(changed, DType::bf16), 8e12);
    EXPECT_EQ(peak_of(changed, DType::f16), 0);
    EXPECT_EQ(changed.device.pack_bytes_per_second, 2e11);
    EXPECT_EQ(changed.links[1].bytes_per_second, 5e8);
    EXPECT_NEAR(changed.links[1].latency_seconds, 1e-4, 1e-15);
    EXPECT_EQ(changed.device.curves, machine.device.curves);
    EXPECT_TRUE(validate(changed).empty());
}

}  // namespace
}  // namespace ringscope

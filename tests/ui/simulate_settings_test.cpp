// What the Simulate tab asks for and works out of it, without a window.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/experiment/scenarios.h"
#include "engine/simulate/simulate.h"
#include "tests/ui/simulate_fixture.h"
#include "ui/tabs/simulate/curve_cache.h"
#include "ui/tabs/simulate/machine_list.h"
#include "ui/tabs/simulate/machine_words.h"
#include "ui/tabs/simulate/simulation_cache.h"

namespace ringscope {
namespace {

using testing::large_problem;
using testing::model_machine;

SimulationRequest asked(const WhatIfSettings& settings = {}) {
    return simulation_asked(large_problem(4), model_machine("eight", 8), settings);
}

TEST(WhatIfSettings, AskForWhatTheyAreSetTo) {
    WhatIfSettings settings;
    settings.factors.bandwidth = 0.5;
    settings.ranks = 8;
    settings.slow_rank = 7;
    settings.slow_factor = 3;
    const SimulationRequest request = asked(settings);
    EXPECT_EQ(request.experiment.ring.ranks, 8);
    EXPECT_EQ(request.options.what_if.bandwidth, 0.5);
    ASSERT_EQ(request.options.slow_ranks.size(), 1u);
    EXPECT_EQ(request.options.slow_ranks[0].rank, 7);
    EXPECT_EQ(request.options.slow_ranks[0].factor, 3);
    EXPECT_EQ(request.options.trials, 1);

    settings.ranks = 0;
    EXPECT_EQ(asked(settings).experiment.ring.ranks, 4);
    EXPECT_TRUE(asked(settings).options.slow_ranks.empty()) << "the ring has no rank 7";
}

TEST(WhatIfSettings, RequestsAreTheSameByValue) {
    EXPECT_TRUE(asked() == asked()) << "two models of the same content";
    WhatIfSettings settings;
    settings.factors.rate = 2;
    EXPECT_FALSE(asked() == asked(settings));
}

TEST(WhatIfSettings, RingSizesDoubleUpToTheMost) {
    EXPECT_EQ(doubled_ranks(1), (std::vector<int>{1}));
    EXPECT_EQ(doubled_ranks(8), (std::vector<int>{1, 2, 4, 8}));
    EXPECT_EQ(doubled_ranks(12), (std::vector<int>{1, 2, 4, 8, 12}));
}

TEST(WhatIfSettings, ASequenceGrowsWithItsRing) {
    Experiment experiment = large_problem(4);
    experiment.problem.head_groups = {{65536, 1, {}, {}}, {2048, 1, {}, {}}};
    const Experiment grown = with_same_share(experiment, 8);
    EXPECT_EQ(grown.problem.seq_len, 131072);
    EXPECT_EQ(grown.problem.head_groups[0].segment_length, 131072) << "it spans the sequence";
    EXPECT_EQ(grown.problem.head_groups[1].segment_length, 2048);
    EXPECT_EQ(grown.ring.ranks, 8);
    EXPECT_TRUE(with_same_share(experiment, 4) == experiment);
}

TEST(SimulatedPicture, IsWhatTheSimulatorSays) {
    const SimulationRequest request = asked();
    const SimulatedPicture picture = simulate_picture(request, nullptr, {});
    ASSERT_EQ(picture.problem, "");
    const LaidOut laid_out = simulate_once(*picture.schedule, *request.machine, request.options);
    EXPECT_EQ(picture.metrics.seconds, static_cast<double>(laid_out.trace.wall_ns) * 1e-9);
    EXPECT_EQ(picture.ranks_per_device, 1);
    EXPECT_GT(picture.device_bytes, 0);
    EXPECT_TRUE(picture.fits());
}

TEST(SimulatedPicture, SaysWhyThereIsNoTime) {
    WhatIfSettings settings;
    settings.ranks = 9;
    EXPECT_NE(asked(settings).experiment.ring.ranks, 8);
    const std::string no_place = simulate_picture(asked(settings), nullptr, {}).problem;
    EXPECT_NE(no_place.find("9"), std::string::npos) << no_place;
    SimulationRequest invalid = asked();
    invalid.experiment.problem.head_dim = 0;
    const std::string problem = simulate_picture(invalid, nullptr, {}).problem;
    EXPECT_EQ(problem.find("problem.head_dim: "), 0u) << problem;
}

TEST(SimulatedPicture, RanksOnOneDeviceShareItsMemory) {
    MachineModel machine = *model_machine("one", 1);
    machine.device.most_ranks = 4;
    machine.device.memory_bytes = 1 << 20;
    const SimulationRequest request =
        simulation_asked(large_problem(4), std::make_shared<const MachineModel>(machine), {});
    const SimulatedPicture picture = simulate_picture(request, nullptr, {});
    ASSERT_EQ(picture.problem, "");
    int64_t all = 0;
    for (const RankMetrics& rank : picture.metrics.ranks) all += rank.peak_bytes;
    EXPECT_EQ(picture.device_bytes, all);
    EXPECT_EQ(picture.ranks_per_device, 4);
    EXPECT_FALSE(picture.fits());
    EXPECT_NE(memory_sentence(picture).find("does not fit"), std::string::npos);
}

TEST(SimulationCache, LaysOutSmallRingsInTheFrameAndOnlyWhenSomethingChanges) {
    SimulationCache cache;
    cache.update(asked());
    ASSERT_TRUE(cache.picture());
    EXPECT_FALSE(cache.calculating());
    EXPECT_EQ(cache.serial(), 1u);
    const auto schedule = cache.picture()->schedule;
    cache.update(asked());
    EXPECT_EQ(cache.serial(), 1u);
    WhatIfSettings settings;
    settings.factors.bandwidth = 0.1;
    cache.update(asked(settings));
    EXPECT_EQ(cache.serial(), 2u);
    EXPECT_EQ(cache.picture()->schedule, schedule) << "rates change no schedule";
}

TEST(SimulationCache, LaysOutLargeRingsBesideTheFrameAndKeepsTheLastMeanwhile) {
    SimulationCache cache;
    cache.update(asked());
    const auto before = cache.picture();
    const auto machine = model_machine("many", 64);
    const SimulationRequest large = simulation_asked(large_problem(64), machine, {});
    cache.update(large);
    EXPECT_TRUE(cache.calculating());
    EXPECT_EQ(cache.picture(), before);
    while (cache.calculating()) {
        std::this_thread::yield();
        cache.update(large);
    }
    EXPECT_EQ(cache.picture()->metrics.ranks.size(), 64u);
    cache.update(asked());
    EXPECT_FALSE(cache.calculating());
    EXPECT_EQ(cache.picture()->metrics.ranks.size(), 4u);
}

TimeCurve calculated(const SimulationRequest& base, CurveKind kind) {
    TimeCurve last;
    calculate_curve(curve_asked(base, kind), {}, [&](TimeCurve curve) { last = std::move(curve); });
    return last;
}

TEST(TimeCurve, DoesNotDependOnItsOwnSlider) {
    WhatIfSettings settings;
    settings.factors.bandwidth = 0.5;
    EXPECT_TRUE(curve_asked(asked(), CurveKind::bandwidth) ==
                curve_asked(asked(settings), CurveKind::bandwidth));
    EXPECT_FALSE(curve_asked(asked(), CurveKind::latency) ==
                 curve_asked(asked(settings), CurveKind::latency));
    EXPECT_EQ(position_on(curve_asked(asked(settings), CurveKind::bandwidth), asked(settings)), 0.5);
}

TEST(TimeCurve, GoesThroughWhatTheSlidersSay) {
    for (const CurveKind kind : {CurveKind::bandwidth, CurveKind::latency, CurveKind::rate}) {
        const TimeCurve curve = calculated(asked(), kind);
        ASSERT_EQ(curve.points.size(), curve.asked);
        EXPECT_NEAR(curve.points.front().x, kLeastFactor, 1e-12);
        EXPECT_NEAR(curve.points.back().x, kMostFactor, 1e-9);
        const CurvePoint& middle = curve.points[curve.points.size() / 2];
        EXPECT_EQ(middle.x, 1);
        EXPECT_EQ(middle.seconds, simulate_picture(asked(), nullptr, {}).metrics.seconds);
        EXPECT_EQ(curve.points.front().seconds,
                  simulate_picture(simulation_at(curve.request, curve.points.front().x), nullptr, {})
                      .metrics.seconds);
    }
    const TimeCurve rates = calculated(asked(), CurveKind::rate);
    EXPECT_GT(rates.points.front().seconds, rates.points.back().seconds);
    EXPECT_NE(sensitivity_sentence(rates, 1).find("Twice the rate: "), std::string::npos);
    EXPECT_EQ(sensitivity_sentence(rates, 9), "") << "twice of it lies outside";
}

TEST(TimeCurve, ScalingHasTheRateOfOneRankAsItsIdeal) {
    const TimeCurve strong = calculated(asked(), CurveKind::strong);
    ASSERT_EQ(strong.points.size(), 4u);
    for (size_t i = 0; i < strong.points.size(); ++i) {
        const CurvePoint& point = strong.points[i];
        EXPECT_NEAR(point.efficiency, strong.points[0].seconds / (point.x * point.seconds), 1e-9);
        EXPECT_NEAR(*ideal_seconds(strong, i), strong.points[0].seconds / point.x, 1e-12);
    }
    const TimeCurve weak = calculated(asked(), CurveKind::weak);
    ASSERT_EQ(weak.points.size(), 4u);
    EXPECT_EQ(simulation_at(weak.request, 8).experiment.problem.seq_len, 131072);
    EXPECT_GT(weak.points[3].seconds, weak.points[0].seconds) << "full attention grows with the sequence";
    EXPECT_FALSE(ideal_seconds(calculated(asked(), CurveKind::rate), 0));
}

TEST(TimeCurve, StopsWhenNobodyWaits) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(calculate_curve(curve_asked(asked(), CurveKind::rate), stop.get_token(), [](TimeCurve) {}),
                 Error);
}

TEST(CurveCache, EndsWithEveryPoint) {
    CurveCache cache;
    const CurveRequest request = curve_asked(asked(), CurveKind::latency);
    do {
        cache.update(request);
        std::this_thread::yield();
    } while (cache.calculating());
    ASSERT_TRUE(cache.is_current());
    EXPECT_EQ(cache.curve()->points.size(), cache.curve()->asked);
}

TEST(MachineWords, NameDevicesAndLinks) {
    MachineModel machine = *model_machine("pair", 8);
    EXPECT_EQ(devices_words(machine), "8 x made-up GPU");
    EXPECT_EQ(link_lines(machine).at(0), "port, one per device: 93.1 GiB/s, 2.00 µs");
    machine.hosts = 3;
    machine.device.most_ranks = 1;
    EXPECT_EQ(devices_words(machine), "3 hosts of 8 x made-up GPU");
    const TopologyFigure figure = topology_figure(machine, 2, 4);
    EXPECT_EQ(figure.hosts, 2);
    EXPECT_EQ(figure.more_hosts, 1);
    EXPECT_EQ(figure.devices, 4);
    EXPECT_EQ(figure.more_devices, 4);
    const std::vector<bool> at_work = devices_at_work(machine, 9);
    EXPECT_EQ(std::count(at_work.begin(), at_work.end(), true), 9);
    EXPECT_TRUE(at_work[8]) << "the second host takes the ninth";
}

TEST(MachineList, BeginsWithOnesOwnElseWithGpusOfOneHost) {
    MachineModel cluster = *model_machine("cluster", 8);
    cluster.hosts = 4;
    const auto entry = [](const MachineModel& machine, bool own) {
        return MachineEntry{std::make_shared<const MachineModel>(machine), "", own};
    };
    const MachineEntry four = entry(*model_machine("four", 4), false),
                       eight = entry(*model_machine("eight", 8), false);
    EXPECT_EQ(first_choice({entry(cluster, false), four, eight}, 4), 1u);
    EXPECT_EQ(first_choice({entry(cluster, false), four, eight}, 8), 2u);
    EXPECT_EQ(first_choice({entry(cluster, false), four, eight}, 64), 0u);
    EXPECT_EQ(first_choice({entry(cluster, true), four, eight}, 4), 0u);
}

}  // namespace
}  // namespace ringscope

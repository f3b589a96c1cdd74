// The advisor on hand-made machines: never worse than what it could have chosen, and right about limits.
#include "engine/simulate/advisor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/base/error.h"
#include "engine/simulate/settings_bounds.h"
#include "engine/simulate/settings_search.h"
#include "engine/simulate/settings_time.h"
#include "engine/simulate/simulate.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

/// GPUs of 1 TFLOP/s with a port of 10 GB/s each.
MachineModel gpus(int devices) {
    MachineModel machine;
    machine.name = "gpus";
    machine.devices_per_host = devices;
    machine.device.name = "gpu";
    machine.device.memory_bytes = 16 * kGiB;
    machine.device.launch_seconds = 1e-6;
    machine.device.pack_bytes_per_second = 1e12;
    machine.device.merge_bytes_per_second = 1e12;
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        machine.device.peaks.push_back({dtype, 1e12});
        for (const bool causal : {false, true})
            machine.device.curves.push_back({dtype, 64, causal, 0.8, 32, 4});
    }
    machine.links = {{"port", LinkScope::device, 1, 2e-6, 1e10, true, ""}};
    machine.same_host = "port";
    machine.message_seconds = 1e-6;
    return machine;
}

MachineModel hosts_of_gpus(int hosts, int devices_per_host) {
    MachineModel machine = gpus(devices_per_host);
    machine.hosts = hosts;
    machine.links.push_back({"nic", LinkScope::host, 1, 2e-5, 2e9, true, ""});
    machine.between_hosts = "nic";
    return machine;
}

MachineModel random_machine(std::mt19937& random) {
    const auto below = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    MachineModel machine = below(2) == 0 ? gpus(2 + below(7)) : hosts_of_gpus(2 + below(2), 1 + below(3));
    machine.gather = static_cast<GatherAlgorithm>(below(3));
    machine.rank_placement = static_cast<RankPlacement>(below(2));
    machine.receives_at_once = below(2) == 0;
    machine.device.merges_in_kernel = below(2) == 0;
    if (machine.hosts > 1 && below(2) == 0) machine.links[0].shares = "nic";
    for (LinkModel& link : machine.links) {
        link.bytes_per_second *= std::pow(10.0, below(5) - 3);
        link.latency_seconds *= below(3);
        link.full_duplex = below(2) == 0;
    }
    if (below(3) == 0) {
        machine.device.kind = DeviceKind::cpu;
        machine.device.workers = 1 + below(4);
        machine.device.most_ranks = 8;
        machine.links.push_back({"memory", LinkScope::device, 1, 1e-7, 1e10, true, ""});
        machine.same_device = "memory";
    }
    require_valid(machine);
    return machine;
}

Experiment dense(int64_t tokens, bool causal) {
    Experiment e;
    e.problem.seq_len = tokens;
    e.problem.heads = 4;
    e.problem.head_dim = 64;
    e.problem.dtype = DType::bf16;
    e.problem.causal = causal;
    e.problem.head_groups.emplace_back().segment_length = tokens;
    return e;
}

double simulated_seconds(const Experiment& experiment, const MachineModel& machine,
                         const AdvisedSettings& settings) {
    const PlannedSettings planned = plan_settings(experiment, machine, settings);
    return static_cast<double>(simulate_once(planned.schedule, planned.machine).trace.wall_ns) * 1e-9;
}

std::vector<AdvisedSettings> all_settings(const Experiment& experiment, const MachineModel& machine) {
    std::vector<AdvisedSettings> all;
    for (const int ranks : ring_sizes(machine, experiment.ring.ranks, kMaxRanks))
        for (const AdvisedSettings& settings : settings_on(experiment, machine, ranks))
            all.push_back(settings);
    return all;
}

const AdvisedCandidate* find_strategy(const Advice& advice, Strategy strategy) {
    for (const AdvisedCandidate& row : advice.candidates)
        if (row.settings.ring.strategy == strategy) return &row;
    return nullptr;
}

TEST(SettingsBounds, NothingIsFasterThanItsBounds) {
    std::mt19937 random(5);
    int tight = 0;
    for (int trial = 0; trial < 400; ++trial) {
        const MachineModel machine = random_machine(random);
        RandomProblemLimits limits;
        limits.max_seq_len = trial % 2 == 0 ? 90 : 4000;
        limits.max_ranks = static_cast<int>(std::min<int64_t>(8, machine.most_ranks()));
        const Experiment experiment = random_experiment(random, limits);
        const PlannedSettings planned =
            plan_settings(experiment, machine, settings_asked(experiment, machine));
        const WorkCosts costs = work_costs(planned.schedule, machine);
        const LaidOut laid_out = lay_out(planned.schedule, costs, machine);
        const double seconds = static_cast<double>(laid_out.trace.wall_ns) * 1e-9;
        const double of_plan = seconds_at_least(planned.schedule, costs, machine);
        EXPECT_LE(of_plan, seconds * (1 + 1e-9) + 2e-9) << describe(experiment);
        EXPECT_LE(seconds_at_least(experiment, machine), seconds * (1 + 1e-9) + 2e-9) << describe(experiment);
        tight += of_plan > 0.5 * seconds ? 1 : 0;
    }
    EXPECT_GT(tight, 200);  // a bound of 0 would hold as well
}

TEST(SettingsBounds, StripesThatRepeatAreBoundedByTheirManyBlocks) {
    for (const int64_t rate : {1, 2, 3, 4})
        for (const int64_t block : {1, 0})
            for (const Queries queries : {Queries::dilated, Queries::all}) {
                Experiment e = dense(2048, true);
                e.problem.queries = queries;
                e.problem.head_groups[0].dilation_rate = rate;
                e.ring.layout = Layout::striped;
                e.ring.stripe_block.tokens = block;
                for (const bool prune : {false, true}) {
                    e.ring.prune = prune;
                    EXPECT_LE(seconds_at_least(e, gpus(4)),
                              simulated_seconds(e, gpus(4), settings_asked(e, gpus(4))))
                        << rate << " " << block << " " << prune;
                }
            }
}

TEST(Advisor, IsNeverWorseThanRandomSettingsThatItCouldHaveChosen) {
    std::mt19937 random(11);
    int looked_at = 0;
    while (looked_at < 200) {
        const MachineModel machine = random_machine(random);
        RandomProblemLimits limits;
        limits.max_seq_len = looked_at % 2 == 0 ? 200 : 3000;
        limits.max_ranks = static_cast<int>(std::min<int64_t>(8, machine.most_ranks()));
        const Experiment experiment = random_experiment(random, limits);
        const auto all = all_settings(experiment, machine);
        const SearchResult found = search_settings(experiment, machine, all);
        ASSERT_TRUE(found.best) << describe(experiment);
        EXPECT_EQ(found.best->seconds, simulated_seconds(experiment, machine, found.best->settings));
        for (int i = 0; i < 10; ++i, ++looked_at) {
            const AdvisedSettings& other = all[random() % all.size()];
            EXPECT_LE(found.best->seconds, simulated_seconds(experiment, machine, other))
                << describe(experiment) << ": " << words_of(other) << " beats "
                << words_of(found.best->settings);
        }
    }
}

TEST(Advisor, GivesTheSameAnswerAgain) {
    const Experiment experiment = dense(4096, true);
    const Advice first = advise(experiment, gpus(6)), second = advise(experiment, gpus(6));
    ASSERT_TRUE(first.best && second.best);
    EXPECT_EQ(first.best->settings, second.best->settings);
    EXPECT_EQ(first.summary, second.summary);
    EXPECT_EQ(first.laid_out, second.laid_out);
    ASSERT_EQ(first.candidates.size(), second.candidates.size());
    for (size_t i = 0; i < first.candidates.size(); ++i) {
        EXPECT_EQ(first.candidates[i].settings, second.candidates[i].settings);
        EXPECT_EQ(first.candidates[i].seconds, second.candidates[i].seconds);
    }
}

TEST(Advisor, LeavesTheProblemAndTheInputAlone) {
    Experiment experiment = dense(8192, true);
    experiment.input.seed = 77;
    experiment.ring.accumulator = Accumulator::online_softmax;
    experiment.ring.timeout_seconds = 5;
    const Experiment advised = advised_experiment(advise(experiment, gpus(4)));
    EXPECT_EQ(advised.problem, experiment.problem);
    EXPECT_EQ(advised.input, experiment.input);
    EXPECT_EQ(advised.backend, experiment.backend);
    EXPECT_EQ(advised.ring.accumulator, Accumulator::online_softmax);
    EXPECT_EQ(advised.ring.timeout_seconds, 5);
}

TEST(Advisor, ListsTheBestFirstAndWhatWasAskedFor) {
    Experiment experiment = dense(32768, true);
    experiment.ring.ranks = 2;
    experiment.ring.overlap = false;
    const Advice advice = advise(experiment, gpus(8));
    ASSERT_TRUE(advice.best);
    EXPECT_EQ(advice.candidates.front().settings, advice.best->settings);
    const auto asked = std::find_if(advice.candidates.begin(), advice.candidates.end(),
                                    [](const AdvisedCandidate& row) { return row.asked; });
    ASSERT_NE(asked, advice.candidates.end());
    EXPECT_EQ(asked->settings.ring, experiment.ring);
    EXPECT_GT(*asked->seconds, *advice.best->seconds);
    for (const AdvisedCandidate& row : advice.candidates) EXPECT_FALSE(row.reason.empty());
}

TEST(Advisor, PrefersBalancedLayoutsForCausalProblems) {
    const Advice advice = advise(dense(32768, true), gpus(8));
    ASSERT_TRUE(advice.best);
    EXPECT_EQ(advice.best->settings.ring.strategy, Strategy::ring);
    EXPECT_NE(advice.best->settings.ring.layout, Layout::contiguous);
    EXPECT_EQ(advice.best->settings.ring.ranks, 8);
    const auto contiguous =
        std::find_if(advice.candidates.begin(), advice.candidates.end(), [](const AdvisedCandidate& row) {
            return row.settings.ring.strategy == Strategy::ring &&
                   row.settings.ring.layout == Layout::contiguous;
        });
    ASSERT_NE(contiguous, advice.candidates.end());
    EXPECT_NE(contiguous->reason.find("the busiest rank computes 1.8"), std::string::npos)
        << contiguous->reason;  // (2 p - 1) / p = 1.875
}

TEST(Advisor, ChoosesTheRingThatSendsNothingForSegmentsInsideChunks) {
    Experiment experiment = dense(65536, true);
    experiment.problem.head_groups = {{1024, 1, {}, {}}, {4096, 4, {}, {}}};
    const Advice advice = advise(experiment, gpus(8));
    ASSERT_TRUE(advice.best);
    EXPECT_EQ(advice.best->settings.ring.ranks, 8);
    EXPECT_TRUE(advice.best->settings.ring.prune);
    EXPECT_EQ(advice.best->bytes_on_wire, 0);
    EXPECT_NE(advice.best->reason.find("nothing is sent"), std::string::npos) << advice.best->reason;
    for (const Sensitivity& one : advice.sensitivity) {
        if (one.quantity == "rate") continue;
        EXPECT_EQ(one.elasticity, 0) << one.words;
    }
}

TEST(Advisor, NeverChoosesWhatDoesNotFit) {
    const Experiment experiment = dense(65536, false);
    MachineModel machine = gpus(8);
    machine.links[0].bytes_per_second = 1e15;  // all_gather and a ring take the same time
    const PlannedSettings one = plan_settings(experiment, machine, settings_on(experiment, machine, 1)[0]);
    machine.device.memory_bytes = one.device_bytes / 4;
    const Advice advice = advise(experiment, machine);
    ASSERT_TRUE(advice.best);
    EXPECT_LE(advice.best->device_bytes, machine.device.memory_bytes);
    EXPECT_EQ(advice.best->settings.ring.strategy, Strategy::ring);
    for (const AdvisedCandidate& row : advice.candidates) {
        EXPECT_EQ(row.fits, row.device_bytes <= machine.device.memory_bytes);
        if (row.fits) continue;
        EXPECT_FALSE(row.seconds);
        EXPECT_NE(row.reason.find("does not fit"), std::string::npos) << row.reason;
    }
    const AdvisedCandidate* single = find_strategy(advice, Strategy::single);
    const AdvisedCandidate* gathered = find_strategy(advice, Strategy::all_gather);
    ASSERT_TRUE(single != nullptr && gathered != nullptr);
    EXPECT_FALSE(single->fits);
    EXPECT_FALSE(gathered->fits);
}

TEST(Advisor, SaysWhenNothingFits) {
    MachineModel machine = gpus(4);
    machine.device.memory_bytes = 1 << 20;
    const Advice advice = advise(dense(65536, true), machine);
    EXPECT_FALSE(advice.best);
    for (const AdvisedCandidate& row : advice.candidates) EXPECT_FALSE(row.fits);
    ASSERT_FALSE(advice.longest.empty());
    EXPECT_GT(advice.longest.front().longest.tokens, 0);
    EXPECT_LT(advice.longest.front().longest.tokens, 65536);
}

TEST(Advisor, TheLongestSequenceFitsAndALongerOneDoesNot) {
    for (const Strategy strategy : {Strategy::single, Strategy::all_gather, Strategy::ring}) {
        Experiment experiment = dense(4096, true);
        experiment.ring.strategy = strategy;
        const MachineModel machine = gpus(4);
        const AdvisedSettings settings = settings_asked(experiment, machine);
        const LongestSequence longest = longest_sequence(experiment, machine, settings);
        const auto bytes = [&](int64_t tokens) {
            return plan_settings(with_sequence(experiment, tokens), machine, settings).device_bytes;
        };
        ASSERT_GT(longest.tokens, 4096);
        EXPECT_LE(bytes(longest.tokens), machine.device.memory_bytes);
        EXPECT_GT(bytes(longest.tokens + longest.tokens / 500), machine.device.memory_bytes);
        EXPECT_NE(longest.limit.find("does not fit"), std::string::npos) << longest.limit;
    }
}

TEST(Advisor, OneDeviceIsBestBelowTheBorderAndNotAbove) {
    const Experiment experiment = dense(8192, false);
    const MachineModel machine = gpus(4);
    const Border found = border(experiment, machine, kMaxRanks);
    ASSERT_TRUE(found.tokens);
    ASSERT_GT(*found.tokens, 64);
    const auto best_at = [&](int64_t tokens) {
        const Experiment other = with_sequence(experiment, tokens);
        return search_settings(other, machine, all_settings(other, machine)).best->settings.ring.strategy;
    };
    EXPECT_EQ(best_at(*found.tokens / 2), Strategy::single);
    EXPECT_EQ(best_at(*found.tokens), Strategy::single);
    EXPECT_NE(best_at(*found.tokens + *found.tokens / 50), Strategy::single);
    EXPECT_NE(best_at(*found.tokens * 2), Strategy::single);
}

TEST(Advisor, ASlowerLinkMovesTheBorderUp) {
    const Experiment experiment = dense(8192, false);
    MachineModel slow = gpus(4);
    slow.links[0].bytes_per_second /= 100;
    const Border fast_border = border(experiment, gpus(4), kMaxRanks);
    const Border slow_border = border(experiment, slow, kMaxRanks);
    ASSERT_TRUE(fast_border.tokens && slow_border.tokens);
    EXPECT_GT(*slow_border.tokens, *fast_border.tokens);
    EXPECT_FALSE(border(experiment, gpus(1), kMaxRanks).tokens);
}

TEST(Advisor, ScalingIsMeasuredByOneDevice) {
    const Experiment experiment = dense(16384, false);
    const MachineModel machine = gpus(8);
    AdvisedSettings settings = settings_asked(experiment, machine);
    settings.ring.ranks = 8;
    const auto strong = strong_scaling(experiment, machine, settings, kMaxRanks);
    const auto weak = weak_scaling(experiment, machine, settings, kMaxRanks);
    ASSERT_EQ(strong.size(), 4U);
    ASSERT_EQ(weak.size(), 4U);
    for (size_t i = 0; i < strong.size(); ++i) {
        EXPECT_EQ(strong[i].ranks, 1 << i);
        EXPECT_EQ(strong[i].tokens, 16384);
        EXPECT_EQ(weak[i].tokens, 2048 << i);
        EXPECT_NEAR(strong[i].efficiency, strong[0].seconds / (strong[i].ranks * strong[i].seconds), 1e-9);
        EXPECT_GT(weak[i].efficiency, 0);
    }
    EXPECT_EQ(strong.back().seconds, simulated_seconds(experiment, machine, settings));
}

TEST(Advisor, SaysWhatTheTimeHangsOn) {
    const Experiment experiment = dense(16384, false);
    MachineModel machine = gpus(4);
    AdvisedSettings settings = settings_asked(experiment, machine);
    const auto elasticity = [&](const char* quantity) {
        for (const Sensitivity& one : sensitivity_of(experiment, machine, settings))
            if (one.quantity == quantity) return one.elasticity;
        return std::nan("");
    };
    EXPECT_NEAR(elasticity("rate"), -1, 0.01);  // transfers hide
    EXPECT_NEAR(elasticity("bandwidth"), 0, 0.01);
    machine.links[0].bytes_per_second = 1e6;
    EXPECT_NEAR(elasticity("bandwidth"), -1, 0.02);
    machine.links[0].bytes_per_second = 1e10;
    machine.links[0].latency_seconds = 10;
    EXPECT_NEAR(elasticity("latency"), 1, 0.02);
}

TEST(Advisor, CyclicPlacementCostsWhatTheSlowLinkCosts) {
    Experiment experiment = dense(16384, false);
    experiment.ring.ranks = 4;
    experiment.ring.overlap = false;
    const MachineModel machine = hosts_of_gpus(2, 4);
    AdvisedSettings block = settings_asked(experiment, machine), cyclic = block;
    cyclic.placement = RankPlacement::cyclic;
    EXPECT_LT(simulated_seconds(experiment, machine, block), simulated_seconds(experiment, machine, cyclic));
    const auto choices = settings_on(experiment, machine, 4);
    EXPECT_NE(std::find(choices.begin(), choices.end(), cyclic), choices.end());
}

TEST(Advisor, StreamsRingsThatAreLarge) {
    Experiment experiment = dense(int64_t{1} << 20, false);
    experiment.ring.ranks = 192;
    const MachineModel machine = hosts_of_gpus(24, 8);
    const AdvisedSettings settings = settings_asked(experiment, machine);
    ASSERT_FALSE(is_small(experiment));
    const auto streamed = time_settings(experiment, machine, settings, {}, WithReason::yes);
    ASSERT_TRUE(streamed);
    const PlannedSettings planned = plan_settings(experiment, machine, settings);
    EXPECT_NEAR(streamed->seconds, simulated_seconds(experiment, machine, settings),
                0.01 * streamed->seconds);
    EXPECT_EQ(streamed->bytes_on_wire, planned.schedule.bytes_on_wire);
    EXPECT_NEAR(streamed->device_bytes, planned.device_bytes, 0.1 * planned.device_bytes);
    EXPECT_FALSE(streamed->reason.empty());
    const SearchResult found =
        search_settings(experiment, machine, {settings_on(experiment, machine, 1).front(), settings});
    ASSERT_TRUE(found.best);
    EXPECT_EQ(found.best->settings, settings);
    EXPECT_EQ(found.best->seconds, streamed->seconds);
}

TEST(Advisor, RefusesWhatIsImpossible) {
    const auto message = [](const Experiment& experiment, const MachineModel& machine, int most_ranks) {
        try {
            advise(experiment, machine, {most_ranks});
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_input);
            return std::string(error.what());
        }
        return std::string();
    };
    Experiment experiment = dense(4096, true);
    experiment.ring.ranks = 8;
    EXPECT_EQ(message(experiment, gpus(4), kMaxRanks),
              "ring.ranks is 8: the machine gpus has room for 1 to 4");
    experiment.ring.ranks = 4097;
    EXPECT_NE(message(experiment, gpus(4), kMaxRanks).find("ring.ranks"), std::string::npos);
    experiment.ring.ranks = 2;
    EXPECT_EQ(message(experiment, gpus(4), 5),
              "a ring of at most 5 ranks: the machine gpus has room for 1 to 4");
    MachineModel halves = gpus(4);
    std::erase_if(halves.device.peaks, [](const PeakRate& peak) { return peak.dtype == DType::bf16; });
    EXPECT_NE(message(experiment, halves, kMaxRanks).find("problem.dtype is bf16"), std::string::npos);
}

TEST(Advisor, EndsOnAStopRequest) {
    std::stop_source source;
    source.request_stop();
    try {
        advise(dense(65536, true), gpus(8), {}, source.get_token());
        FAIL() << "went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

TEST(AdvisedSettings, AreWrittenAsSetTakesThem) {
    AdvisedSettings settings;
    settings.ring.layout = Layout::striped;
    settings.ring.stripe_block.tokens = 0;
    settings.ring.overlap = false;
    using Assignments = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(assignments_of(settings), (Assignments{{"ring.strategy", "ring"},
                                                     {"ring.ranks", "4"},
                                                     {"ring.layout", "striped"},
                                                     {"ring.stripe_block", "auto"},
                                                     {"ring.dilate_before_send", "true"},
                                                     {"ring.overlap", "false"},
                                                     {"ring.prune", "true"}}));
    EXPECT_EQ(words_of(settings), "ring of 4, striped by auto, no overlap");
    settings.ring.strategy = Strategy::single;
    EXPECT_EQ(assignments_of(settings), (Assignments{{"ring.strategy", "single"}}));
}

TEST(AdvisedSettings, AGroupThatSpansTheSequenceGoesOnSpanningIt) {
    Experiment experiment = dense(4096, true);
    experiment.problem.head_groups.push_back({1024, 2, {}, {}});
    const Experiment longer = with_sequence(experiment, 8192), shorter = with_sequence(experiment, 512);
    EXPECT_EQ(longer.problem.seq_len, 8192);
    EXPECT_EQ(longer.problem.head_groups[0].segment_length, 8192);
    EXPECT_EQ(longer.problem.head_groups[1].segment_length, 1024);
    EXPECT_GE(shorter.problem.head_groups[0].segment_length, 512);
    EXPECT_TRUE(validate(shorter).empty());
}

}  // namespace
}  // namespace ringscope

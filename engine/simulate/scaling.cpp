#include "engine/simulate/scaling.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/number_text.h"
#include "engine/simulate/settings_time.h"
#include "engine/simulate/side_by_side.h"

namespace ringscope {

namespace {

AdvisedSettings on_ranks(AdvisedSettings settings, int ranks) {
    settings.ring.ranks = ranks;
    if (ranks == 1) settings.ring.strategy = Strategy::single;
    return settings;
}

struct ScalingCase {
    Experiment experiment;
    AdvisedSettings settings;
};

/// Cases that cannot be laid out are left out. The first is one device: what the others are measured by.
std::vector<ScalingPoint> points_of(const std::vector<ScalingCase>& cases, const MachineModel& machine,
                                    const std::stop_token& stop) {
    std::vector<std::optional<SettingsTime>> times(cases.size());
    side_by_side(cases.size(), [&](size_t i) {
        times[i] = time_settings(cases[i].experiment, machine, cases[i].settings, {}, WithReason::no, stop);
    });
    std::vector<ScalingPoint> points;
    std::optional<double> rate_of_one;
    for (size_t i = 0; i < cases.size(); ++i) {
        if (!times[i]) continue;
        const AdvisedSettings& settings = cases[i].settings;
        const int ranks = settings.ring.strategy == Strategy::single ? 1 : settings.ring.ranks;
        const double rate = times[i]->flops / (times[i]->seconds * ranks);
        if (!rate_of_one) rate_of_one = rate;
        points.push_back({ranks, cases[i].experiment.problem.seq_len, times[i]->seconds,
                          *rate_of_one > 0 ? rate / *rate_of_one : 1, times[i]->fits});
    }
    return points;
}

enum class Sequence { same, grows };

/// Larger rings take seconds.
constexpr int kMostScaled = 1024;

std::vector<ScalingPoint> scaling(const Experiment& experiment, const MachineModel& machine,
                                  const AdvisedSettings& settings, int most_ranks, Sequence sequence,
                                  const std::stop_token& stop) {
    const bool single = settings.ring.strategy == Strategy::single;
    const int chosen = single ? 1 : settings.ring.ranks;
    std::vector<ScalingCase> cases;
    for (const int ranks : doubled_sizes(machine, most_ranks)) {
        ScalingCase one{experiment, on_ranks(settings, ranks)};
        if (single && ranks > 1) one.settings.ring.strategy = Strategy::ring;
        if (sequence == Sequence::grows)
            one.experiment =
                with_sequence(experiment, std::max<int64_t>(1, experiment.problem.seq_len / chosen * ranks));
        if (!validate(with_settings(one.experiment, one.settings)).empty()) continue;
        if (ranks <= kMostScaled || ranks == chosen) cases.push_back(one);
    }
    return points_of(cases, machine, stop);
}

std::string change_words(double before, double after) {
    constexpr double kNoDifference = 0.005;
    if (std::fabs(after / before - 1) < kNoDifference) return "no difference";
    if (after < before) return ratio_text(before / after) + " times as fast";
    return ratio_text(after / before) + " times as long";
}

}  // namespace

std::vector<ScalingPoint> strong_scaling(const Experiment& experiment, const MachineModel& machine,
                                         const AdvisedSettings& settings, int most_ranks,
                                         const std::stop_token& stop) {
    return scaling(experiment, machine, settings, most_ranks, Sequence::same, stop);
}

std::vector<ScalingPoint> weak_scaling(const Experiment& experiment, const MachineModel& machine,
                                       const AdvisedSettings& settings, int most_ranks,
                                       const std::stop_token& stop) {
    return scaling(experiment, machine, settings, most_ranks, Sequence::grows, stop);
}

std::vector<Sensitivity> sensitivity_of(const Experiment& experiment, const MachineModel& machine,
                                        const AdvisedSettings& settings, const std::stop_token& stop) {
    struct Quantity {
        const char* name;
        double WhatIf::*factor;
    };
    const Quantity quantities[] = {
        {"rate", &WhatIf::rate}, {"bandwidth", &WhatIf::bandwidth}, {"latency", &WhatIf::latency}};
    std::vector<WhatIf> changes(1);
    for (const Quantity& quantity : quantities)
        for (const double factor : {0.5, 2.0}) changes.emplace_back().*quantity.factor = factor;
    std::vector<double> seconds(changes.size());
    side_by_side(changes.size(), [&](size_t i) {
        const auto time = time_settings(experiment, machine, settings, changes[i], WithReason::no, stop);
        seconds[i] = time ? time->seconds : 0;
    });
    std::vector<Sensitivity> all;
    if (seconds[0] <= 0) return all;
    for (size_t i = 0; i < std::size(quantities); ++i) {
        Sensitivity one;
        one.quantity = quantities[i].name;
        one.half_seconds = seconds[1 + 2 * i];
        one.double_seconds = seconds[2 + 2 * i];
        one.elasticity = std::log2(one.double_seconds / one.half_seconds) / 2;
        one.words = "twice the " + one.quantity + ": " + change_words(seconds[0], one.double_seconds) +
                    "; half: " + change_words(seconds[0], one.half_seconds);
        all.push_back(one);
    }
    return all;
}

}  // namespace ringscope

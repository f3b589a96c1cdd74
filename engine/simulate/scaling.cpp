#include "engine/simulate/scaling.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "engine/simulate/settings_search.h"
#include "engine/simulate/side_by_side.h"
#include "engine/simulate/simulate.h"

namespace ringscope {

namespace {

double wall_seconds(const LaidOut& laid_out) { return static_cast<double>(laid_out.trace.wall_ns) * 1e-9; }

AdvisedSettings on_ranks(AdvisedSettings settings, int ranks) {
    settings.ring.ranks = ranks;
    if (ranks == 1) settings.ring.strategy = Strategy::single;
    return settings;
}

struct ScalingCase {
    Experiment experiment;
    AdvisedSettings settings;
};

/// The first case is one device: what the others are measured by.
std::vector<ScalingPoint> points_of(const std::vector<ScalingCase>& cases, const MachineModel& machine,
                                    const std::stop_token& stop) {
    std::vector<ScalingPoint> points(cases.size());
    std::vector<double> flops(cases.size());
    side_by_side(cases.size(), [&](size_t i) {
        const PlannedSettings planned = plan_settings(cases[i].experiment, machine, cases[i].settings, stop);
        const LaidOut laid_out = simulate_once(planned.schedule, planned.machine, {}, stop);
        points[i] = {planned.schedule.ranks, cases[i].experiment.problem.seq_len, wall_seconds(laid_out), 1,
                     planned.fits()};
        flops[i] = planned.schedule.flops;
    });
    const auto rate = [&](size_t i) { return flops[i] / (points[i].seconds * points[i].ranks); };
    for (size_t i = 1; i < points.size(); ++i)
        if (flops[i] > 0 && flops[0] > 0) points[i].efficiency = rate(i) / rate(0);
    return points;
}

enum class Sequence { same, grows };

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
        const Experiment changed = with_settings(one.experiment, one.settings);
        if (!validate(changed).empty()) continue;
        const LayOutEffort effort = effort_of(changed);
        if (effort == LayOutEffort::small || (effort == LayOutEffort::large && ranks == chosen))
            cases.push_back(one);
    }
    return cases.empty() ? std::vector<ScalingPoint>{} : points_of(cases, machine, stop);
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
    const PlannedSettings planned = plan_settings(experiment, machine, settings, stop);
    std::vector<WhatIf> changes(1);
    for (const Quantity& quantity : quantities)
        for (const double factor : {0.5, 2.0}) changes.emplace_back().*quantity.factor = factor;
    std::vector<double> seconds(changes.size());
    side_by_side(changes.size(), [&](size_t i) {
        SimulationOptions options;
        options.what_if = changes[i];
        seconds[i] = wall_seconds(simulate_once(planned.schedule, planned.machine, options, stop));
    });
    std::vector<Sensitivity> all;
    for (size_t i = 0; i < std::size(quantities); ++i) {
        Sensitivity one;
        one.quantity = quantities[i].name;
        one.half_seconds = seconds[1 + 2 * i];
        one.double_seconds = seconds[2 + 2 * i];
        if (one.half_seconds > 0 && one.double_seconds > 0)
            one.elasticity = std::log2(one.double_seconds / one.half_seconds) / 2;
        one.words = "twice the " + one.quantity + ": " + change_words(seconds[0], one.double_seconds) +
                    "; half: " + change_words(seconds[0], one.half_seconds);
        all.push_back(one);
    }
    return all;
}

}  // namespace ringscope

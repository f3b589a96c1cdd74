#include "engine/simulate/settings_time.h"

#include <algorithm>
#include <limits>

#include "engine/base/error.h"
#include "engine/plan/plan_size.h"
#include "engine/simulate/advice_reasons.h"
#include "engine/simulate/settings_bounds.h"
#include "engine/simulate/simulate.h"
#include "engine/simulate/streamed.h"

namespace ringscope {

namespace {

SettingsTime stored_time(const Experiment& experiment, const MachineModel& machine,
                         const AdvisedSettings& settings, const WhatIf& what_if, WithReason with_reason,
                         const std::stop_token& stop) {
    const PlannedSettings planned = plan_settings(experiment, machine, settings, stop);
    const Schedule& schedule = planned.schedule;
    SimulationOptions options;
    options.what_if = what_if;
    const LaidOut laid_out = simulate_once(schedule, planned.machine, options, stop);
    SettingsTime time{settings,
                      static_cast<double>(laid_out.trace.wall_ns) * 1e-9,
                      planned.device_bytes,
                      schedule.bytes_on_wire,
                      schedule.flops,
                      planned.fits(),
                      ""};
    if (with_reason == WithReason::no) return time;
    ReasonFacts facts{schedule.strategy, schedule.ranks, schedule.steps, machine.devices(), 0, {}};
    for (const RankPlan& rank : schedule.rank_plans)
        facts.busiest_flops = std::max(facts.busiest_flops, rank.flops);
    facts.metrics = derive_metrics(schedule, laid_out.trace, laid_out.counters);
    time.reason = reason_of(facts);
    return time;
}

SettingsTime streamed_time(const Experiment& experiment, const MachineModel& machine,
                           const AdvisedSettings& settings, const WhatIf& what_if, WithReason with_reason,
                           const std::stop_token& stop) {
    MachineModel endless = placed(machine, settings.placement);
    endless.device.memory_bytes = std::numeric_limits<int64_t>::max();  // what does not fit is timed, too
    Simulation simulation{std::make_shared<const MachineModel>(std::move(endless)), {}, {}};
    simulation.options.what_if = what_if;
    const StreamedSimulation streamed =
        simulate_streamed(with_settings(experiment, settings), simulation, {}, stop);
    SettingsTime time{
        settings, streamed.metrics.seconds, 0, streamed.metrics.bytes_on_wire, streamed.metrics.flops, true,
        ""};
    for (const RankMetrics& rank : streamed.metrics.ranks)
        time.device_bytes = std::max(time.device_bytes, rank.predicted_peak_bytes);
    time.fits = time.device_bytes <= machine.device.memory_bytes;
    if (with_reason == WithReason::no) return time;
    time.reason = reason_of({settings.ring.strategy, streamed.ranks, streamed.steps, machine.devices(),
                             *std::max_element(streamed.rank_flops.begin(), streamed.rank_flops.end()),
                             streamed.metrics});
    return time;
}

}  // namespace

PlannedSettings plan_settings(const Experiment& experiment, const MachineModel& machine,
                              const AdvisedSettings& settings, const std::stop_token& stop) {
    PlannedSettings planned{settings,
                            plan(with_settings(experiment, settings), memory_model_of(machine), stop),
                            placed(machine, settings.placement), 0};
    planned.device_bytes = device_bytes_max(planned.schedule, planned.machine);
    return planned;
}

bool is_small(const Experiment& experiment) {
    constexpr int64_t kTransfers = 1 << 15;    // some 5 us each
    constexpr int64_t kComparisons = 1 << 20;  // some 100 ns each, with what they lead to
    const PlanSize size = plan_size(experiment);
    return is_plannable(size) && size.transfers <= kTransfers && size.comparisons <= kComparisons;
}

std::optional<SettingsTime> time_settings(const Experiment& experiment, const MachineModel& machine,
                                          const AdvisedSettings& settings, const WhatIf& what_if,
                                          WithReason with_reason, const std::stop_token& stop) {
    if (is_small(with_settings(experiment, settings)))
        return stored_time(experiment, machine, settings, what_if, with_reason, stop);
    if (settings.ring.ranks > machine.devices()) return {};
    try {
        return streamed_time(experiment, machine, settings, what_if, with_reason, stop);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_input) throw;
        return {};  // beyond counting; the experiment is valid and has room
    }
}

}  // namespace ringscope

#include "engine/simulate/simulator_executor.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "engine/simulate/jitter.h"
#include "engine/simulate/simulate.h"
#include "engine/simulate/simulation_checks.h"

namespace ringscope {

namespace {

/// Devices, transports and kernels are the machine's.
EngineOptions options() { return {}; }

std::optional<Error> why_not(const Experiment&) { return std::nullopt; }

std::vector<int64_t> peak_bytes_of(const Schedule& schedule) {
    std::vector<int64_t> bytes;
    for (const RankPlan& plan : schedule.rank_plans) bytes.push_back(plan.predicted_peak_bytes());
    return bytes;
}

struct Trial {
    int64_t wall_ns = 0;
    int number = 0;
};

void execute(const Job& job, Run& run) {
    Simulation simulation = *job.options.simulation;
    const Schedule& schedule = *job.schedule;
    add_fault(job.options.fault, simulation.options);
    const SimulationOptions& asked = simulation.options;
    require_room(*simulation.machine, schedule.experiment);
    require_possible(asked, schedule.ranks);
    const MachineModel machine = scaled(*simulation.machine, asked.what_if);
    run.origin = Origin::simulated;
    run.device = machine.device.name;
    run.kernel = "model";
    run.transport = transport_on(machine, schedule.ranks);
    run.threads = machine.device.workers;
    run.simulation = simulation;
    require_memory(peak_bytes_of(schedule), machine);

    job.options.enter(RunPhase::running);
    const WorkCosts costs = work_costs(schedule, machine);
    const double jitter = machine.device.jitter;
    const auto lay_out_trial = [&](int trial) {
        if (asked.trials == 1) return lay_out(schedule, costs, machine, asked.slow_ranks, job.stop);
        return lay_out(schedule, with_jitter(costs, jitter, asked.seed, trial), machine, asked.slow_ranks,
                       job.stop);
    };
    std::vector<Trial> trials;
    for (int trial = 0; trial < asked.trials; ++trial) {
        trials.push_back({lay_out_trial(trial).trace.wall_ns, trial});
        if (job.options.progress != nullptr)
            job.options.progress->work_done.store(schedule.flops * (trial + 1) / asked.trials);
    }
    std::stable_sort(trials.begin(), trials.end(),
                     [](const Trial& a, const Trial& b) { return a.wall_ns < b.wall_ns; });
    for (const Trial& trial : trials)
        run.simulation->trial_seconds.push_back(static_cast<double>(trial.wall_ns) * 1e-9);
    LaidOut median = lay_out_trial(trials[(trials.size() - 1) / 2].number);  // one trace is held, not all
    run.trace = std::move(median.trace);
    run.counters = std::move(median.counters);
}

}  // namespace

const Executor& simulator_executor() {
    static const Executor executor{"simulator", options,   why_not,        MemoryModel{},
                                   execute,     kMaxRanks, memory_model_of};
    return executor;
}

}  // namespace ringscope

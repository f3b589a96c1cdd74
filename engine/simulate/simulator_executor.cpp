#include "engine/simulate/simulator_executor.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "engine/base/number_text.h"
#include "engine/simulate/jitter.h"
#include "engine/simulate/simulate.h"

namespace ringscope {

namespace {

/// Devices, transports and kernels are the machine's.
EngineOptions options() { return {}; }

std::optional<Error> why_not(const Experiment&) { return std::nullopt; }

void require_possible(const SimulationOptions& options, const Schedule& schedule) {
    if (options.trials < 1 || options.trials > kMaxTrials)
        throw Error(ErrorKind::bad_input, "trials is " + std::to_string(options.trials) + ": 1 to " +
                                              std::to_string(kMaxTrials) + " is allowed");
    for (const SlowRank& slow : options.slow_ranks) {
        if (slow.rank < 0 || slow.rank >= schedule.ranks)
            throw Error(ErrorKind::bad_input, "slow rank " + std::to_string(slow.rank) + ": 0 to " +
                                                  std::to_string(schedule.ranks - 1) + " work");
        if (!(slow.factor > 0) || !(slow.delay_seconds >= 0))
            throw Error(ErrorKind::bad_input,
                        "slow rank " + std::to_string(slow.rank) + ": a factor of " +
                            exact_text(slow.factor) + " and a delay of " + exact_text(slow.delay_seconds) +
                            " s: a factor above 0 and a delay of 0 or more are allowed");
    }
}

/// Ranks on one device share its memory.
void require_memory(const Schedule& schedule, const MachineModel& machine) {
    std::vector<int64_t> needed(static_cast<size_t>(machine.devices()));
    for (int rank = 0; rank < schedule.ranks; ++rank)
        needed[static_cast<size_t>(device_of(machine, rank, schedule.ranks))] +=
            schedule.rank_plans[static_cast<size_t>(rank)].predicted_peak_bytes();
    const auto most = std::max_element(needed.begin(), needed.end());
    if (*most <= machine.device.memory_bytes) return;
    const auto device = static_cast<int>(most - needed.begin());
    std::string ranks;
    int count = 0;
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        if (device_of(machine, rank, schedule.ranks) != device) continue;
        if (count++ == 0) ranks = std::to_string(rank);
    }
    throw Error(ErrorKind::run_failed,
                "out of memory: rank " + ranks +
                    (count > 1 ? " and " + std::to_string(count - 1) + " more on its device need "
                               : std::string(" needs ")) +
                    bytes_text(*most) + " and device " + std::to_string(device) + " (" + machine.device.name +
                    ") has " + bytes_text(machine.device.memory_bytes));
}

std::string transport_on(const MachineModel& machine, int ranks) {
    const int first = device_of(machine, 0, ranks);
    const int last = device_of(machine, ranks - 1, ranks);
    if (first == last) return machine.same_device;
    const bool one_host = first / machine.devices_per_host == last / machine.devices_per_host;
    return one_host ? machine.same_host : machine.between_hosts;
}

/// A rank that sleeps is all that can go wrong here.
void add_fault(const Fault& fault, SimulationOptions& options) {
    if (fault.kind == Fault::Kind::none) return;
    if (fault.kind != Fault::Kind::delay)
        throw Error(ErrorKind::bad_input,
                    std::string("a simulation knows the fault delay, not ") + name_of(fault.kind));
    options.slow_ranks.push_back(
        {.rank = fault.rank, .delay_step = fault.step, .delay_seconds = fault.delay_seconds});
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
    require_possible(asked, schedule);
    const MachineModel machine = scaled(*simulation.machine, asked.what_if);
    run.origin = Origin::simulated;
    run.device = machine.device.name;
    run.kernel = "model";
    run.transport = transport_on(machine, schedule.ranks);
    run.threads = machine.device.workers;
    run.simulation = simulation;
    require_memory(schedule, machine);

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

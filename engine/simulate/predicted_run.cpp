#include "engine/simulate/predicted_run.h"

#include "engine/base/error.h"
#include "engine/simulate/network.h"
#include "engine/simulate/simulate.h"
#include "engine/simulate/simulation_checks.h"

namespace ringscope {

namespace {

/// Each transfer as if it had the links for itself.
TransferSeconds seconds_alone(const Schedule& schedule, const MachineModel& machine) {
    Network network(machine, schedule.ranks);
    TransferSeconds seconds;
    seconds.reserve(schedule.transfers.size());
    for (const Transfer& transfer : schedule.transfers) {
        const int flow =
            network.start(network.path(transfer.from, transfer.to), static_cast<double>(transfer.bytes), 0);
        double taken = 0;
        for (const Network::Arrival& arrival : network.settle(0))
            if (arrival.flow == flow) taken = arrival.seconds;
        network.end(flow, 0);
        network.settle(0);
        seconds.push_back(machine.message_seconds + network.latency_seconds(transfer.from, transfer.to) +
                          taken);
    }
    return seconds;
}

LaidOut lay_out_as_run(const Run& run, const MachineModel& machine, const std::stop_token& stop) {
    const Schedule& schedule = *run.schedule;
    SimulationOptions options;
    options.slow_ranks = slow_ranks_of(run.fault);  // what was asked for is no error of the model
    if (run.origin != Origin::replayed) return simulate_once(schedule, machine, options, stop);
    return lay_out_alone(schedule, work_costs(schedule, machine), seconds_alone(schedule, machine),
                         options.slow_ranks, stop);
}

}  // namespace

std::string why_not_predictable(const Run& run, const MachineModel& machine) {
    if (run.origin != Origin::measured && run.origin != Origin::replayed)
        return std::string("its times are ") + name_of(run.origin);
    if (run.state != RunState::done || !run.schedule) return "it did not finish";
    const char* kind = machine.device.kind == DeviceKind::gpu ? "cuda" : "cpu";
    if (run.device != kind)
        return machine.name + " is the model of a " + kind + " device, and the run was made on " + run.device;
    try {
        require_room(machine, run.schedule->experiment);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

std::shared_ptr<const Run> predict_run(const Run& run, const std::shared_ptr<const MachineModel>& machine,
                                       const std::stop_token& stop) {
    const std::string why_not = why_not_predictable(run, *machine);
    if (!why_not.empty()) throw Error(ErrorKind::bad_input, "no time is predicted for the run: " + why_not);
    LaidOut laid_out = lay_out_as_run(run, *machine, stop);
    auto predicted = std::make_shared<Run>();
    predicted->experiment = run.experiment;
    predicted->origin = Origin::simulated;
    predicted->schedule = run.schedule;
    predicted->device = run.device;
    predicted->kernel = run.kernel;
    predicted->transport = run.transport;
    predicted->threads = run.threads;
    predicted->machine = run.machine;
    predicted->simulation = Simulation{machine, {}, {static_cast<double>(laid_out.trace.wall_ns) * 1e-9}};
    predicted->trace = std::move(laid_out.trace);
    predicted->counters = std::move(laid_out.counters);
    predicted->metrics = derive_metrics(*run.schedule, predicted->trace, predicted->counters);
    return predicted;
}

}  // namespace ringscope

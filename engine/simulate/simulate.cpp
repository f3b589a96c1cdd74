#include "engine/simulate/simulate.h"

#include "engine/run/execute.h"
#include "engine/run/executor.h"

namespace ringscope {

MemoryModel memory_model_of(const MachineModel& machine) {
    BackendSpec backend;
    backend.device = machine.device.kind == DeviceKind::gpu ? "cuda" : "cpu";
    return memory_model_of(backend);
}

LaidOut simulate_once(const Schedule& schedule, const MachineModel& machine, const SimulationOptions& options,
                      const std::stop_token& stop) {
    require_room(machine, schedule.experiment);
    const MachineModel varied = scaled(machine, options.what_if);
    return lay_out(schedule, work_costs(schedule, varied), varied, options.slow_ranks, stop);
}

std::shared_ptr<const Run> simulate(const Experiment& experiment, const Simulation& simulation,
                                    std::stop_token stop) {
    RunOptions options;
    options.simulation = simulation;
    options.keep_output = false;
    return execute(experiment, options, std::move(stop));
}

}  // namespace ringscope

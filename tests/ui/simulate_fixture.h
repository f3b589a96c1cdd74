// Made-up machines, and a problem that is worth several of them.
#pragma once

#include <memory>
#include <string>

#include "engine/experiment/experiment.h"
#include "engine/experiment/machine_model.h"

namespace ringscope::testing {

/// One host of GPUs with a port each.
inline std::shared_ptr<const MachineModel> model_machine(const std::string& name, int devices) {
    MachineModel machine;
    machine.name = name;
    machine.title = "Made up: " + std::to_string(devices) + " devices";
    machine.devices_per_host = devices;
    machine.device.name = "made-up GPU";
    machine.device.memory_bytes = int64_t{64} << 30;
    machine.device.pack_bytes_per_second = machine.device.merge_bytes_per_second = 1e12;
    machine.device.launch_seconds = 5e-6;
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        machine.device.peaks.push_back({dtype, 1e14});
        for (const bool causal : {false, true})
            machine.device.curves.push_back({dtype, 64, causal, 0.6, 100, 20});
    }
    LinkModel port;
    port.name = "port";
    port.latency_seconds = 2e-6;
    port.bytes_per_second = 1e11;
    machine.links = {port};
    machine.same_device = machine.same_host = machine.between_hosts = "port";
    return std::make_shared<const MachineModel>(machine);
}

/// Full causal attention over 65,536 tokens.
inline Experiment large_problem(int ranks) {
    Experiment experiment;
    experiment.problem.seq_len = 65536;
    experiment.problem.heads = 8;
    experiment.problem.head_dim = 64;
    experiment.problem.dtype = DType::bf16;
    experiment.problem.causal = true;
    experiment.problem.head_groups = {{65536, 1, {}, {}}};
    experiment.ring.ranks = ranks;
    return experiment;
}

}  // namespace ringscope::testing

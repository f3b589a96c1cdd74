// A model of a small machine with round figures, for tests that lay plans and runs out in time.
#pragma once

#include "engine/experiment/machine_model.h"

namespace ringscope::testing {

/// One host with one CPU of two workers, which any number of ranks share.
inline MachineModel model_machine() {
    MachineModel machine;
    machine.name = "test-machine";
    machine.title = "Two cores";
    machine.device.name = "cores";
    machine.device.kind = DeviceKind::cpu;
    machine.device.workers = 2;
    machine.device.most_ranks = 64;
    machine.device.memory_bytes = int64_t{1} << 36;
    machine.device.peaks = {{DType::f32, 1e10}, {DType::bf16, 1e10}, {DType::f16, 1e10}};
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16})
        for (const bool causal : {false, true})
            machine.device.curves.push_back({dtype, 64, causal, 0.5, 0, 0});
    machine.device.pack_bytes_per_second = 1e10;
    machine.device.merge_bytes_per_second = 1e10;
    machine.links = {{"copy", LinkScope::device, 1, 1e-6, 1e10, true, ""}};
    machine.same_device = "copy";
    machine.receives_at_once = false;
    machine.gather = GatherAlgorithm::direct;
    return machine;
}

}  // namespace ringscope::testing

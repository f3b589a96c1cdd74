// What this build and this machine have to run on.
#pragma once

#include <string>
#include <vector>

#include "engine/host/machine.h"
#include "engine/run/engine_option.h"

namespace ringscope {

struct EngineInventory {
    struct Kernels {
        std::string device;  // that they run on, as backend.device names it
        std::vector<EngineOption> options;
    };
    Machine machine;
    std::vector<EngineOption> devices;
    std::vector<EngineOption> transports;
    std::vector<Kernels> kernels;  // by executor; one without kernels has no entry

    std::vector<EngineOption> kernels_on(const std::string& device) const;
};

/// Asks every executor: may take a second where a GPU's driver wakes up.
EngineInventory engine_inventory();

}  // namespace ringscope

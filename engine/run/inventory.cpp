#include "engine/run/inventory.h"

#include <algorithm>

#include "engine/run/executor.h"

namespace ringscope {

std::vector<EngineOption> EngineInventory::kernels_on(const std::string& device) const {
    for (const Kernels& one : kernels)
        if (one.device == device) return one.options;
    return {};
}

EngineInventory engine_inventory() {
    EngineInventory inventory;
    inventory.machine = this_machine();
    // The slowest first: what is always there.
    const auto all = executors();
    std::for_each(all.rbegin(), all.rend(), [&](const Executor* executor) {
        const EngineOptions options = executor->options();
        for (const EngineOption& device : options.devices) inventory.devices.push_back(device);
        for (const EngineOption& transport : options.transports) inventory.transports.push_back(transport);
        if (!options.kernels.empty()) inventory.kernels.push_back({executor->name, options.kernels});
    });
    return inventory;
}

}  // namespace ringscope

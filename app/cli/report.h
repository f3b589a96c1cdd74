// Runs and schedules as a person reads them in a terminal.
#pragma once

#include <string>

#include "engine/run/inventory.h"
#include "engine/run/run.h"

namespace ringscope {

/// The figures of a finished run and a table of its ranks.
std::string run_report(const Run& run);

/// What a schedule would do, and a table of its ranks.
std::string plan_report(const Schedule& schedule);

/// Devices, transports and CPU kernels, and why one cannot be used.
std::string inventory_report(const EngineInventory& inventory);
/// The same as one JSON object.
std::string inventory_to_json(const EngineInventory& inventory);

}  // namespace ringscope

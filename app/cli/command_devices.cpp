// ringscope devices: what this build can run on here.
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/report.h"
#include "app/process/standard_output.h"
#include "engine/run/inventory.h"

namespace ringscope {

void declare_devices(Arguments& program, std::stop_token) {
    auto json = std::make_shared<bool>(false);
    Arguments arguments = program.command("devices", "List devices, transports and kernels", [json] {
        const EngineInventory inventory = engine_inventory();
        print(*json ? inventory_to_json(inventory) : inventory_report(inventory));
        return 0;
    });
    arguments.flag("--json", *json, "Print one JSON object");
}

}  // namespace ringscope

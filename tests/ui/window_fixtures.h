// What a window is handed beside a run: an inventory of the engine and a list of saved runs, both made up.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ui/window/ui.h"

namespace ringscope::testing {

inline std::shared_ptr<const EngineInventory> inventory(int64_t memory_bytes) {
    auto made = std::make_shared<EngineInventory>();
    made->machine.memory_bytes = memory_bytes;
    made->devices = {{"cpu", "threads", true, ""}, {"cuda", "GPU", false, "there is none"}};
    made->transports = {{"shared", "", true, ""}};
    made->kernels = {{"cpu", {{"reference", "", true, ""}, {"avx512", "", false, "this CPU has none"}}}};
    return made;
}

/// Newest first: ids from `count` down to 1.
inline std::shared_ptr<const std::vector<RunSummary>> saved_runs(int count) {
    auto runs = std::make_shared<std::vector<RunSummary>>();
    for (int i = 0; i < count; ++i) {
        RunSummary run;
        run.id = count - i;
        run.name = "run " + std::to_string(run.id);
        run.started_utc_ms = 1700000000000 + run.id * 60000;
        run.figures["seconds"] = 1.0 / static_cast<double>(run.id);
        run.strategy = run.id % 2 ? "ring" : "all_gather";
        runs->push_back(run);
    }
    return runs;
}

}  // namespace ringscope::testing

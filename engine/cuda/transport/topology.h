// The GPUs of this machine and how they reach each other.
#pragma once

#include <string>
#include <vector>

#include "engine/run/engine_option.h"

namespace ringscope {

struct Gpu {
    int device = 0;
    std::string name;
    int capability = 0;  // 10 * major + minor
    bool pools = false;  // can allocate in stream order
    std::string description;
    std::string why_not;  // why no run can use it; "" when it can
};

/// Every GPU that the driver shows. `problem` says in words why there is none, when there is none.
std::vector<Gpu> find_gpus(std::string& problem);

/// The same for lists of what this machine offers.
std::vector<EngineOption> gpu_options();

}  // namespace ringscope

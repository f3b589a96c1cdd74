// A compute device, a kernel or a transport that was built in, and whether it can be used here.
#pragma once

#include <string>
#include <vector>

namespace ringscope {

struct EngineOption {
    std::string name;
    std::string description;
    bool usable = false;
    std::string why_not;  // "" when usable
};

/// What one executor offers. `devices` has an entry per device, named like the executor.
struct EngineOptions {
    std::vector<EngineOption> devices;
    std::vector<EngineOption> transports;
    std::vector<EngineOption> kernels;
};

}  // namespace ringscope

#include "app/process/resident_memory.h"

#include <fstream>
#include <string>

namespace ringscope {

void reset_peak_resident() { std::ofstream("/proc/self/clear_refs") << "5"; }

ResidentMemory resident_memory() {
    ResidentMemory memory;
    std::ifstream status("/proc/self/status");
    for (std::string key; status >> key;) {
        int64_t kibibytes = 0;
        if (key == "VmRSS:" && status >> kibibytes) memory.bytes = kibibytes * 1024;
        if (key == "VmHWM:" && status >> kibibytes) memory.peak_bytes = kibibytes * 1024;
    }
    return memory;
}

}  // namespace ringscope

// Resident memory of this process, as the kernel counts it.
#pragma once

#include <cstdint>

namespace ringscope {

/// Forgets the peak so far, where the kernel can (Linux 4.0 and later).
void reset_peak_resident();

struct ResidentMemory {
    int64_t bytes = 0;  // now; 0 where the kernel does not say
    int64_t peak_bytes = 0;
};
ResidentMemory resident_memory();

}  // namespace ringscope

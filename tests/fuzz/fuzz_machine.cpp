// Machine files. What is accepted is written and read again as the same, and has what a layout asks of it.
#include "engine/base/error.h"
#include "sessions/machines/machine_file.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

void run_input(const std::string& bytes) {
    const MachineModel machine = parse_machine(bytes, "machine");
    RINGSCOPE_CHECK(parse_machine(machine_to_json(machine), "again") == machine);
    for (const PeakRate& peak : machine.device.peaks)
        for (const bool causal : {false, true})
            RINGSCOPE_CHECK(curve_of(machine, peak.dtype, 64, causal).share > 0);
    const int64_t ranks = machine.most_ranks();
    const int some = ranks < kMaxRanks ? static_cast<int>(ranks) : kMaxRanks;
    for (int rank = 0; rank < some; ++rank) {
        const int device = device_of(machine, rank, some);
        RINGSCOPE_CHECK(device >= 0 && device < machine.devices());
    }
}

}  // namespace ringscope::fuzz

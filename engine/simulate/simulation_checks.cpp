#include "engine/simulate/simulation_checks.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

std::vector<SlowRank> slow_ranks_of(const Fault& fault) {
    if (fault.kind == Fault::Kind::delay)
        return {{.rank = fault.rank, .delay_step = fault.step, .delay_seconds = fault.delay_seconds}};
    if (fault.kind == Fault::Kind::slow_link)
        return {{.rank = fault.rank, .bytes_per_second = fault.bytes_per_second}};
    return {};
}

void add_fault(const Fault& fault, SimulationOptions& options) {
    const std::vector<SlowRank> slow = slow_ranks_of(fault);
    if (fault.kind != Fault::Kind::none && slow.empty())
        throw Error(
            ErrorKind::bad_input,
            std::string("a simulation knows the faults delay and slow_link, not ") + name_of(fault.kind));
    options.slow_ranks.insert(options.slow_ranks.end(), slow.begin(), slow.end());
}

void require_possible(const SimulationOptions& options, int ranks) {
    if (options.trials < 1 || options.trials > kMaxTrials)
        throw Error(ErrorKind::bad_input, "trials is " + std::to_string(options.trials) + ": 1 to " +
                                              std::to_string(kMaxTrials) + " is allowed");
    for (const SlowRank& slow : options.slow_ranks) {
        if (slow.rank < 0 || slow.rank >= ranks)
            throw Error(ErrorKind::bad_input, "slow rank " + std::to_string(slow.rank) + ": 0 to " +
                                                  std::to_string(ranks - 1) + " work");
        if (!(slow.factor > 0) || !(slow.delay_seconds >= 0) || !(slow.bytes_per_second >= 0))
            throw Error(ErrorKind::bad_input,
                        "slow rank " + std::to_string(slow.rank) + ": a factor of " +
                            exact_text(slow.factor) + ", a delay of " + exact_text(slow.delay_seconds) +
                            " s, " + exact_text(slow.bytes_per_second) +
                            " bytes per second: a factor above 0 and no negative number are allowed");
    }
}

void require_memory(const std::vector<int64_t>& peak_bytes, const MachineModel& machine) {
    const auto ranks = static_cast<int>(peak_bytes.size());
    std::vector<int64_t> needed(static_cast<size_t>(machine.devices()));
    for (int rank = 0; rank < ranks; ++rank)
        needed[static_cast<size_t>(device_of(machine, rank, ranks))] += peak_bytes[static_cast<size_t>(rank)];
    const auto most = std::max_element(needed.begin(), needed.end());
    if (*most <= machine.device.memory_bytes) return;
    const auto device = static_cast<int>(most - needed.begin());
    std::string first;
    int count = 0;
    for (int rank = 0; rank < ranks; ++rank) {
        if (device_of(machine, rank, ranks) != device) continue;
        if (count++ == 0) first = std::to_string(rank);
    }
    throw Error(ErrorKind::run_failed,
                "out of memory: rank " + first +
                    (count > 1 ? " and " + std::to_string(count - 1) + " more on its device need "
                               : std::string(" needs ")) +
                    bytes_text(static_cast<double>(*most)) + " and device " + std::to_string(device) + " (" +
                    machine.device.name + ") has " +
                    bytes_text(static_cast<double>(machine.device.memory_bytes)));
}

std::string transport_on(const MachineModel& machine, int ranks) {
    const int first = device_of(machine, 0, ranks);
    const int last = device_of(machine, ranks - 1, ranks);
    if (first == last) return machine.same_device;
    const bool one_host = first / machine.devices_per_host == last / machine.devices_per_host;
    return one_host ? machine.same_host : machine.between_hosts;
}

}  // namespace ringscope

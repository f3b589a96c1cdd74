#include "ui/tabs/simulate/machine_words.h"

#include <algorithm>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

std::string scope_words(const LinkModel& link) {
    if (link.scope == LinkScope::device) return "one per device";
    if (link.scope == LinkScope::machine) return "one for all";
    return count_text(link.count) + " per host";
}

}  // namespace

std::string devices_words(const MachineModel& machine) {
    const std::string devices = machine.devices_per_host > 1
                                    ? count_text(machine.devices_per_host) + " x " + machine.device.name
                                    : machine.device.name;
    return machine.hosts > 1 ? count_text(machine.hosts) + " hosts of " + devices : devices;
}

std::vector<std::string> link_lines(const MachineModel& machine) {
    std::vector<std::string> lines;
    for (const LinkModel& link : machine.links)
        lines.push_back(link.name + ", " + scope_words(link) + ": " + bytes_text(link.bytes_per_second) +
                        "/s" + (link.full_duplex ? "" : " both ways together") + ", " +
                        seconds_text(link.latency_seconds) +
                        (link.shares.empty() ? "" : ", through " + link.shares));
    return lines;
}

TopologyFigure topology_figure(const MachineModel& machine, int most_hosts, int most_devices) {
    TopologyFigure figure;
    figure.hosts = std::clamp(machine.hosts, 1, std::max(most_hosts, 1));
    figure.devices = std::clamp(machine.devices_per_host, 1, std::max(most_devices, 1));
    figure.more_hosts = machine.hosts - figure.hosts;
    figure.more_devices = machine.devices_per_host - figure.devices;
    return figure;
}

std::vector<bool> devices_at_work(const MachineModel& machine, int ranks) {
    std::vector<bool> at_work(static_cast<size_t>(machine.devices()));
    const int placed = static_cast<int>(std::min<int64_t>(ranks, machine.most_ranks()));
    for (int rank = 0; rank < placed; ++rank)
        at_work[static_cast<size_t>(device_of(machine, rank, placed))] = true;
    return at_work;
}

}  // namespace ringscope

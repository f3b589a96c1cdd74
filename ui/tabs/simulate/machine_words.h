// What a machine is, in short lines. Pure.
#pragma once

#include <string>
#include <vector>

#include "engine/experiment/machine_model.h"

namespace ringscope {

/// "8 x NVIDIA H100 SXM5", "64 hosts of 8 x ..".
std::string devices_words(const MachineModel& machine);

/// One per link: "nvlink, one per device: 419 GiB/s, 3.00 us".
std::vector<std::string> link_lines(const MachineModel& machine);

/// How the picture of a machine is filled: hosts and devices that are drawn, and how many are left out.
struct TopologyFigure {
    int hosts = 1;
    int devices = 1;  // per host
    int more_hosts = 0;
    int more_devices = 0;  // per host
};
TopologyFigure topology_figure(const MachineModel& machine, int most_hosts, int most_devices);

/// Whether a device has a rank, when so many ranks work.
std::vector<bool> devices_at_work(const MachineModel& machine, int ranks);

}  // namespace ringscope

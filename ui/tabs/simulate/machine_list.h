// The machines to choose from, and a picture of the chosen one: hosts, devices, links, and where the ranks lie.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sessions/machines/machine_folder.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

/// The person's first; else the first of GPUs on one host that has a place for every rank; else the first of all.
/// Index into the list, which is not empty.
size_t first_choice(const std::vector<MachineEntry>& machines, int ranks);

/// Draws the list into the present window, `height` pixels high. The index of the machine that was clicked, or -1.
int draw_machine_list(const std::vector<MachineEntry>& machines, const std::string& chosen, float height,
                      WidgetContext ui);

/// Draws the picture at the cursor, as wide as there is room, and the links in words.
void draw_topology(const MachineModel& machine, int ranks, WidgetContext ui);

}  // namespace ringscope

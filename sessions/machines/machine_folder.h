// Machine models by name: a folder has one file NAME.json for each.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/experiment/machine_model.h"

namespace ringscope {

struct MachineEntry {
    std::shared_ptr<const MachineModel> machine;
    std::string file;
    bool is_own = false;  // from the person's folder
};

struct MachineFolders {
    std::string own;      // the person's; "": none. Its machines stand before shipped ones of the same name
    std::string shipped;  // what comes with the program; "": none
};

struct MachineList {
    std::vector<MachineEntry> machines;  // own first, then by name
    std::vector<std::string> problems;   // one line for each file that cannot be read; it is left alone
};

/// A folder that does not exist has no machines.
MachineList list_machines(const MachineFolders& folders);

/// What calibration writes into the person's folder, and what commands take when no machine is named.
inline constexpr const char* kThisMachine = "this-machine";

/// A machine by name, or by the path of a file: what holds a slash, ends in .json, or is "-". Throws Error(bad_input) for
/// a name that is not there with the nearest, or as load_machine_file().
std::shared_ptr<const MachineModel> find_machine(const std::string& name_or_path,
                                                 const MachineFolders& folders,
                                                 const std::stop_token& stop = {});

}  // namespace ringscope

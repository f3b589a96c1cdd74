#include "app/cli/machine_option.h"

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/asset_folder.h"
#include "app/process/config_folder.h"
#include "engine/base/error.h"

namespace ringscope {

MachineFolders machine_folders() {
    const std::string shipped = asset_folder();
    return {machine_folder(), shipped.empty() ? "" : shipped + "/machines"};
}

std::vector<std::string> suggested_machines(const std::string&) {
    std::vector<std::string> names;
    for (const MachineEntry& entry : list_machines(machine_folders()).machines)
        names.push_back(entry.machine->name);
    names.emplace_back(":files");
    return names;
}

void declare_machine(Arguments& arguments, std::string& target) {
    const auto path_of = [](const std::string& value) {
        return value.find('/') != std::string::npos || value.ends_with(".json") ? value : std::string();
    };
    arguments.file("--machine", target, FileUse::read,
                   "Machine model: a name that ringscope machines lists, or a file; this-machine, which "
                   "ringscope calibrate writes, when not given",
                   path_of);
    arguments.suggest("--machine", suggested_machines);
}

std::shared_ptr<const MachineModel> load_machine(const std::string& option, const std::stop_token& stop) {
    const MachineFolders folders = machine_folders();
    if (!option.empty()) return find_machine(option, folders, stop);
    std::error_code problem;
    if (folders.own.empty() || !std::filesystem::exists(folders.own + "/" + kThisMachine + ".json", problem))
        throw Error(ErrorKind::bad_input,
                    "--machine is not given, and this machine has not been calibrated: give one that "
                    "ringscope machines lists, or run ringscope calibrate first");
    return find_machine(kThisMachine, folders, stop);
}

}  // namespace ringscope

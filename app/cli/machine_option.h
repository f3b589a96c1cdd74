// --machine, as every command that simulates takes it:
//
//     declare_machine(arguments, command->machine);       // std::string machine
//     const auto machine = load_machine(command.machine, stop);
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "sessions/machines/machine_folder.h"

namespace ringscope {

class Arguments;

/// The person's machines, and those that come with the program.
MachineFolders machine_folders();

/// What a shell may complete a machine to, as Arguments::suggest() takes it: names, and files.
std::vector<std::string> suggested_machines(const std::string& typed);

/// Declares --machine NAME|FILE.
void declare_machine(Arguments& arguments, std::string& target);

/// The machine of that name or file; of "" what was calibrated here. Throws Error(bad_input), and for "" without a
/// calibration says what to do.
std::shared_ptr<const MachineModel> load_machine(const std::string& option, const std::stop_token& stop = {});

}  // namespace ringscope

// Machine files: strict JSON, one machine model each. assets/machines/README.md has every field.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/experiment/machine_model.h"
#include "sessions/file_kind.h"

namespace ringscope {

/// What the member kMachineKey says: the version of the form.
inline constexpr int kMachineVersion = 1;
inline constexpr int64_t kMaxMachineBytes = 1 << 20;

/// Every problem of the text is found in one pass and told in one line: unknown keys with the nearest known one,
/// ill-typed values with their path, the value and what is allowed, missing fields, and what validate() finds. `name`
/// begins the message. Throws Error(bad_input).
MachineModel parse_machine(const std::string& text, const std::string& name);

/// The same from a file, or from standard input or a pipe until a `stop`. Throws as read_text_file() does.
MachineModel load_machine_file(const std::string& path, const std::stop_token& stop = {});

/// Every field, indented; ends with a newline. parse_machine() gives back an equal one.
std::string machine_to_json(const MachineModel& machine);

/// Written beside the target, then renamed over it. Throws Error(io).
void save_machine(const MachineModel& machine, const std::string& path);

}  // namespace ringscope

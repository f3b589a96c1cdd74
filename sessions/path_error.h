// Why a path cannot be used: what kind of error that is, and in which words.
#pragma once

#include <string>

#include "engine/base/error.h"

namespace ringscope {

/// bad_input where the path itself is wrong: nothing is there, or a folder of it is missing or no folder. io
/// where the world refuses: no permission, a full disk.
ErrorKind kind_of_path_error(int error_number);

/// The folder that holds what the path names: "." for a name alone.
std::string folder_of(const std::string& path);

/// "its folder nowhere does not exist" when that is why nothing can be made at the path; else "".
std::string missing_folder(const std::string& path);

/// Throws Error(kind_of_path_error()): "cannot write PATH: why".
[[noreturn]] void fail_to_write(const std::string& path, int error_number);

}  // namespace ringscope

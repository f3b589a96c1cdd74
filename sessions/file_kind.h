// What a file is, by its first bytes: names and endings lie.
#pragma once

#include <string>

namespace ringscope {

enum class FileKind {
    run_file,    // SQLite; whether it is one of ours, opening it tells
    trace,       // Chrome's JSON, plain or .gz
    experiment,  // any other text; reading it tells what is wrong with it
};

/// Throws Error(io) when the file cannot be read, Error(bad_input) when it is not there.
FileKind file_kind(const std::string& path);

}  // namespace ringscope

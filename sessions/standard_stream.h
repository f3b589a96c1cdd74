// Paths that stand for what the process was given open: "-", and the system's own names.
#pragma once

#include <optional>
#include <string>

namespace ringscope {

enum class StreamUse { read, written };

/// The descriptor that the path names: for "-" standard input (0) where it is read, standard output (1) where it is
/// written; N for /dev/fd/N and /proc/self/fd/N; 0, 1 and 2 for /dev/stdin, /dev/stdout and /dev/stderr. None for
/// every other path; "./-" is a file of that name.
std::optional<int> descriptor_of_path(const std::string& path, StreamUse use);

/// As messages name it: "standard input" or "standard output" for "-", every other path as it is.
std::string shown_path(const std::string& path, StreamUse use);

}  // namespace ringscope

// What a file is, by its first bytes: names and endings lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringscope {

class InputFile;

/// "RScp", SQLite's application_id: tells our files from other SQLite files, to us and to file(1).
inline constexpr int32_t kApplicationId = 0x52536370;

/// The member that says that a JSON file is a machine model (sessions/machines).
inline constexpr std::string_view kMachineKey = "ringscope_machine";

enum class FileKind {
    run_file,  // SQLite; whether it is one of ours, opening it tells
    trace,  // Chrome's JSON, plain or .gz, and whatever else is none of the others: reading it tells what it is
    experiment,  // a small object with a member "problem", or nothing at all; reading it tells what is wrong with it
};

// Both open and close the file, and with that let go of every lock that SQLite holds on it in this process: not while
// a store on another thread may be changing it.

/// Throws as InputFile does, also for what is no regular file.
FileKind file_kind(const std::string& path);
/// The same of a file that is open.
FileKind file_kind(const InputFile& file);

/// Whether it is one of ours, whole or damaged behind its first bytes. False for what cannot be read.
bool is_run_file(const std::string& path);

/// The path without the end by which SQLite names the file in which it keeps a change until it is done ("-journal",
/// "-wal", "-shm"); "" when it has none.
std::string_view run_file_of_journal(std::string_view path);

}  // namespace ringscope

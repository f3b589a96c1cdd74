// --db, as every command that touches saved runs takes it.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "sessions/store/run_store.h"

namespace ringscope {

class Arguments;

/// Declares --db FILE, the default run file when it is not given.
void declare_run_file(Arguments& arguments, std::string& target, const std::string& help = "Run file");
/// Declares --db FILE where nothing is saved without it; "default" is the default run file.
void declare_save_file(Arguments& arguments, std::string& target, const std::string& help);

/// The path that --db stands for; "" and "default" give default_run_file().
std::string run_file_path(const std::string& option);

/// Whether there is a file where --db says.
bool run_file_exists(const std::string& option);

/// An existing run file, whose long work ends once `stop` is requested. Throws Error(io).
std::unique_ptr<RunStore> open_run_file(const std::string& option, const std::stop_token& stop = {});

/// On standard error, when what was asked for was done: that the file was migrated, or why it is only read.
void print_message_of(const RunStore& store);

/// Throws Error(io) when `path` cannot be made or replaced, so that a long run does not end in a bad
/// surprise.
void require_writable_file(const std::string& path);

}  // namespace ringscope

#include "app/cli/run_file_option.h"

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"
#include "sessions/atomic_file.h"

namespace ringscope {

namespace {

constexpr const char* kDefaultFile = "~/.local/share/ringscope/runs.ringscope";  // with no XDG_DATA_HOME

/// "" when there is no place for a default; a command that needs one says so itself.
std::string path_if_any(const std::string& option) {
    try {
        return run_file_path(option);
    } catch (const Error&) {
        return "";
    }
}

}  // namespace

void declare_run_file(Arguments& arguments, std::string& target, const std::string& help) {
    arguments.file("--db", target, FileUse::run_file, help + "; " + kDefaultFile + " when not given",
                   path_if_any);
}

void declare_save_file(Arguments& arguments, std::string& target, const std::string& help) {
    arguments.file("--db", target, FileUse::run_file,
                   help + "; 'default' is " + kDefaultFile + "; nothing is saved when not given",
                   [](const std::string& option) { return option.empty() ? "" : path_if_any(option); });
}

std::string run_file_path(const std::string& option) {
    return option.empty() || option == "default" ? default_run_file() : option;
}

bool run_file_exists(const std::string& option) {
    std::error_code ignored;
    return std::filesystem::exists(run_file_path(option), ignored);
}

std::unique_ptr<RunStore> open_run_file(const std::string& option, const std::stop_token& stop) {
    auto store = RunStore::open(run_file_path(option));
    store->stop_when(stop);
    return store;
}

void print_message_of(const RunStore& store) {
    if (!store.message().empty()) print_note(store.path() + ": " + store.message());
}

void require_writable_file(const std::string& path) {
    if (OutputStream::is_named_by(path)) return OutputStream::require_writable(path);
    const AtomicFile probe(path,
                           {});  // makes a temporary file beside the target and, never committed, removes it
}

}  // namespace ringscope

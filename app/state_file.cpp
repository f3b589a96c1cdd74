#include "app/state_file.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "engine/error.h"
#include "sessions/atomic_file.h"

namespace ringscope {

namespace {
constexpr int64_t kMaxStateBytes = 1 << 16;
}

std::string state_file_path() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    if (config && config[0] == '/') return std::string(config) + "/ringscope/window";
    return home && *home ? std::string(home) + "/.config/ringscope/window" : "";
}

std::string read_state(const std::string& path) {
    if (path.empty() || !std::filesystem::is_regular_file(path)) return "";
    try {
        return read_text_file(path, kMaxStateBytes);
    } catch (const Error&) {
        return "";
    }
}

void write_state(const std::string& path, const std::string& text) {
    std::error_code problem;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::filesystem::create_directories(folder, problem);
    if (problem)
        throw Error(ErrorKind::io, folder.string() + ": cannot make the folder: " + problem.message());
    AtomicFile file(path);
    file.write(text);
    file.commit();
}

std::string state_value(const std::string& text, const std::string& key) {
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line))
        if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
    return "";
}

}  // namespace ringscope

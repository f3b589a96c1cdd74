#include "app/window/state_file.h"

#include <filesystem>
#include <sstream>

#include "app/process/config_folder.h"
#include "engine/base/error.h"
#include "sessions/atomic_file.h"
#include "sessions/input_file.h"

namespace ringscope {

namespace {
constexpr int64_t kMaxStateBytes = 1 << 16;
}

std::string state_file_path() {
    const std::string folder = config_folder();
    return folder.empty() ? "" : folder + "/window";
}

std::string read_state(const std::string& path) {
    if (path.empty() || !std::filesystem::is_regular_file(path)) return "";
    try {
        return read_text_file(path, kMaxStateBytes);
    } catch (const Error&) {
        return "";  // what the window looked like is no loss worth a message
    }
}

void write_state(const std::string& path, const std::string& text) {
    std::error_code problem;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::filesystem::create_directories(folder, problem);
    if (problem)
        throw Error(ErrorKind::io, folder.string() + ": cannot make the folder: " + problem.message());
    AtomicFile file(path, {});  // also when a signal ended the window
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

#include "sessions/store/run_file_path.h"

#include <cstdlib>

#include "engine/base/error.h"

namespace ringscope {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

std::string default_run_file() {
    const std::string data = environment("XDG_DATA_HOME");
    if (!data.empty() && data[0] == '/') return data + "/ringscope/runs.ringscope";
    const std::string home = environment("HOME");
    if (home.empty())
        throw Error(ErrorKind::io,
                    "no place for the run file: neither XDG_DATA_HOME nor HOME is set; name one with --db");
    return home + "/.local/share/ringscope/runs.ringscope";
}

std::string unsaved_folder() {
    if (environment("XDG_DATA_HOME").empty() && environment("HOME").empty()) return "";
    const std::string file = default_run_file();
    return file.substr(0, file.rfind('/')) + "/unsaved";
}

}  // namespace ringscope

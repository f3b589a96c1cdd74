#include "app/cli/asset_folder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace ringscope {

namespace {

namespace fs = std::filesystem;

fs::path experiments() { return fs::path(asset_folder()) / "experiments"; }

}  // namespace

std::string asset_folder() {
    if (const char* given = std::getenv("RINGSCOPE_ASSETS"); given && *given) return given;
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    for (const char* from_program : {RINGSCOPE_DATA_FROM_PROGRAM, "assets"}) {
        const fs::path folder = (program.parent_path() / from_program).lexically_normal();
        if (!failed && fs::is_directory(folder / "experiments", failed)) return folder.string();
        failed.clear();
    }
    return "";
}

std::string asset_folder_problem() {
    const char* given = std::getenv("RINGSCOPE_ASSETS");
    std::error_code failed;
    if (!given || !*given || fs::is_directory(experiments(), failed)) return "";
    return "RINGSCOPE_ASSETS: there is no folder " + experiments().string();
}

std::vector<std::string> shipped_experiments() {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator at(experiments(), failed), end; !failed && at != end; at.increment(failed))
        if (at->path().extension() == ".json") names.push_back(at->path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string shipped_experiment_file(const std::string& name) {
    return (experiments() / (name + ".json")).string();
}

}  // namespace ringscope

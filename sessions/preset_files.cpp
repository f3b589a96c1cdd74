#include "sessions/preset_files.h"

#include <algorithm>
#include <filesystem>

#include "engine/base/error.h"
#include "engine/experiment/scenarios.h"
#include "sessions/experiment_file.h"

namespace ringscope {

namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".json";
constexpr size_t kLongestName = 60;

fs::path path_of(const std::string& folder, const std::string& name) {
    return fs::path(folder) / (name + kExtension);
}

}  // namespace

PresetFolder read_presets(const std::string& folder) {
    PresetFolder found;
    std::error_code problem;
    if (folder.empty() || !fs::exists(folder, problem)) return found;
    std::vector<fs::path> files;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
        if (at->path().extension() == kExtension) files.push_back(at->path());
    if (problem) found.problems.push_back(folder + ": cannot be listed: " + problem.message());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        try {
            found.presets.push_back({file.stem().string(), load_experiment(file.string())});
        } catch (const Error& error) {
            found.problems.push_back(error.what());
        }
    }
    return found;
}

std::string preset_name_problem(const std::string& name, const std::vector<Preset>& known) {
    if (name.find_first_not_of(" \t") == std::string::npos) return "the name is empty";
    if (name.size() > kLongestName)
        return "the name has " + std::to_string(name.size()) + " characters: at most " +
               std::to_string(kLongestName);
    const bool impossible = name[0] == '.' || std::any_of(name.begin(), name.end(), [](unsigned char c) {
                                return c < 0x20 || c == 0x7F || c == '/' || c == '\\';
                            });
    if (impossible) return "'" + name + "' cannot be a file's name: no slash, no leading dot";
    const bool taken =
        find_scenario(name) ||
        std::any_of(known.begin(), known.end(), [&](const Preset& preset) { return preset.name == name; });
    return taken ? "there is a preset '" + name + "' already: take another name, or delete that one first"
                 : "";
}

void save_preset(const std::string& folder, const Preset& preset) {
    if (folder.empty())
        throw Error(ErrorKind::io, "there is no folder for presets: neither XDG_CONFIG_HOME nor HOME is set");
    const std::string problem = preset_name_problem(preset.name, read_presets(folder).presets);
    if (!problem.empty()) throw Error(ErrorKind::bad_input, problem);
    const fs::path path = path_of(folder, preset.name);
    std::error_code failed;
    if (fs::exists(path, failed))
        throw Error(ErrorKind::bad_input, path.string() + " exists already and is not a readable preset");
    fs::create_directories(folder, failed);
    if (failed) throw Error(ErrorKind::io, folder + ": cannot make the folder: " + failed.message());
    save_experiment(preset.experiment, path.string());
}

void delete_preset(const std::string& folder, const std::string& name) {
    std::error_code failed;
    const bool possible = preset_name_problem(name, {}).empty();
    if (!possible || !fs::remove(path_of(folder, name), failed))
        throw Error(ErrorKind::io,
                    "preset '" + name + "' cannot be deleted: " +
                        (failed ? failed.message() : "there is none of that name in " + folder));
}

}  // namespace ringscope

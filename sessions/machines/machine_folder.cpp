#include "sessions/machines/machine_folder.h"

#include <algorithm>
#include <filesystem>

#include "engine/base/error.h"
#include "sessions/machines/machine_file.h"
#include "sessions/nearest.h"

namespace ringscope {

namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".json";

std::vector<fs::path> files_in(const std::string& folder, std::vector<std::string>& problems) {
    std::vector<fs::path> files;
    std::error_code problem;
    if (folder.empty() || !fs::exists(folder, problem)) return files;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
        if (at->path().extension() == kExtension) files.push_back(at->path());
    if (problem) problems.push_back(folder + ": cannot be listed: " + problem.message());
    std::sort(files.begin(), files.end());
    return files;
}

void append(const std::string& folder, bool is_own, MachineList& list) {
    for (const fs::path& file : files_in(folder, list.problems)) {
        try {
            auto machine = std::make_shared<MachineModel>(load_machine_file(file.string()));
            machine->name = file.stem().string();  // what --machine takes
            const bool taken =
                std::any_of(list.machines.begin(), list.machines.end(),
                            [&](const MachineEntry& entry) { return entry.machine->name == machine->name; });
            if (!taken) list.machines.push_back({std::move(machine), file.string(), is_own});
        } catch (const Error& error) {
            list.problems.emplace_back(error.what());
        }
    }
}

bool is_path(const std::string& text) {
    return text == "-" || text.find('/') != std::string::npos || text.ends_with(kExtension);
}

[[noreturn]] void refuse(const std::string& name, const MachineFolders& folders) {
    std::vector<std::string> names, ignored;
    for (const std::string& folder : {folders.own, folders.shipped})
        for (const fs::path& file : files_in(folder, ignored)) names.push_back(file.stem().string());
    std::sort(names.begin(), names.end());
    const std::string nearest = nearest_name(name, names);
    std::string message = "--machine: there is no machine '" + name + "'; ";
    if (!nearest.empty()) throw Error(ErrorKind::bad_input, message + "did you mean '" + nearest + "'?");
    message += names.empty() ? "no machine models are installed, give a file" : "allowed: a file, or";
    for (const std::string& known : names) message += (known == names.front() ? " " : ", ") + known;
    throw Error(ErrorKind::bad_input, message);
}

}  // namespace

MachineList list_machines(const MachineFolders& folders) {
    MachineList list;
    append(folders.own, true, list);
    append(folders.shipped, false, list);
    return list;
}

std::shared_ptr<const MachineModel> find_machine(const std::string& name_or_path,
                                                 const MachineFolders& folders, const std::stop_token& stop) {
    if (is_path(name_or_path))
        return std::make_shared<const MachineModel>(load_machine_file(name_or_path, stop));
    std::error_code problem;
    for (const std::string& folder : {folders.own, folders.shipped}) {
        if (folder.empty()) continue;
        const fs::path file = fs::path(folder) / (name_or_path + kExtension);
        if (!fs::is_regular_file(file, problem)) continue;
        auto machine = std::make_shared<MachineModel>(load_machine_file(file.string(), stop));
        machine->name = name_or_path;
        return machine;
    }
    refuse(name_or_path, folders);
}

}  // namespace ringscope

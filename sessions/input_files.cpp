#include "sessions/input_files.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/base/error.h"
#include "sessions/path_error.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_below(const std::string& folder, const std::stop_token& stop) {
    std::vector<std::string> files;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    while (!error && at != fs::recursive_directory_iterator{}) {
        leave_if_stopped(stop);
        const bool hidden = at->path().filename().string().starts_with('.');
        std::error_code ignored;
        if (at->is_directory(ignored)) {
            if (hidden) at.disable_recursion_pending();
        } else if (!hidden && at->is_regular_file(ignored)) {
            files.push_back(at->path().string());
        }
        if (files.size() > kMostFilesOfFolder)
            throw Error(ErrorKind::bad_input, folder + ": it holds more than " +
                                                  std::to_string(kMostFilesOfFolder) +
                                                  " files, as many as are looked at");
        at.increment(error);
    }
    if (error)
        throw Error(kind_of_path_error(error.value()), "cannot read " + folder + ": " + error.message());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

std::vector<FoundFile> find_input_files(const std::vector<std::string>& paths, const std::stop_token& stop) {
    std::vector<FoundFile> found;
    std::set<std::string> known;
    const auto add = [&](const std::string& path, bool in_folder) {
        if (known.insert(fs::path(path).lexically_normal().string()).second)
            found.push_back({path, in_folder});
    };
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error))
            add(path, false);
        else
            for (const std::string& file : files_below(path, stop)) add(file, true);
    }
    return found;
}

}  // namespace ringscope

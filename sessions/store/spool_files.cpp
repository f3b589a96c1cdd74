#include "sessions/store/spool_files.h"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "sessions/plain_text.h"
#include "sessions/store/run_file_path.h"

namespace ringscope {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".unsaved-";
constexpr size_t kDigits = 16;  // of text_hash()

/// What the names of its files begin with: beside it, and in the data folder.
std::vector<std::string> prefixes_of(const std::string& run_file) {
    std::error_code problem;
    const fs::path file = fs::weakly_canonical(run_file, problem);
    // Through a symbolic link: beside the file itself, where every name of it leads.
    std::vector<std::string> prefixes{
        (problem || !fs::is_symlink(run_file, problem) ? run_file : file.string()) + kMark};
    const std::string folder = unsaved_folder();
    if (!folder.empty() && !file.empty())
        prefixes.push_back(folder + "/" + text_hash(file.string()) + "-" + file.filename().string() + kMark);
    return prefixes;
}

bool is_spool_name(const std::string& name, const std::string& prefix) {
    return name.size() == prefix.size() + kDigits && name.starts_with(prefix) &&
           name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string::npos;
}

/// In a folder that others may write to, somebody else's file is none of ours.
bool is_our_file(const std::string& path) {
    struct stat status {};
    return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

}  // namespace

std::vector<std::string> spool_paths(const std::string& run_file, const std::string& uuid) {
    std::vector<std::string> paths;
    for (const std::string& prefix : prefixes_of(run_file)) paths.push_back(prefix + text_hash(uuid));
    return paths;
}

std::vector<std::string> spooled_for(const std::string& run_file) {
    std::vector<std::string> found;
    for (const std::string& prefix : prefixes_of(run_file)) {
        const fs::path path(prefix);
        const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
        std::error_code problem;
        for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
            const std::string file = at->path().string();
            if (is_spool_name(at->path().filename().string(), path.filename().string()) && is_our_file(file))
                found.push_back(file);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace ringscope

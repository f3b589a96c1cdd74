#include "sessions/file_identity.h"

#include <filesystem>

#include <sys/stat.h>

#include "engine/base/error.h"
#include "sessions/atomic_file.h"

namespace ringscope {

namespace {

enum class Sameness { same, different, neither_is_there };

Sameness compare_status(const std::string& a, const std::string& b) {
    struct stat first {};
    struct stat second {};
    const bool first_is_there = stat(a.c_str(), &first) == 0;
    const bool second_is_there = stat(b.c_str(), &second) == 0;
    if (!first_is_there && !second_is_there) return Sameness::neither_is_there;
    const bool same =
        first_is_there && second_is_there && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    return same ? Sameness::same : Sameness::different;
}

/// Where a link leads to; as it is given when that cannot be told.
std::string end_of_links(const std::string& path) {
    try {
        return followed_links(path);
    } catch (const Error&) {
        return path;
    }
}

std::filesystem::path spelled_out(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::absolute(path, ignored).lexically_normal();
}

}  // namespace

bool same_file(const std::string& a, const std::string& b) {
    if (a.empty() || b.empty()) return false;
    if (const Sameness files = compare_status(a, b); files != Sameness::neither_is_there)
        return files == Sameness::same;
    const std::string first = end_of_links(a), second = end_of_links(b);
    const Sameness folders = compare_status(folder_of(first), folder_of(second));
    if (folders == Sameness::neither_is_there) return spelled_out(first) == spelled_out(second);
    return folders == Sameness::same &&
           std::filesystem::path(first).filename() == std::filesystem::path(second).filename();
}

}  // namespace ringscope

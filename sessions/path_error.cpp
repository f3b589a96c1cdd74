#include "sessions/path_error.h"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>

namespace ringscope {

ErrorKind kind_of_path_error(int error_number) {
    const bool wrong_path = error_number == ENOENT || error_number == ENOTDIR || error_number == EISDIR ||
                            error_number == ENAMETOOLONG || error_number == ELOOP;
    return wrong_path ? ErrorKind::bad_input : ErrorKind::io;
}

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string missing_folder(const std::string& path) {
    const std::string folder = folder_of(path);
    struct stat status {};
    if (stat(folder.c_str(), &status) == 0) return S_ISDIR(status.st_mode) ? "" : folder + " is not a folder";
    if (errno == ENOTDIR) return folder + " is not a folder";
    return errno == ENOENT ? "its folder " + folder + " does not exist" : "";
}

void fail_to_write(const std::string& path, int error_number) {
    const std::string missing = missing_folder(path);
    if (!missing.empty()) throw Error(ErrorKind::bad_input, "cannot write " + path + ": " + missing);
    throw Error(kind_of_path_error(error_number),
                "cannot write " + path + ": " + std::strerror(error_number));
}

}  // namespace ringscope

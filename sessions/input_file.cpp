#include "sessions/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/path_error.h"

namespace ringscope {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& why, ErrorKind kind = ErrorKind::io) {
    throw Error(kind, "cannot read " + path + ": " + why);
}

[[noreturn]] void fail_as_system(const std::string& path) {
    const int error_number = errno;
    fail(path, std::strerror(error_number), kind_of_path_error(error_number));
}

void require_regular(const std::string& path, const struct stat& status) {
    if (S_ISREG(status.st_mode)) return;
    const char* what = S_ISDIR(status.st_mode)    ? "it is a folder"
                       : S_ISFIFO(status.st_mode) ? "it is a named pipe, not a regular file"
                       : S_ISSOCK(status.st_mode) ? "it is a socket, not a regular file"
                                                  : "it is a device, not a regular file";
    fail(path, what, ErrorKind::bad_input);
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
    struct stat status {};
    // Before it is opened, which alone does something to some devices; and after, for what it was then.
    if (stat(path.c_str(), &status) != 0) fail_as_system(path);
    require_regular(path, status);
    file_ = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file_ || fstat(file_.get(), &status) != 0) fail_as_system(path);
    require_regular(path, status);
    size_ = status.st_size;
}

/// Bytes read, 0 at the file's end.
int64_t InputFile::read_some(int64_t offset, void* target, int64_t bytes) const {
    for (;;) {
        const ssize_t got = pread(file_.get(), target, static_cast<size_t>(bytes), offset);
        if (got >= 0) return got;
        if (errno != EINTR) fail(path_, std::strerror(errno));
    }
}

void InputFile::read_at(int64_t offset, void* target, int64_t bytes) const {
    char* to = static_cast<char*>(target);
    while (bytes > 0) {
        const int64_t got = read_some(offset, to, bytes);
        if (got == 0) fail(path_, "it has become shorter while it was read");
        to += got;
        offset += got;
        bytes -= got;
    }
}

std::string InputFile::head(int64_t bytes) const {
    std::string text(static_cast<size_t>(std::min(bytes, size_)), '\0');
    size_t done = 0;
    while (done < text.size()) {
        const int64_t got = read_some(static_cast<int64_t>(done), text.data() + done,
                                      static_cast<int64_t>(text.size() - done));
        if (got == 0) break;
        done += static_cast<size_t>(got);
    }
    text.resize(done);
    return text;
}

std::string read_text_file(const std::string& path, int64_t limit) {
    const InputFile file(path);
    if (file.size() > limit)
        fail(path, std::to_string(file.size()) + " bytes are too many: at most " + std::to_string(limit),
             ErrorKind::bad_input);
    return file.head(limit);
}

}  // namespace ringscope

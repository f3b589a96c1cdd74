#include "sessions/atomic_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

constexpr size_t kBufferBytes = 1 << 20;

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// A new file beside the target under a name nobody else has; sets errno and gives -1 when that fails.
int open_temporary(const std::string& path, std::string& name) {
    static std::atomic<unsigned> counter{0};
    for (int attempt = 0; attempt < 100; ++attempt) {
        name = path + ".part-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
        const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
    return -1;
}

}  // namespace

ErrorKind kind_of_path_error(int error_number) {
    const bool wrong_path = error_number == ENOENT || error_number == ENOTDIR || error_number == EISDIR ||
                            error_number == ENAMETOOLONG || error_number == ELOOP;
    return wrong_path ? ErrorKind::bad_input : ErrorKind::io;
}

std::string missing_folder(const std::string& path) {
    const std::string folder = folder_of(path);
    struct stat status {};
    if (stat(folder.c_str(), &status) == 0) return S_ISDIR(status.st_mode) ? "" : folder + " is not a folder";
    if (errno == ENOTDIR) return folder + " is not a folder";
    return errno == ENOENT ? "its folder " + folder + " does not exist" : "";
}

AtomicFile::AtomicFile(const std::string& path, std::stop_token stop) : path_(path), stop_(std::move(stop)) {
    struct stat target {};
    if (stat(path.c_str(), &target) == 0 && !S_ISREG(target.st_mode))
        throw Error(ErrorKind::bad_input, "cannot write " + path + ": it is not a regular file");
    file_ = open_temporary(path, temporary_);
    if (file_ < 0) {
        const int error_number = errno;
        temporary_.clear();
        const std::string missing = missing_folder(path);
        if (!missing.empty()) throw Error(ErrorKind::bad_input, "cannot write " + path + ": " + missing);
        fail(error_number);
    }
    buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
    if (file_ >= 0) close(file_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::fail(int error_number) {
    throw Error(kind_of_path_error(error_number),
                "cannot write " + path_ + ": " + std::strerror(error_number));
}

void AtomicFile::write(const void* data, size_t bytes) {
    const char* from = static_cast<const char*>(data);
    while (bytes > 0) {
        const size_t part = std::min(bytes, kBufferBytes - buffer_.size());
        buffer_.insert(buffer_.end(), from, from + part);
        from += part;
        bytes -= part;
        if (buffer_.size() == kBufferBytes) flush();
    }
}

void AtomicFile::flush() {
    leave_if_stopped(stop_);
    size_t done = 0;
    while (done < buffer_.size()) {
        const ssize_t written = ::write(file_, buffer_.data() + done, buffer_.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        done += static_cast<size_t>(written);
    }
    buffer_.clear();
}

void AtomicFile::commit() {
    flush();
    if (fsync(file_) != 0) fail(errno);
    const int file = file_;
    file_ = -1;
    if (close(file) != 0) fail(errno);
    if (rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
    temporary_.clear();
    // The rename itself must outlive a power cut; a folder that cannot be opened for it is no reason to fail.
    const int folder = open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
}

std::string read_text_file(const std::string& path, int64_t limit) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) throw Error(kind_of_path_error(errno), "cannot read " + path + ": " + std::strerror(errno));
    std::string text;
    std::string problem;
    ErrorKind kind = ErrorKind::io;
    struct stat status {};
    if (fstat(file, &status) != 0) {
        problem = std::strerror(errno);
    } else if (!S_ISREG(status.st_mode)) {
        problem = "it is not a regular file";
        kind = ErrorKind::bad_input;
    } else if (status.st_size > limit) {
        problem = std::to_string(status.st_size) + " bytes are too many: at most " + std::to_string(limit);
        kind = ErrorKind::bad_input;
    } else {
        text.resize(static_cast<size_t>(status.st_size));
        size_t done = 0;
        while (done < text.size()) {
            const ssize_t got = read(file, text.data() + done, text.size() - done);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) problem = std::strerror(errno);
            if (got <= 0) break;
            done += static_cast<size_t>(got);
        }
        text.resize(done);
    }
    close(file);
    if (!problem.empty()) throw Error(kind, "cannot read " + path + ": " + problem);
    return text;
}

}  // namespace ringscope

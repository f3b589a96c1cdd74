#include "sessions/output_stream.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/path_error.h"
#include "sessions/standard_stream.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

constexpr int kPatienceMs = 50;  // between two looks at the stop request

Descriptor open_pipe(const std::string& path, const std::stop_token& stop) {
    for (;;) {
        leave_if_stopped(stop);
        Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (file) return file;
        if (errno != ENXIO) fail_to_write(path, errno);
        if (!stop.stop_possible())
            throw Error(ErrorKind::bad_input, "cannot write " + path + ": it is a pipe that nobody reads");
        poll(nullptr, 0, kPatienceMs);
    }
}

}  // namespace

bool OutputStream::is_named_by(const std::string& path) {
    if (descriptor_of_path(path, StreamUse::written)) return true;
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
}

void OutputStream::require_writable(const std::string& path) {
    const std::optional<int> given = descriptor_of_path(path, StreamUse::written);
    if (!given) {
        if (access(path.c_str(), W_OK) != 0) fail_to_write(path, errno);
        return;
    }
    const int flags = fcntl(*given, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
        throw Error(ErrorKind::io, "cannot write " + shown_path(path, StreamUse::written) +
                                       ": it is closed or not open for writing");
}

OutputStream::OutputStream(const std::string& path, std::stop_token stop)
    : name_(shown_path(path, StreamUse::written)), stop_(std::move(stop)) {
    const std::optional<int> given = descriptor_of_path(path, StreamUse::written);
    file_ = given ? Descriptor(fcntl(*given, F_DUPFD_CLOEXEC, 3)) : open_pipe(path, stop_);
    struct stat status {};
    if (!file_ || fstat(file_.get(), &status) != 0) fail_to_write(name_, errno);
    // A pipe that poll() finds ready takes PIPE_BUF bytes without waiting, and may wait with more.
    most_at_once_ = S_ISREG(status.st_mode) ? SSIZE_MAX : PIPE_BUF;
}

void OutputStream::write(const char* data, size_t bytes) {
    while (bytes > 0 && !reader_is_gone_) {
        leave_if_stopped(stop_);
        pollfd ready{file_.get(), POLLOUT, 0};
        if (poll(&ready, 1, kPatienceMs) <= 0) continue;
        const ssize_t written = ::write(file_.get(), data, std::min(bytes, most_at_once_));
        if (written >= 0) {
            data += written;
            bytes -= static_cast<size_t>(written);
        } else if (errno == EPIPE) {
            reader_is_gone_ = true;
        } else if (errno != EINTR && errno != EAGAIN) {
            fail_to_write(name_, errno);
        }
    }
}

}  // namespace ringscope

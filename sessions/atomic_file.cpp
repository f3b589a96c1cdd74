#include "sessions/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/file_kind.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr mode_t kAnybodyMayWrite = S_IWUSR | S_IWGRP | S_IWOTH;

/// Whether a link may be followed: in a folder where everybody may make files only our own, and the folder
/// owner's.
bool trusted_link(const struct stat& link, const std::string& path) {
    struct stat folder {};
    if (stat(folder_of(path).c_str(), &folder) != 0) return false;
    const bool is_everybodys = (folder.st_mode & S_ISVTX) && (folder.st_mode & S_IWOTH);
    return !is_everybodys || link.st_uid == geteuid() || link.st_uid == folder.st_uid;
}

std::string link_target(const std::string& path) {
    std::string target(PATH_MAX, '\0');
    const ssize_t bytes = readlink(path.c_str(), target.data(), target.size());
    if (bytes < 0) fail_to_write(path, errno);
    target.resize(static_cast<size_t>(bytes));
    return target.starts_with('/') ? target : folder_of(path) + "/" + target;
}

std::string octal(mode_t mode) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "%04o", static_cast<unsigned>(mode & 07777));
    return digits;
}

/// What is there, none when nothing is. Throws Error when it may not be replaced.
std::optional<struct stat> replaceable(const std::string& path) {
    if (const std::string run_file(run_file_of_journal(path)); !run_file.empty() && is_run_file(run_file))
        throw Error(ErrorKind::bad_input, "cannot write " + path + ": changes of the run file " + run_file +
                                              " are kept under that name; name another file");
    struct stat target {};
    if (stat(path.c_str(), &target) != 0) return std::nullopt;
    if (!S_ISREG(target.st_mode))
        throw Error(ErrorKind::bad_input,
                    "cannot write " + path +
                        (S_ISDIR(target.st_mode) ? ": it is a folder" : ": it is not a regular file"));
    if (is_run_file(path))
        throw Error(
            ErrorKind::bad_input,
            "cannot write " + path + ": it is a run file, and its runs would be lost; name another file");
    // The administrator may write what nobody may, but somebody wanted it protected.
    if ((target.st_mode & kAnybodyMayWrite) == 0 || faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0)
        throw Error(ErrorKind::io, "cannot write " + path + ": it is write-protected (mode " +
                                       octal(target.st_mode) + "); chmod u+w allows its owner to write it");
    return target;
}

/// Private until it has the permissions of what it replaces; a new file has what the umask leaves.
mode_t first_mode(const std::optional<struct stat>& replaced) { return replaced ? 0600 : 0666; }

const std::string& swept(const std::string& path) {
    sweep_temporaries(path);
    return path;
}

}  // namespace

std::string followed_links(const std::string& path) {
    constexpr int kMostLinks = 40;  // as Linux
    std::string at = path;
    for (int links = 0;; ++links) {
        struct stat status {};
        if (lstat(at.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return at;
        if (links == kMostLinks) fail_to_write(path, ELOOP);
        if (!trusted_link(status, at))
            throw Error(ErrorKind::io, "cannot write " + path + ": " + at +
                                           " is somebody else's link in a folder that everybody can write; "
                                           "name the file itself");
        at = link_target(at);
    }
}

AtomicFile::AtomicFile(const std::string& path, std::stop_token stop) : stop_(std::move(stop)) {
    buffer_.reserve(kBufferBytes);
    if (OutputStream::is_named_by(path)) {
        stream_.emplace(path, stop_);
        return;
    }
    path_ = followed_links(path);
    replaced_ = replaceable(path_);
    file_.emplace(swept(path_), first_mode(replaced_));
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
    if (stream_) stream_->write(buffer_.data(), buffer_.size());
    size_t done = stream_ ? buffer_.size() : 0;
    while (done < buffer_.size()) {
        const ssize_t written = ::write(file_->descriptor(), buffer_.data() + done, buffer_.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_to_write(path_, errno);
        done += static_cast<size_t>(written);
    }
    buffer_.clear();
}

void AtomicFile::commit() {
    flush();
    if (stream_) return;
    if (replaced_) give_access_of(*replaced_, file_->descriptor());
    file_->replace_target();
}

}  // namespace ringscope

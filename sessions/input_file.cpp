#include "sessions/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/path_error.h"
#include "sessions/standard_stream.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

constexpr size_t kPartBytes = 1 << 16;  // what a pipe holds
constexpr int kPatienceMs = 50;         // between two looks at the stop request

[[noreturn]] void fail(const std::string& path, const std::string& why, ErrorKind kind = ErrorKind::io) {
    throw Error(kind, "cannot read " + path + ": " + why);
}

[[noreturn]] void fail_as_system(const std::string& path) {
    const int error_number = errno;
    fail(path, std::strerror(error_number), kind_of_path_error(error_number));
}

[[noreturn]] void fail_as_too_large(const std::string& path, const std::string& size, int64_t limit) {
    fail(path, size + " bytes are too many: at most " + std::to_string(limit), ErrorKind::bad_input);
}

/// What a shell may have put under a descriptor, besides regular files.
bool is_stream(const struct stat& status, int file) {
    const bool is_null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);  // /dev/null
    return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || is_null || isatty(file);
}

void require_readable(const std::string& path, const struct stat& status, const std::stop_token& stop) {
    if (S_ISREG(status.st_mode) || (S_ISFIFO(status.st_mode) && stop.stop_possible())) return;
    const char* what = S_ISDIR(status.st_mode)    ? "it is a folder"
                       : S_ISFIFO(status.st_mode) ? "it is a named pipe, not a regular file"
                       : S_ISSOCK(status.st_mode) ? "it is a socket, not a regular file"
                                                  : "it is a device, not a regular file";
    fail(path, what, ErrorKind::bad_input);
}

struct OpenedInput {
    std::string name;
    Descriptor file;
    bool regular = false;
    int64_t begin = 0;  // where reading starts, and
    int64_t size = 0;   // how many bytes there are from there; of regular files
};

OpenedInput open_input(const std::string& path, const std::stop_token& stop) {
    OpenedInput input;
    input.name = shown_path(path, StreamUse::read);
    struct stat status {};
    const std::optional<int> given = descriptor_of_path(path, StreamUse::read);
    if (given) {
        input.file = Descriptor(fcntl(*given, F_DUPFD_CLOEXEC, 3));
        if (!input.file || fstat(input.file.get(), &status) != 0) fail_as_system(input.name);
        if (!stop.stop_possible() || !is_stream(status, input.file.get()))
            require_readable(input.name, status, stop);
    } else {
        // Before it is opened, which alone does something to some devices; and after, for what it was then.
        if (stat(path.c_str(), &status) != 0) fail_as_system(input.name);
        require_readable(input.name, status, stop);
        input.file = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!input.file || fstat(input.file.get(), &status) != 0) fail_as_system(input.name);
        require_readable(input.name, status, stop);
    }
    input.regular = S_ISREG(status.st_mode);
    if (input.regular && given) input.begin = std::max<off_t>(lseek(input.file.get(), 0, SEEK_CUR), 0);
    if (input.regular) input.size = std::max<int64_t>(status.st_size - input.begin, 0);
    return input;
}

/// Hands every part to `take` until the end. A named pipe that nobody has opened for writing yet is waited for.
template <typename Take>
void read_stream(const OpenedInput& input, const std::stop_token& stop, Take take) {
    std::vector<char> part(kPartBytes);
    for (;;) {
        leave_if_stopped(stop);
        pollfd ready{input.file.get(), POLLIN, 0};
        if (poll(&ready, 1, kPatienceMs) <= 0) continue;
        const ssize_t got = read(input.file.get(), part.data(), part.size());
        if (got == 0) return;
        if (got > 0)
            take(part.data(), static_cast<size_t>(got));
        else if (errno != EINTR && errno != EAGAIN)
            fail_as_system(input.name);
    }
}

/// A file that goes when it is closed.
Descriptor nameless_file(const std::string& name) {
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(ignored);
    std::string path = (folder / "ringscope-XXXXXX").string();
    Descriptor file(mkostemp(path.data(), O_CLOEXEC));
    if (!file)
        fail(name, "no temporary file can be made in " + folder.string() + ": " + std::strerror(errno));
    unlink(path.c_str());
    return file;
}

Descriptor spooled(const OpenedInput& input, const std::stop_token& stop, int64_t& size) {
    Descriptor file = nameless_file(input.name);
    read_stream(input, stop, [&](const char* part, size_t bytes) {
        for (size_t done = 0; done < bytes;) {
            const ssize_t written = write(file.get(), part + done, bytes - done);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0)
                fail(input.name,
                     std::string("no room for it among the temporary files: ") + std::strerror(errno));
            done += static_cast<size_t>(written);
        }
        size += static_cast<int64_t>(bytes);
    });
    return file;
}

}  // namespace

InputFile::InputFile(const std::string& path, const std::stop_token& stop) {
    OpenedInput input = open_input(path, stop);
    path_ = input.name;
    begin_ = input.begin;
    size_ = input.size;
    file_ = input.regular ? std::move(input.file) : spooled(input, stop, size_);
}

int64_t InputFile::read_some(int64_t offset, void* target, int64_t bytes) const {
    for (;;) {
        const ssize_t got = pread(file_.get(), target, static_cast<size_t>(bytes), begin_ + offset);
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

size_t FileReader::read(char* target, size_t bytes) {
    const int64_t got = file_.read_some(offset_, target, static_cast<int64_t>(bytes));
    offset_ += got;
    return static_cast<size_t>(got);
}

std::string read_text_file(const std::string& path, int64_t limit, const std::stop_token& stop) {
    if (const OpenedInput input = open_input(path, stop); !input.regular) {
        std::string text;
        read_stream(input, stop, [&](const char* part, size_t bytes) {
            text.append(part, bytes);
            if (static_cast<int64_t>(text.size()) > limit)
                fail_as_too_large(input.name, "more than " + std::to_string(limit), limit);
        });
        return text;
    }
    const InputFile file(path, stop);
    if (file.size() > limit) fail_as_too_large(file.path(), std::to_string(file.size()), limit);
    return file.head(limit);
}

}  // namespace ringscope

#include "app/process/standard_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine/base/error.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

constexpr size_t kLongestError = 4096;

std::atomic<int> report_descriptor{STDOUT_FILENO};

/// Others may have made the descriptor non-blocking: then a full pipe is waited for.
void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<size_t>(written));
        } else if (errno == EPIPE) {
            return;
        } else if (errno == EAGAIN) {
            pollfd ready{descriptor, POLLOUT, 0};
            poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            throw Error(ErrorKind::io,
                        std::string(descriptor == STDOUT_FILENO ? "cannot write standard output: "
                                                                : "cannot write standard error: ") +
                            std::strerror(errno));
        }
    }
}

/// In one call, so that lines of several processes do not mix. When standard error is gone, or a terminal went
/// away, there is nobody to tell.
void write_error(const std::string& text) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

void write_line(const char* what, std::string_view message) {
    write_error(std::string("ringscope: ") + what + ": " +
                one_line(cut_text(std::string(message), kLongestError)) + "\n");
}

}  // namespace

void guard_standard_streams() {
    for (int descriptor : {0, 1, 2}) {
        if (fcntl(descriptor, F_GETFD) != -1) continue;
        // open() takes the lowest free number. Read-only for all three: writes must go on failing.
        const int opened = open("/dev/null", O_RDONLY);
        RINGSCOPE_CHECK(opened == descriptor || opened == -1);
    }
}

void leave_standard_output_to_a_file() { report_descriptor = STDERR_FILENO; }

void print(const std::string& text) { write_all(report_descriptor, visible_text(text)); }

void print_file(std::string_view bytes) { write_all(STDOUT_FILENO, bytes); }

bool can_show_progress() {
    const char* terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) && terminal && *terminal && std::string_view(terminal) != "dumb";
}

void print_error(std::string_view message) { write_line("error", message); }
void print_note(std::string_view message) { write_line("note", message); }

void print_progress(const std::string& text) {
    constexpr const char* kEraseLine = "\r\033[K";
    write_error(kEraseLine + one_line(text));
}

}  // namespace ringscope

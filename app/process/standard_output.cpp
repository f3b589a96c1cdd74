#include "app/process/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "engine/base/error.h"
#include "sessions/plain_text.h"

namespace ringscope {

void guard_standard_streams() {
    for (int descriptor : {0, 1, 2}) {
        if (fcntl(descriptor, F_GETFD) != -1) continue;
        // open() takes the lowest free number. Read-only for all three: writes must go on failing.
        const int opened = open("/dev/null", O_RDONLY);
        RINGSCOPE_CHECK(opened == descriptor || opened == -1);
    }
}

void print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<size_t>(written));
        } else if (errno != EINTR) {
            throw Error(ErrorKind::io, std::string("cannot write standard output: ") + std::strerror(errno));
        }
    }
}

void print_error(std::string_view message) {
    const std::string line = "ringscope: error: " + one_line(std::string(message)) + "\n";
    // One call, so that lines of several processes do not mix; when standard error is gone there is nobody to
    // tell.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace ringscope

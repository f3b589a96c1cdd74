// A target that is written as the bytes come, since it cannot be replaced whole: standard output and other open
// descriptors, a named pipe, a terminal, /dev/null.
//
// A reader that goes away before the end is no error: it has what it wanted, and the rest is dropped.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include "sessions/temporary_file.h"

namespace ringscope {

class OutputStream {
  public:
    /// Whether the path names such a target rather than a file, which AtomicFile makes or replaces.
    static bool is_named_by(const std::string& path);
    /// Throws Error that says why, when it surely cannot be written. Opens nothing, as that would wait.
    static void require_writable(const std::string& path);

    /// A named pipe waits for its reader until a stop is requested; without a `stop` that can be, one that has no
    /// reader is refused. Throws Error of kind_of_path_error(), Error(cancelled).
    OutputStream(const std::string& path, std::stop_token stop);

    /// Throws Error(io), Error(cancelled).
    void write(const char* data, size_t bytes);

  private:
    std::string name_;
    std::stop_token stop_;
    Descriptor file_;
    size_t most_at_once_ = 0;
    bool reader_is_gone_ = false;
};

}  // namespace ringscope

// A file that is read: a regular one, and never waited for. Opening a named pipe waits for its writer, and
// a device may never end.
#pragma once

#include <cstdint>
#include <string>

#include "sessions/temporary_file.h"

namespace ringscope {

class InputFile {
  public:
    /// Throws Error of kind_of_path_error() when it cannot be opened, Error(bad_input) that says what it is when
    /// it is a folder, a named pipe, a device or a socket.
    explicit InputFile(const std::string& path);

    const std::string& path() const { return path_; }
    int64_t size() const { return size_; }  // when it was opened
    /// Thread-safe. The caller has checked the range against size(); a file that shrank since is Error(io).
    void read_at(int64_t offset, void* target, int64_t bytes) const;
    /// Up to `bytes` from the start: fewer where the file ends. Throws Error(io).
    std::string head(int64_t bytes) const;

  private:
    int64_t read_some(int64_t offset, void* target, int64_t bytes) const;

    std::string path_;
    Descriptor file_;
    int64_t size_ = 0;
};

/// A whole file of at most `limit` bytes. Throws as InputFile does; Error(bad_input) when it is larger.
std::string read_text_file(const std::string& path, int64_t limit);

}  // namespace ringscope

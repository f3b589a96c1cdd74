// A file that appears whole or not at all: written under a temporary name beside the target, synced, renamed
// over it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringscope {

class AtomicFile {
  public:
    /// Opens the temporary file. Throws Error(io) that names the target and why.
    explicit AtomicFile(const std::string& path);
    /// Removes the temporary file unless commit() was done.
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* data, size_t bytes);  // buffered; throws Error(io)
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// Flushes, syncs and renames. Throws Error(io); the target is then as it was.
    void commit();

  private:
    void flush();
    [[noreturn]] void fail(int error_number);

    std::string path_;
    std::string temporary_;
    std::vector<char> buffer_;
    int file_ = -1;
};

/// A whole file of at most `limit` bytes. Throws Error(io) when it cannot be read or is not a regular file,
/// Error(bad_input) when it is larger.
std::string read_text_file(const std::string& path, int64_t limit);

}  // namespace ringscope

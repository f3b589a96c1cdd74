// A file that appears whole or not at all: written under a temporary name beside the target, synced, renamed
// over it.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace ringscope {

/// bad_input where the path itself is wrong: nothing is there, or a folder of it is missing or no folder. io
/// where the world refuses: no permission, a full disk.
ErrorKind kind_of_path_error(int error_number);

/// "its folder nowhere does not exist" when that is why nothing can be made at the path; else "".
std::string missing_folder(const std::string& path);

class AtomicFile {
  public:
    /// Opens the temporary file. Throws Error that names the target and why, of kind_of_path_error(). Once
    /// `stop` is requested, write() and commit() throw Error(cancelled) when they next write to the disk.
    explicit AtomicFile(const std::string& path, std::stop_token stop = {});
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
    std::stop_token stop_;
    std::string temporary_;
    std::vector<char> buffer_;
    int file_ = -1;
};

/// A whole file of at most `limit` bytes. Throws Error(io) when it cannot be read, Error(bad_input) when it
/// is not there, larger, or not a regular file.
std::string read_text_file(const std::string& path, int64_t limit);

}  // namespace ringscope

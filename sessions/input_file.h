// A file that is read, from anywhere in it and by several threads.
//
// A regular file is read where it lies. What can only be read once and in order (standard input from a pipe, a named
// pipe, a shell's "<(command)") is first copied to a temporary file without a name. It is waited for, and may never
// end: so it is taken only where a stop can be requested, and refused at once elsewhere, as in the window.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

#include "sessions/byte_reader.h"
#include "sessions/temporary_file.h"

namespace ringscope {

class InputFile {
  public:
    /// "-" is standard input (standard_stream.h), from where it stands. Throws Error of kind_of_path_error() when it
    /// cannot be opened, Error(bad_input) that says what it is when it is a folder, a device, a socket or, without a
    /// `stop` that can be requested, a pipe; Error(cancelled) once a stop is requested; Error(io) when a pipe does
    /// not fit into the folder for temporary files.
    explicit InputFile(const std::string& path, const std::stop_token& stop = {});

    /// For messages: "standard input" for "-".
    const std::string& path() const { return path_; }
    int64_t size() const { return size_; }  // when it was opened
    /// Thread-safe. The caller has checked the range against size(); a file that shrank since is Error(io).
    void read_at(int64_t offset, void* target, int64_t bytes) const;
    /// Up to `bytes` from the start: fewer where the file ends. Throws Error(io).
    std::string head(int64_t bytes) const;

    /// Up to `bytes` from there on, at least one; 0 at the file's end. Throws Error(io). Thread-safe.
    int64_t read_some(int64_t offset, void* target, int64_t bytes) const;

  private:
    std::string path_;
    Descriptor file_;
    int64_t begin_ = 0;  // of standard input that was read from before
    int64_t size_ = 0;
};

/// A file's bytes from its start. The file outlives it.
class FileReader : public ByteReader {
  public:
    explicit FileReader(const InputFile& file) : file_(file) {}
    size_t read(char* target, size_t bytes) override;

  private:
    const InputFile& file_;
    int64_t offset_ = 0;
};

/// A whole file of at most `limit` bytes, pipes included under the same conditions, from which no more is read.
/// Throws as InputFile does; Error(bad_input) when it is larger.
std::string read_text_file(const std::string& path, int64_t limit, const std::stop_token& stop = {});

}  // namespace ringscope

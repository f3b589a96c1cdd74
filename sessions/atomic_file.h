// A file that appears whole or not at all: written beside the target (temporary_file.h), synced, renamed over it.
//
// Where the target is a symbolic link, the file that it points to is written, as a shell's ">" does; the link stays.
// In a folder that is everybody's (sticky, as /tmp), links of others are refused, as Linux does by default. A file
// that is replaced leaves its permissions, owner and group to the new one; access lists and hard links stay behind.
// One that may not be written, for us or for anybody, is refused although its folder would let us replace it. So is
// a run file, always: what is written here is never one, and every run in it would be lost.
//
// What cannot be replaced (standard output, a pipe, /dev/null) is written as the bytes come: output_stream.h.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "sessions/output_stream.h"
#include "sessions/path_error.h"
#include "sessions/temporary_file.h"

namespace ringscope {

class AtomicFile {
  public:
    /// Opens the temporary file, and removes those that dead processes left of the same target. Throws Error that
    /// names the target and why, of kind_of_path_error(). Once `stop` is requested, write() and commit() throw
    /// Error(cancelled) when they next write to the disk; {} for what is written in one go. Unless commit() was done nothing stays behind.
    AtomicFile(const std::string& path, std::stop_token stop);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* data, size_t bytes);  // buffered; throws Error(io)
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// Flushes, syncs and renames. Throws Error(io); the target is then as it was.
    void commit();

  private:
    void flush();

    std::string path_;  // without links at its end
    std::stop_token stop_;
    std::optional<struct stat> replaced_;  // what is there already
    std::optional<OutputStream> stream_;   // of what cannot be replaced; else
    std::optional<TemporaryFile> file_;
    std::vector<char> buffer_;
};

/// The path that is written where `path` is to be: the end of its symbolic links, which need not be there yet.
/// Throws Error(io) for links that nobody should follow, Error(bad_input) for a circle of them.
std::string followed_links(const std::string& path);

}  // namespace ringscope

// Files in the making, beside the files that they become:
//
//     TARGET.part-0123456789abcdef0123456789abcdef
//
// The folder may be shared with others, so nobody can guess the name, what is made there is new (an existing
// file or a link of that name is never opened), and what replaces a private file is private from its first byte.
// Whoever makes one keeps a lock on it (flock) as long as it lives. One without a lock was left by a process
// that died, and sweep_temporaries() removes it. Where a file system knows no such locks nothing is swept.
#pragma once

#include <string>

#include <sys/stat.h>

namespace ringscope {

/// An open file descriptor, closed at the end; -1: none.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

/// A file that takes the place of its target, or goes away with this object.
class TemporaryFile {
  public:
    /// Made with `mode`, less the umask. Throws Error of fail_to_write() that names the target, which must not
    /// be a link: it would be replaced.
    TemporaryFile(const std::string& target, mode_t mode);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    int descriptor() const { return file_.get(); }
    /// Becomes the target, replacing what is there, and lasts: what was written and the new name survive a
    /// power cut. Throws as the constructor does; the target is then as it was.
    void replace_target();

  private:
    std::string target_;
    Descriptor folder_;
    Descriptor file_;
    std::string name_;  // in the folder; "" once it became the target
};

/// A folder that only this user can enter, beside the target, for those who write by path and make files of their
/// own beside (SQLite). Goes with all files in it.
class TemporaryFolder {
  public:
    /// Throws Error of fail_to_write() that names the target.
    explicit TemporaryFolder(const std::string& target);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// Of a file in it; on the target's file system, so that rename() and link() reach the target.
    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    Descriptor parent_;
    Descriptor folder_;
    std::string name_;
    std::string path_;
};

/// Removes temporary files and folders of the target whose makers are gone. Never fails: what cannot be removed
/// stays.
void sweep_temporaries(const std::string& target);

/// Gives a new file what the one that it replaces or copies had: its permissions, and its owner and group as far as
/// the system lets us. A group that cannot be kept gets no more than everybody has.
void give_access_of(const struct stat& original, int file);

}  // namespace ringscope

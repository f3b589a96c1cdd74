#include "sessions/temporary_file.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/path_error.h"

namespace ringscope {

namespace {

constexpr std::string_view kMark = ".part-";
constexpr size_t kDigits = 32;
constexpr int kAttempts = 100;
constexpr mode_t kPermissions = 0777;

/// What the names of the target's temporaries begin with. Names that are too long for one lose their end, and
/// may share it with others: the lock still tells which are in use.
std::string prefix_of(const std::string& target) {
    const std::string name = target.substr(target.rfind('/') + 1);
    return name.substr(0, NAME_MAX - kMark.size() - kDigits).append(kMark);
}

std::string random_digits() {
    unsigned char bytes[kDigits / 2];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        throw Error(ErrorKind::io, std::string("no random numbers from the system: ") + std::strerror(errno));
    std::string digits;
    for (const unsigned char byte : bytes)
        for (const int nibble : {byte >> 4, byte & 15}) digits += "0123456789abcdef"[nibble];
    return digits;
}

/// O_PATH: a folder that may be entered and written need not be readable.
Descriptor open_folder(const std::string& target) {
    Descriptor folder(open(folder_of(target).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) fail_to_write(target, errno);
    return folder;
}

/// Locks what has just been made. False: a sweep took it for a dead one's in between.
bool hold(int folder, const std::string& name, int made) {
    if (flock(made, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    struct stat mine {};
    struct stat there {};
    return fstat(made, &mine) == 0 && fstatat(folder, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

/// `make` gives a descriptor for a name, or -1 with errno.
template <typename Make>
Descriptor make_held(const std::string& target, int folder, std::string& name, Make make) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        name = prefix_of(target) + random_digits();
        Descriptor made(make(name.c_str()));
        if (!made && errno != EEXIST) break;
        if (made && hold(folder, name, made.get())) return made;
        errno = EEXIST;
    }
    const int error_number = errno;
    name.clear();
    fail_to_write(target, error_number);
}

/// Names in an open folder, which stays open; none when it cannot be read.
std::vector<std::string> names_in(int folder) {
    std::vector<std::string> names;
    const int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(again), closedir);
    if (!entries) {
        close(again);
        return names;
    }
    while (const dirent* entry = readdir(entries.get())) names.emplace_back(entry->d_name);
    return names;
}

void remove_files_in(int folder) {
    for (const std::string& name : names_in(folder))
        if (name != "." && name != "..") unlinkat(folder, name.c_str(), 0);
}

bool is_temporary(const std::string& name, const std::string& prefix) {
    return name.size() == prefix.size() + kDigits && name.starts_with(prefix) &&
           name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string::npos;
}

void remove_if_dead(int folder, const std::string& name) {
    struct stat status {};
    if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    const bool is_folder = S_ISDIR(status.st_mode);
    if (!is_folder && !S_ISREG(status.st_mode)) return;
    // Network file systems lock only what can be written.
    const int how = is_folder ? O_RDONLY | O_DIRECTORY : O_RDWR | O_NONBLOCK;
    const Descriptor found(openat(folder, name.c_str(), how | O_NOFOLLOW | O_CLOEXEC));
    if (!found || flock(found.get(), LOCK_EX | LOCK_NB) != 0) return;
    if (is_folder) remove_files_in(found.get());
    unlinkat(folder, name.c_str(), is_folder ? AT_REMOVEDIR : 0);
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) close(number_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

TemporaryFile::TemporaryFile(const std::string& target, mode_t mode)
    : target_(target), folder_(open_folder(target)) {
    file_ = make_held(target, folder_.get(), name_, [&](const char* name) {
        return openat(folder_.get(), name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    });
}

TemporaryFile::~TemporaryFile() {
    if (!name_.empty()) unlinkat(folder_.get(), name_.c_str(), 0);
}

void TemporaryFile::replace_target() {
    if (fsync(file_.get()) != 0) fail_to_write(target_, errno);
    const std::string target_name = target_.substr(target_.rfind('/') + 1);
    // Still locked: a sweep must not come between.
    if (renameat(folder_.get(), name_.c_str(), folder_.get(), target_name.c_str()) != 0)
        fail_to_write(target_, errno);
    name_.clear();
    // A folder that cannot be opened for it is no reason to fail.
    const Descriptor readable(openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (readable) fsync(readable.get());
}

TemporaryFolder::TemporaryFolder(const std::string& target) : parent_(open_folder(target)) {
    constexpr mode_t kPrivate = 0700;
    folder_ = make_held(target, parent_.get(), name_, [&](const char* name) {
        if (mkdirat(parent_.get(), name, kPrivate) != 0) return -1;
        const int made = openat(parent_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (made < 0 && errno == ENOENT) errno = EEXIST;  // swept already: another name
        return made;
    });
    const std::string parent = folder_of(target);
    path_ = (parent == "/" ? "" : parent) + "/" + name_;
}

TemporaryFolder::~TemporaryFolder() {
    remove_files_in(folder_.get());
    unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR);
}

void sweep_temporaries(const std::string& target) {
    const Descriptor folder(open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return;
    const std::string prefix = prefix_of(target);
    for (const std::string& name : names_in(folder.get()))
        if (is_temporary(name, prefix)) remove_if_dead(folder.get(), name);
}

void give_access_of(const struct stat& original, int file) {
    struct stat now {};
    if (fstat(file, &now) != 0) return;
    mode_t mode = original.st_mode & kPermissions;
    const bool same_owner = original.st_uid == now.st_uid && original.st_gid == now.st_gid;
    if (!same_owner && fchown(file, original.st_uid, original.st_gid) != 0 &&
        fchown(file, static_cast<uid_t>(-1), original.st_gid) != 0)
        mode = (mode & ~S_IRWXG) | (mode & S_IRWXO) << 3;
    // A file system without permissions has none to keep.
    [[maybe_unused]] const int refused = fchmod(file, mode);
}

}  // namespace ringscope

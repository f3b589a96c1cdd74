#include "sessions/store/unsaved_runs.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "sessions/path_error.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".ringscope";
constexpr const char* kLock = ".lock";
constexpr mode_t kPrivate = 0600;

/// The lock goes with the descriptor. None when somebody else has it, unless it is waited for.
Descriptor lock_file(const std::string& path, bool wait) {
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kPrivate));
    if (!file) fail_to_write(path, errno);
    while (flock(file.get(), wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0)
        if (errno != EINTR) return {};
    return file;
}

void remove_oldest(RunStore& store, size_t most) {
    const std::vector<RunSummary> runs = store.list();
    for (size_t i = most; i < runs.size(); ++i) store.remove(runs[i].id);
}

bool exists(const std::string& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// The paths of session files, without their ending.
std::vector<std::string> sessions_in(const std::string& folder) {
    std::vector<std::string> sessions;
    std::error_code problem;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
        const fs::path& path = at->path();
        if (path.extension() == kEnding && path.stem().string().starts_with("session-"))
            sessions.push_back((path.parent_path() / path.stem()).string());
    }
    return sessions;
}

std::string earlier_file(const std::string& folder) { return folder + "/earlier" + kEnding; }

}  // namespace

UnsavedRuns::~UnsavedRuns() {
    try {
        const bool empty = store_ && store_->list().empty();
        store_.reset();
        if (!empty || session_.empty()) return;
        unlink((session_ + kEnding).c_str());
        unlink((session_ + kLock).c_str());
    } catch (const Error&) {
        // The next window has a look at what is there.
    }
}

void UnsavedRuns::begin_session() {
    if (store_) return;
    std::error_code problem;
    fs::create_directories(folder_, problem);
    if (problem) throw Error(ErrorKind::io, folder_ + ": cannot make the folder: " + problem.message());
    const Descriptor folder_lock =
        lock_file(folder_ + "/lock", true);  // no other window takes it for a dead one's
    session_ = folder_ + "/session-" + text_hash(new_uuid());
    alive_ = lock_file(session_ + kLock, false);
    store_ = RunStore::open_or_create(session_ + kEnding);
}

void UnsavedRuns::keep(const std::string& uuid, const Run& run, const std::string& name) {
    if (folder_.empty()) return;
    begin_session();
    store_->save_as(uuid, run, name);
    remove_oldest(*store_, kMost);
}

void UnsavedRuns::forget(const std::string& uuid) {
    if (!store_) return;
    for (const RunSummary& run : store_->list())
        if (run.uuid == uuid) store_->remove(run.id);
}

/// Puts together what ended windows left. The caller has the folder's lock.
void UnsavedRuns::gather() {
    for (const std::string& session : sessions_in(folder_)) {
        if (session == session_) continue;
        const Descriptor dead = lock_file(session + kLock, false);
        if (!dead) continue;
        const auto earlier = RunStore::open_or_create(earlier_file(folder_));
        try {
            earlier->import_runs(session + kEnding);
        } catch (const Error&) {
            continue;  // damaged, or of a newer version: left for who can read it
        }
        remove_oldest(*earlier, kMost);
        unlink((session + kEnding).c_str());
        unlink((session + kLock).c_str());
    }
}

std::vector<RunSummary> UnsavedRuns::earlier() {
    if (folder_.empty() || !exists(folder_)) return {};
    const Descriptor folder_lock = lock_file(folder_ + "/lock", true);
    gather();
    if (!exists(earlier_file(folder_))) return {};
    return RunStore::open(earlier_file(folder_))->list();
}

size_t UnsavedRuns::move_earlier_to(RunStore& target) {
    if (folder_.empty() || !exists(earlier_file(folder_))) return 0;
    const Descriptor folder_lock = lock_file(folder_ + "/lock", true);
    const size_t moved = target.import_runs(earlier_file(folder_)).size();
    unlink(earlier_file(folder_).c_str());
    return moved;
}

void UnsavedRuns::drop_earlier() {
    if (folder_.empty() || !exists(earlier_file(folder_))) return;
    const Descriptor folder_lock = lock_file(folder_ + "/lock", true);
    unlink(earlier_file(folder_).c_str());
}

}  // namespace ringscope

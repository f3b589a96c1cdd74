#include "sessions/store/migrations.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions/atomic_file.h"
#include "sessions/input_file.h"
#include "sessions/store/foreign_schema.h"
#include "sessions/store/plain_file.h"
#include "sessions/store/schema_functions.h"
#include "sessions/temporary_file.h"

namespace ringscope {

namespace {

constexpr int64_t kQuickCheckBytes = int64_t{16} << 20;  // a quick_check of that takes about 50 ms

constexpr const char* kNoLog = "its write-ahead log cannot be written beside it: opened read-only";

[[noreturn]] void fail(const std::string& path, const std::string& why, ErrorKind kind = ErrorKind::io) {
    throw Error(kind, path + ": " + why);
}

/// -1 when there is no file.
int64_t file_size(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return -1;
        const int error_number = errno;
        const std::string missing = missing_folder(path);
        fail(path, missing.empty() ? std::strerror(error_number) : missing, kind_of_path_error(error_number));
    }
    if (S_ISDIR(status.st_mode)) fail(path, "not a run file: it is a folder", ErrorKind::bad_input);
    if (!S_ISREG(status.st_mode))
        fail(path, "not a run file: it is not a regular file", ErrorKind::bad_input);
    return status.st_size;
}

/// A message of SQLite's without the name of a temporary file at its front.
std::string without_path(const std::string& message, const std::string& path) {
    return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

void set_version(Db& db, size_t version) {
    db.run(("PRAGMA user_version = " + std::to_string(version)).c_str());
}

void run_steps(Db& db, size_t from, SchemaSteps steps) {
    define_schema_functions(db);
    for (size_t step = from; step < steps.size(); ++step) db.run(steps[step]);
    Statement broken(db, "PRAGMA foreign_key_check");
    if (broken.step()) fail(db.path(), "migration left rows without their run");
    set_version(db, steps.size());
}

/// A step that makes a table again drops the indices of other programs with it.
void restore_indices(Db& db, const std::vector<std::string>& before) {
    std::set<std::string> there;
    {
        Statement select(db, "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
        while (select.step()) there.insert(select.get_text());
    }
    for (const std::string& index : before)
        if (!there.contains(index)) Statement(db, index.c_str()).run();
}

void initialise(Db& db, SchemaSteps steps) {
    Transaction transaction(db);
    if (db.number("PRAGMA user_version") != 0) return;  // somebody else was faster
    db.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    run_steps(db, 0, steps);
    transaction.commit();
}

/// Made whole under another name, so that nobody ever sees a file without its tables.
void create_file(const std::string& path, SchemaSteps steps) {
    const std::string missing = missing_folder(path);
    if (!missing.empty()) fail(path, "cannot be made: " + missing, ErrorKind::bad_input);
    const std::string folder = std::filesystem::absolute(path).parent_path().string();
    if (access(folder.c_str(), W_OK) != 0)  // SQLite would say that there is no such file
        fail(path,
             "cannot be made: its folder cannot be written (" + std::string(std::strerror(errno)) + ")");
    const TemporaryFolder workplace(path);
    const std::string part = workplace.file("new");
    try {
        Db db(part, DbMode::create, kBusyTimeoutMs);
        initialise(db, steps);
    } catch (const Error& failure) {
        fail(path, "cannot be made: " + without_path(failure.what(), part));
    }
    // link() leaves an existing file alone: another window that was faster wins. Not every file system has
    // it.
    if (link(part.c_str(), path.c_str()) != 0 && errno != EEXIST && rename(part.c_str(), path.c_str()) != 0)
        fail(path, "cannot be made: " + std::string(std::strerror(errno)));
}

/// The copy can be read and changed by those who could the original, and by nobody else.
void give_access(const std::string& original, const std::string& copy) {
    struct stat status {};
    const Descriptor file(open(copy.c_str(), O_RDONLY | O_CLOEXEC));
    if (file && stat(original.c_str(), &status) == 0) give_access_of(status, file.get());
}

/// Gives the file a name that nothing has yet.
std::string name_backup(const std::string& part, const std::string& path, int64_t version) {
    const std::string name = path + ".bak-v" + std::to_string(version);
    std::string candidate = name;
    for (int i = 2;; ++i) {
        if (link(part.c_str(), candidate.c_str()) == 0) return candidate;
        const int error_number = errno;
        struct stat taken {};
        if (lstat(candidate.c_str(), &taken) != 0) {  // a file system without links
            if (rename(part.c_str(), candidate.c_str()) == 0) return candidate;
            fail(candidate, std::strerror(errno));
        }
        if (error_number != EEXIST && error_number != EPERM) fail(candidate, std::strerror(error_number));
        candidate = name + "." + std::to_string(i);
    }
}

/// Gives the name of the copy.
std::string migrate(Db& db, int64_t version, SchemaSteps steps, const ForeignSchema& foreign) {
    std::string copy;
    {
        const TemporaryFolder workplace(db.path());
        const std::string part = workplace.file("copy");
        try {
            db.backup_to(part);
        } catch (const Error& failure) {
            fail(db.path(),
                 "must be migrated, but cannot be copied first: " + without_path(failure.what(), part));
        }
        give_access(db.path(), part);
        copy = name_backup(part, db.path(), version);
    }
    db.run("PRAGMA foreign_keys = OFF");
    {
        Transaction transaction(db);
        const auto now = static_cast<size_t>(db.number("PRAGMA user_version"));
        if (now < steps.size()) {
            run_steps(db, now, steps);
            restore_indices(db, foreign.indices);
            transaction.commit();
        }
    }
    db.run("PRAGMA foreign_keys = ON");
    return copy;
}

/// "" when nothing is wrong as far as can be told quickly. What tables of strangers demand of their rows is not
/// evaluated.
std::string quick_damage(Db& db, int64_t bytes, bool strangers) {
    if (bytes > kQuickCheckBytes) return "";
    const UncheckedConstraints unchecked(db, strangers);
    std::string result = db.text("PRAGMA quick_check(1)");
    std::replace(result.begin(), result.end(), '\n', ' ');
    return result == "ok" ? "" : result;
}

int64_t require_ours(Db& db, const std::string& path) {
    if (file_size(path) == 0) fail(path, "not a run file: it is empty");
    const int64_t application = db.number("PRAGMA application_id");
    if (application == kPlainTablesId)
        fail(path,
             "not a run file: the plain tables that 'export --format sqlite' makes for other programs; "
             "'export --format run' makes a file to import",
             ErrorKind::bad_input);
    if (application != kApplicationId) fail(path, "not a run file: another program's SQLite file");
    const int64_t version = db.number("PRAGMA user_version");
    if (version < 1)
        fail(path, "not a run file: schema version " + std::to_string(version) + ", 1 or more is allowed");
    return version;
}

/// A file whose changes go to a log beside it, "PATH-wal", as another program may have switched it.
bool has_write_ahead_log(const std::string& path) {
    constexpr size_t kVersionsAt = 18;  // of SQLite's header: for writing and for reading
    const std::string head = InputFile(path).head(kVersionsAt + 2);
    return head.size() == kVersionsAt + 2 && head[kVersionsAt] == 2 && head[kVersionsAt + 1] == 2;
}

/// A connection that can read; of `mode`, or immutable where the log of a file that has one cannot be made.
std::unique_ptr<Db> open_readable(const std::string& path, DbMode mode) {
    try {
        auto db = std::make_unique<Db>(path, mode, kBusyTimeoutMs);
        db->number("PRAGMA schema_version");
        return db;
    } catch (const DbError& error) {
        const bool no_log =
            error.cause() == DbError::Cause::cannot_open || error.cause() == DbError::Cause::read_only;
        if (!no_log || !has_write_ahead_log(path)) throw;
    }
    if (file_size(path + "-wal") > 0)
        fail(path, "changes of another program wait in " + path +
                       "-wal, and cannot be read where nothing can be written: copy both files to where it "
                       "can");
    return std::make_unique<Db>(path, DbMode::immutable, kBusyTimeoutMs);
}

RunFile open_damaged(const std::string& path, const std::string& damage) {
    try {
        auto db = std::make_unique<Db>(path, DbMode::salvage, kBusyTimeoutMs);
        require_ours(*db, path);
        return {std::move(db), StoreState::damaged,
                "damaged (" + damage + "): opened read-only; what can be read is shown"};
    } catch (const DbError& error) {
        if (error.cause() != DbError::Cause::damaged) throw;
        fail(path, "not a run file, or damaged from its first page on");
    }
}

RunFile open_newer(const std::string& path, int64_t version, SchemaSteps steps) {
    return {open_readable(path, DbMode::read_only), StoreState::newer,
            "made by a newer version (schema " + std::to_string(version) + ", this one knows " +
                std::to_string(steps.size()) + "): opened read-only"};
}

/// Of an older version: migrated in a private copy that goes with the connection.
std::unique_ptr<Db> migrated_copy(Db& db, int64_t version, SchemaSteps steps) {
    auto copy = std::make_unique<Db>(db.path(), DbMode::scratch, kBusyTimeoutMs);
    db.copy_to(*copy);
    copy->run("PRAGMA foreign_keys = OFF");
    Transaction transaction(*copy);
    run_steps(*copy, static_cast<size_t>(version), steps);
    transaction.commit();
    return copy;
}

RunFile open_foreign(std::unique_ptr<Db> db, int64_t version, SchemaSteps steps, ForeignSchema foreign) {
    const std::string path = db->path();
    const std::string what =
        "holds what this program did not put there (" + first_and_more(foreign.problems) + ")";
    if (static_cast<size_t>(version) < steps.size()) {
        try {
            db = migrated_copy(*db, version, steps);
        } catch (const DbError& error) {
            if (error.cause() == DbError::Cause::locked) throw;
            fail(path, what + ", and cannot be migrated with it: " + error.what());
        }
        foreign.unreadable = foreign_schema(*db, steps).unreadable;
    } else {
        db = open_readable(path, DbMode::read_only);
    }
    if (!foreign.unreadable.empty()) db->forbid_tables(std::move(foreign.unreadable));
    return {std::move(db),
            StoreState::foreign,
            what + ": opened read-only",
            std::move(foreign.problems),
            foreign.has_expressions,
            !foreign.beside.empty()};
}

/// The file can be written, and is of this version or an older one.
RunFile open_writable(std::unique_ptr<Db> db, int64_t version, SchemaSteps steps,
                      const ForeignSchema& foreign) {
    const auto known = static_cast<int64_t>(steps.size());
    if (version < known) {
        const std::string copy = migrate(*db, version, steps, foreign);
        return {std::move(db), StoreState::writable,
                "migrated from schema " + std::to_string(version) + " to " + std::to_string(known) +
                    "; the file as it was is " + copy};
    }
    // A file that somebody switched to a write-ahead log would be three files, not one document.
    try {
        if (db->text("PRAGMA journal_mode") != "delete") db->run("PRAGMA journal_mode = DELETE");
    } catch (const DbError& error) {
        if (error.cause() != DbError::Cause::read_only) throw;
        return {std::move(db), StoreState::read_only, kNoLog};  // its index is there, and not ours to write
    }
    return {std::move(db), StoreState::writable, ""};
}

/// A file that is there and, as far as it says itself, whole. Throws DbError when it turns out to be damaged.
RunFile open_whole(const std::string& path, bool create, SchemaSteps steps) {
    auto db = open_readable(path, DbMode::read_write);
    if (create && file_size(path) == 0) initialise(*db, steps);
    const int64_t version = require_ours(*db, path);
    const auto known = static_cast<int64_t>(steps.size());
    if (version > known) return open_newer(path, version, steps);
    ForeignSchema foreign = foreign_schema(*db, steps.first(static_cast<size_t>(version)));
    const std::string damage =
        foreign.has_expressions ? "" : quick_damage(*db, file_size(path), !foreign.beside.empty());
    if (!damage.empty()) return open_damaged(path, damage);
    if (!foreign.problems.empty()) return open_foreign(std::move(db), version, steps, std::move(foreign));
    const std::string beside =
        foreign.beside.empty() ? ""
                               : "holds " + first_and_more(foreign.beside) + " beside the runs, left alone";
    if (db->is_read_only()) {
        if (version < known)
            fail(path,
                 "made by an older version, and cannot be migrated because it cannot be written: copy it "
                 "first");
        const std::string why = db->is_immutable() ? kNoLog : "the file cannot be written: opened read-only";
        return {std::move(db), StoreState::read_only, why, {}, false, !beside.empty()};
    }
    RunFile file = open_writable(std::move(db), version, steps, foreign);
    file.has_strangers = !beside.empty();
    if (file.message.empty()) file.message = beside;
    return file;
}

}  // namespace

RunFile open_run_file(const std::string& path, bool create, SchemaSteps steps) {
    const bool missing = file_size(path) < 0;
    if (missing && !create) {
        const std::string folder = missing_folder(path);
        fail(path, "there is no such run file" + (folder.empty() ? "" : ": " + folder), ErrorKind::bad_input);
    }
    if (missing) create_file(path, steps);
    try {
        return open_whole(path, create, steps);
    } catch (const DbError& error) {
        if (error.cause() != DbError::Cause::damaged) throw;
        const std::string what = error.what();
        return open_damaged(path, what.substr(what.rfind(": ") + 2));
    }
}

}  // namespace ringscope

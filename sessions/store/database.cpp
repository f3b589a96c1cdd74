#include "sessions/store/database.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <limits>

#include <sqlite3.h>
#include <sys/stat.h>

#include "sessions/plain_text.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

DbError::Cause cause_of(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_TOOBIG:
            return DbError::Cause::damaged;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return DbError::Cause::locked;
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return DbError::Cause::read_only;
        case SQLITE_FULL:
            return DbError::Cause::full;
        case SQLITE_CANTOPEN:
            return DbError::Cause::cannot_open;
        default:
            return DbError::Cause::other;
    }
}

std::string words_for(int code, sqlite3* handle) {
    if (code == SQLITE_READONLY_ROLLBACK)
        return "a change was cut off and cannot be undone where the file cannot be written: copy it, with "
               "its -journal file, to where it can";
    if (code == SQLITE_TOOBIG)
        return "the file is damaged: it holds a value of more than " + std::to_string(kMostValueBytes >> 20) +
               " MiB";
    switch (cause_of(code)) {
        case DbError::Cause::damaged:
            return std::string("the file is damaged: ") + sqlite3_errmsg(handle);
        case DbError::Cause::locked:
            return "another program keeps the file locked; try again when it is done";
        case DbError::Cause::read_only:
            return "the file or its folder cannot be written";
        case DbError::Cause::full:
            return "the disk is full";
        case DbError::Cause::cannot_open:
        case DbError::Cause::other:
            break;
    }
    std::string words = sqlite3_errmsg(handle);
    const int system = handle ? sqlite3_system_errno(handle) : 0;
    if (system != 0) words += std::string(" (") + std::strerror(system) + ")";
    return words;
}

/// Without a folder SQLite takes "", ":memory:" and, as some distributions build it, "file:x?mode=ro" for something
/// else than a file of that name.
std::string sqlite_name(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

/// The same as a URI, which alone can say that the file is immutable.
std::string immutable_uri(const std::string& path) {
    constexpr char digits[] = "0123456789abcdef";
    std::string uri = path.starts_with('/') ? "file://" : "file:";
    for (const char c : sqlite_name(path)) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::strchr("%?#", c) != nullptr)
            uri += {'%', digits[byte >> 4], digits[byte & 15]};
        else
            uri += c;
    }
    return uri + "?immutable=1";
}

int open_flags(DbMode mode) {
    switch (mode) {
        case DbMode::read_write:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
        case DbMode::read_only:
        case DbMode::salvage:
            return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
        case DbMode::immutable:
            return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
        case DbMode::create:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE;
        case DbMode::scratch:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_CREATE;
    }
    return 0;
}

// Steps of SQLite's machine. What is listed takes some 200 for a run's row of 500 bytes and more, a check of
// the file some 20 for each row of an index; 10^8 take about a second.
constexpr int64_t kStepsPerCall = 100;  // copies at most one chunk of a run in about ten
constexpr int64_t kStepsAlways = 200'000'000;
constexpr int64_t kStepsPerByte = 64;

// Of results: a few hundred rows and some text come from SQLite itself, not from the file.
constexpr int64_t kRowsAlways = 10'000;
constexpr int64_t kBytesAlways = int64_t{64} << 20;

bool is_any_of(const char* name, std::initializer_list<const char*> known) {
    return std::any_of(known.begin(), known.end(),
                       [&](const char* other) { return sqlite3_stricmp(name, other) == 0; });
}

/// An action that the authorizer is asked about neither changes anything nor reaches for another file.
bool only_reads(int action, const char* first, const char* second) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_RECURSIVE:
        // A virtual table that says its columns. What a person's statement makes is found by what it is then.
        case SQLITE_CREATE_TABLE:
            return true;
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
            return is_any_of(first, {"sqlite_master", "sqlite_schema"});
        case SQLITE_FUNCTION:
            return second != nullptr && !is_any_of(second, {"load_extension", "fts3_tokenizer"});
        case SQLITE_PRAGMA:
            if (is_any_of(first, {"table_info", "table_xinfo", "table_list", "index_list", "index_info",
                                  "index_xinfo", "foreign_key_list", "database_list", "function_list",
                                  "compile_options"}))
                return true;
            return second == nullptr && is_any_of(first, {"user_version", "application_id", "page_count",
                                                          "page_size", "freelist_count", "encoding"});
        default:
            return false;
    }
}

[[noreturn]] void more_than_it_holds(const std::string& path) {
    throw DbError(DbError::Cause::damaged,
                  path + ": the file is damaged: more is read from it than it has room for");
}

}  // namespace

Db::Db(const std::string& path, DbMode mode, int busy_timeout_ms) : path_(path), mode_(mode) {
    sqlite3_hard_heap_limit64(kMostHeapBytes);
    const std::string name = mode == DbMode::scratch     ? ""
                             : mode == DbMode::immutable ? immutable_uri(path)
                                                         : sqlite_name(path);
    const int code = sqlite3_open_v2(name.c_str(), &handle_, open_flags(mode), nullptr);
    try {
        if (code != SQLITE_OK) fail(code);
        sqlite3_extended_result_codes(handle_, 1);
        sqlite3_busy_timeout(handle_, busy_timeout_ms);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, mode == DbMode::salvage ? 0 : 1, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
        sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kMostValueBytes);
        const auto enough = [](void* data) {
            Work& work = *static_cast<Work*>(data);
            work.steps_left -= kStepsPerCall;
            return work.steps_left < 0 || work.stop.stop_requested() ? 1 : 0;
        };
        sqlite3_progress_handler(handle_, kStepsPerCall, enough, &work_);
        allow_steps();
        run("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;");
        // Overwriting what is deleted, as some distributions have it, needs a journal as large as the run: no
        // run could be deleted from a full disk.
        run("PRAGMA secure_delete = OFF");
        run(mode == DbMode::salvage ? "PRAGMA writable_schema = ON" : "PRAGMA synchronous = FULL");
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Db::~Db() { sqlite3_close_v2(handle_); }

void Db::stop_when(std::stop_token stop) { work_.stop = std::move(stop); }

void Db::wait_for_others(int milliseconds) { sqlite3_busy_timeout(handle_, milliseconds); }

int64_t Db::expected_bytes() const {
    struct stat status {};
    return more_bytes_ + (stat(path_.c_str(), &status) == 0 ? int64_t{status.st_size} : 0);
}

void Db::allow_steps() {
    if (access_.only_queries)
        work_.steps_left = std::numeric_limits<int64_t>::max();
    else
        work_.steps_left = kStepsAlways + kStepsPerByte * expected_bytes();
}

void Db::forbid_tables(std::set<std::string> names) {
    access_.forbidden = std::move(names);
    limit_access();
}

void Db::allow_only_queries(bool only) {
    access_.only_queries = false;
    limit_access();
    const char* pragma = only ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF";
    sqlite3_exec(handle_, pragma, nullptr, nullptr, nullptr);  // the authorizer alone would do
    access_.only_queries = only;
}

void Db::limit_access() { sqlite3_set_authorizer(handle_, may, &access_); }

int Db::may(void* data, int action, const char* first, const char* second, const char*, const char*) {
    const auto& access = *static_cast<const Access*>(data);
    const auto is_it = [&](const std::string& name) { return sqlite3_stricmp(name.c_str(), first) == 0; };
    if (action == SQLITE_READ && first &&
        std::any_of(access.forbidden.begin(), access.forbidden.end(), is_it))
        return SQLITE_DENY;
    return !access.only_queries || only_reads(action, first, second) ? SQLITE_OK : SQLITE_DENY;
}

void Db::fail(int code) const {
    if ((code & 0xff) == SQLITE_INTERRUPT) {
        leave_if_stopped(work_.stop);
        more_than_it_holds(path_);
    }
    std::string message = path_ + ": " + words_for(code, handle_);
    std::replace(message.begin(), message.end(), '\n', ' ');  // SQLite quotes statements as they stand
    const bool forbidden =
        !access_.forbidden.empty() && ((code & 0xff) == SQLITE_AUTH || (code & 0xff) == SQLITE_ERROR);
    throw DbError(forbidden ? DbError::Cause::damaged : cause_of(code), message);
}

void Db::run(const char* sql) {
    allow_steps();
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

void Db::roll_back() {
    if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Db::check_constraints() {
    sqlite3_exec(handle_, "PRAGMA ignore_check_constraints = OFF", nullptr, nullptr, nullptr);
}

int64_t Db::number(const char* sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.get_int() : 0;
}

std::string Db::text(const char* sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.get_text() : "";
}

int64_t Db::last_id() const { return sqlite3_last_insert_rowid(handle_); }
int64_t Db::changes() const { return sqlite3_changes64(handle_); }
bool Db::is_read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }

void Db::backup_to(const std::string& path) const {
    Db target(path, DbMode::create, 0);
    copy_to(target);
}

void Db::copy_to(Db& target) const {
    target.expect_bytes(expected_bytes());
    sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", handle_, "main");
    if (!backup) target.fail(sqlite3_errcode(target.handle()));
    constexpr int kAllPages = -1;
    const int stepped = sqlite3_backup_step(backup, kAllPages);
    const int finished = sqlite3_backup_finish(backup);  // calls a copy that met a lock a good one
    if (finished != SQLITE_OK) target.fail(finished);
    if (stepped != SQLITE_DONE) fail(stepped);
}

Statement::Statement(Db& db, const char* sql) : db_(db), file_bytes_(db.expected_bytes()) {
    db.allow_steps();
    const int code = sqlite3_prepare_v2(db.handle(), sql, -1, &statement_, nullptr);
    if (code != SQLITE_OK) db_.fail(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int64_t value) {
    const int code = sqlite3_bind_int64(statement_, next_bind_++, value);
    if (code != SQLITE_OK) db_.fail(code);
    return *this;
}

Statement& Statement::bind(double value) {
    const int code = sqlite3_bind_double(statement_, next_bind_++, value);
    if (code != SQLITE_OK) db_.fail(code);
    return *this;
}

Statement& Statement::bind(const std::string& value) { return bind_bytes(stored_text(value)); }

Statement& Statement::bind_path(const std::string& path) { return bind_bytes(sqlite_name(path)); }

Statement& Statement::bind_bytes(const std::string& value) {
    const int code = sqlite3_bind_text64(statement_, next_bind_++, value.data(), value.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) db_.fail(code);
    return *this;
}

Statement& Statement::bind_null() {
    const int code = sqlite3_bind_null(statement_, next_bind_++);
    if (code != SQLITE_OK) db_.fail(code);
    return *this;
}

Statement& Statement::bind(std::span<const unsigned char> value) {
    // A null pointer would bind NULL instead of an empty blob.
    static const unsigned char nothing = 0;
    const unsigned char* data = value.empty() ? &nothing : value.data();
    const int code = sqlite3_bind_blob64(statement_, next_bind_++, data, value.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) db_.fail(code);
    return *this;
}

bool Statement::step() {
    leave_if_stopped(db_.stop());
    next_column_ = 0;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_DONE) return false;
    if (code != SQLITE_ROW) db_.fail(code);
    if (++rows_ > kRowsAlways + file_bytes_ / least_row_bytes_) more_than_it_holds(db_.path());
    return true;
}

void Statement::count_bytes(int bytes) {
    bytes_read_ += bytes;
    if (bytes_read_ > kBytesAlways + 2 * file_bytes_) more_than_it_holds(db_.path());
}

void Statement::run() {
    while (step()) {
    }
    sqlite3_reset(statement_);
    next_bind_ = 1;
    rows_ = bytes_read_ = 0;
}

int64_t Statement::get_int() { return sqlite3_column_int64(statement_, next_column_++); }

double Statement::get_real() {
    const int column = next_column_++;
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL)
        return std::numeric_limits<double>::quiet_NaN();
    return sqlite3_column_double(statement_, column);
}

int Statement::get_small() {
    const int64_t value = get_int();
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
        throw DbError(DbError::Cause::damaged,
                      db_.path() + ": the file is damaged: " + std::to_string(value) + " is out of range");
    return static_cast<int>(value);
}

std::string Statement::get_text() {
    const int column = next_column_++;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (!text) return {};
    const int bytes = sqlite3_column_bytes(statement_, column);
    count_bytes(bytes);
    return {text, static_cast<size_t>(bytes)};
}

std::span<const unsigned char> Statement::get_blob() {
    const int column = next_column_++;
    const auto* data = static_cast<const unsigned char*>(sqlite3_column_blob(statement_, column));
    const int bytes = data ? sqlite3_column_bytes(statement_, column) : 0;
    count_bytes(bytes);
    return {data, static_cast<size_t>(bytes)};
}

Transaction::Transaction(Db& db) : db_(db) { db_.run("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
    if (open_) db_.roll_back();
}

void Transaction::commit() {
    db_.run("COMMIT");
    open_ = false;
}

}  // namespace ringscope

// SQLite's C interface with C++ lifetimes: a connection, a statement, a transaction. For this folder only.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <stop_token>
#include <string>

#include "engine/base/error.h"
#include "sessions/file_kind.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ringscope {

/// Of one text, blob or row. What is large is stored in pieces of at most 9 MiB (65536 memory samples).
inline constexpr int kMostValueBytes = 32 << 20;

enum class DbMode {
    read_write,
    read_only,
    immutable,  // read-only, and nobody else changes it: no lock is taken and no other file is read or made
    salvage,    // read-only, and reading goes on where the header or the schema contradicts the file
    create,     // a new file; fails when there is one
    scratch,    // a private database without a name, gone with the connection; the path is not used
};

/// For all connections of the process: what SQLite needs for itself is some MiB per connection.
inline constexpr int64_t kMostHeapBytes = int64_t{512} << 20;

/// An Error(io) that says what it was about, for those who can do something about it.
class DbError : public Error {
  public:
    enum class Cause { damaged, locked, read_only, cannot_open, full, other };
    DbError(Cause cause, const std::string& message) : Error(ErrorKind::io, message), cause_(cause) {}
    Cause cause() const { return cause_; }

  private:
    Cause cause_;
};

class Db {
  public:
    /// `create` makes a new file and fails when there is one; the others never create. Sets what every
    /// connection needs: foreign keys, rollback journal, full sync, defensive mode, a busy timeout; no trigger
    /// runs and no view is read, as the program has none; a value has at most kMostValueBytes. Throws
    /// Error(io).
    Db(const std::string& path, DbMode mode, int busy_timeout_ms);
    ~Db();
    Db(const Db&) = delete;
    Db& operator=(const Db&) = delete;

    void run(const char* sql);  // one or more statements without results
    void roll_back();           // nothing to do is fine: a failure may have rolled back already
    void check_constraints();   // again, after UncheckedConstraints; never fails
    int64_t number(const char* sql);
    std::string text(const char* sql);
    int64_t last_id() const;
    int64_t changes() const;
    bool is_read_only() const;
    bool is_immutable() const { return mode_ == DbMode::immutable; }
    /// From now on statements that take long, and all that are stepped, end with Error(cancelled) once a stop
    /// is requested; an open transaction is then rolled back as after any error.
    void stop_when(std::stop_token stop);
    const std::stop_token& stop() const { return work_.stop; }
    void wait_for_others(int milliseconds);
    /// Damage: a statement that takes far more steps than the file's bytes account for. A file that is read
    /// along with this one adds its own.
    void expect_bytes(int64_t more) { more_bytes_ += more; }
    /// Of the file now, and of those read along with it.
    int64_t expected_bytes() const;
    /// Reading one of these tables is damage from now on.
    void forbid_tables(std::set<std::string> names);
    /// Until it is lifted only what reads is prepared, and a statement may take any number of steps: it is a person's.
    void allow_only_queries(bool only);
    const std::string& path() const { return path_; }
    sqlite3* handle() const { return handle_; }
    /// Throws DbError for the connection's newest error.
    [[noreturn]] void fail(int code) const;
    /// Copies the whole database to a new file, page by page, consistent with other connections. Throws
    /// Error(io), also when another program keeps it locked.
    void backup_to(const std::string& path) const;
    /// The same into an open one, whatever is there.
    void copy_to(Db& target) const;

  private:
    friend class Statement;
    /// What the progress handler asks for; `steps_left` of the statement that is run.
    struct Work {
        std::stop_token stop;
        int64_t steps_left = 0;
    };
    void allow_steps();
    void limit_access();

    std::string path_;
    DbMode mode_;
    sqlite3* handle_ = nullptr;
    Work work_;
    int64_t more_bytes_ = 0;
    /// What is asked for before a statement is prepared.
    struct Access {
        std::set<std::string> forbidden;
        bool only_queries = false;
    };
    Access access_;
    static int may(void* access, int action, const char* first, const char* second, const char*, const char*);
};

class Statement {
  public:
    Statement(Db& db, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Binds to the next parameter; they count from 1.
    Statement& bind(int64_t value);
    Statement& bind(int value) { return bind(int64_t{value}); }
    Statement& bind(bool value) { return bind(int64_t{value}); }
    Statement& bind(double value);              // NaN becomes NULL, and back
    Statement& bind(const std::string& value);  // as stored_text(): valid UTF-8 without NUL
    Statement& bind_null();
    /// A path, whatever its bytes, as SQLite takes it for one.
    Statement& bind_path(const std::string& path);
    Statement& bind(const char* value) { return bind(std::string(value)); }
    Statement& bind(std::span<const unsigned char> value);  // must live until the statement was run

    /// Damage: more rows than fit into the file when each takes at least so many bytes of it.
    void expect_row_bytes(int64_t least) { least_row_bytes_ = least; }

    /// True: a row is there. Throws DbError, also when the rows hold far more than the file does.
    bool step();
    void run();  // to the end, then ready for new bindings

    /// The next column of the row, in order.
    int64_t get_int();
    int get_small();
    double get_real();
    std::string get_text();
    std::span<const unsigned char> get_blob();  // valid until the next step

  private:
    Statement& bind_bytes(const std::string& value);
    void count_bytes(int bytes);

    Db& db_;
    sqlite3_stmt* statement_ = nullptr;
    int next_bind_ = 1;
    int next_column_ = 0;
    int64_t file_bytes_ = 0;       // when it began
    int64_t least_row_bytes_ = 4;  // in the file: the cell's pointer, size and number
    int64_t rows_ = 0;
    int64_t bytes_read_ = 0;
};

/// While it lives, and where `wanted`, no CHECK is evaluated: neither on writing nor by quick_check and
/// integrity_check.
class UncheckedConstraints {
  public:
    UncheckedConstraints(Db& db, bool wanted) : db_(wanted ? &db : nullptr) {
        if (db_) db_->run("PRAGMA ignore_check_constraints = ON");
    }
    ~UncheckedConstraints() {
        if (db_) db_->check_constraints();
    }
    UncheckedConstraints(const UncheckedConstraints&) = delete;
    UncheckedConstraints& operator=(const UncheckedConstraints&) = delete;

  private:
    Db* db_;
};

/// What is read while it lives was there at one moment.
class Snapshot {
  public:
    explicit Snapshot(Db& db) : db_(db) { db_.run("BEGIN"); }
    ~Snapshot() { db_.roll_back(); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

  private:
    Db& db_;
};

/// Rolled back unless committed. IMMEDIATE: waits for other writers before it starts, not in the middle.
class Transaction {
  public:
    explicit Transaction(Db& db);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Db& db_;
    bool open_ = true;
};

}  // namespace ringscope

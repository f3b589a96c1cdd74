#include "sessions/store/run_query.h"

#include <sqlite3.h>

#include "sessions/plain_text.h"
#include "sessions/stop.h"
#include "sessions/store/database.h"
#include "sessions/store/schema_functions.h"
#include "sessions/store/trace_tables.h"

namespace ringscope {

const char* const kTablesQuery =
    "SELECT t.name AS \"table\", c.name AS \"column\", lower(c.type) AS type FROM (SELECT 1 AS part, name "
    "FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' UNION ALL VALUES (2, "
    "'span'), (2, 'transfer'), (2, 'memory'), (3, 'wait_per_step'), (3, 'rank_time')) t, "
    "pragma_table_info(t.name) c "
    "ORDER BY t.part, t.name, c.cid";

namespace {

constexpr const char* kOnlyReading =
    "only reading is allowed: one SELECT (or VALUES, WITH, EXPLAIN), no change, no ATTACH, and of PRAGMA "
    "what describes tables";

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorKind::bad_input, "SQL: " + one_line(why));
}

/// Blanks and comments are no statement; neither is what SQLite cannot read after the first.
bool has_statement(sqlite3* handle, const char* sql) {
    while (*sql) {
        sqlite3_stmt* statement = nullptr;
        const char* rest = sql;
        const int code = sqlite3_prepare_v2(handle, sql, -1, &statement, &rest);
        sqlite3_finalize(statement);
        if (code != SQLITE_OK || statement != nullptr) return true;
        if (rest == sql) return false;
        sql = rest;
    }
    return false;
}

SqlValue value_of(sqlite3_stmt* statement, int column) {
    const auto bytes = [&](const void* data) {
        const int size = sqlite3_column_bytes(statement, column);
        return data ? std::string(static_cast<const char*>(data), static_cast<size_t>(size)) : std::string();
    };
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            return int64_t{sqlite3_column_int64(statement, column)};
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, column);
        case SQLITE_TEXT:
            return bytes(sqlite3_column_text(statement, column));
        case SQLITE_BLOB:
            return SqlBlob{bytes(sqlite3_column_blob(statement, column))};
        default:
            return {};
    }
}

}  // namespace

struct RunQuery::State {
    explicit State(Db& the_db) : db(the_db), snapshot(the_db) {}
    ~State() {
        sqlite3_finalize(statement);
        db.allow_only_queries(false);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Db& db;
    Snapshot snapshot;
    sqlite3_stmt* statement = nullptr;
};

RunQuery::RunQuery(Db& db, const std::string& sql) {
    define_schema_functions(db);
    define_trace_tables(db);
    state_ = std::make_unique<State>(db);
    db.allow_only_queries(true);
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v2(db.handle(), sql.c_str(), -1, &state_->statement, &rest);
    if (code != SQLITE_OK) fail(code);
    sqlite3_stmt* statement = state_->statement;
    if (statement == nullptr) refuse("there is no statement; " + std::string(kOnlyReading));
    if (has_statement(db.handle(), rest)) refuse("more than one statement; " + std::string(kOnlyReading));
    const int columns = sqlite3_column_count(statement);
    if (columns == 0 || sqlite3_stmt_readonly(statement) == 0) refuse(kOnlyReading);
    for (int i = 0; i < columns; ++i) columns_.emplace_back(sqlite3_column_name(statement, i));
}

RunQuery::~RunQuery() = default;

bool RunQuery::next(std::vector<SqlValue>& row) {
    leave_if_stopped(state_->db.stop());
    const int code = sqlite3_step(state_->statement);
    if (code == SQLITE_DONE) return false;
    if (code != SQLITE_ROW) fail(code);
    row.clear();
    for (size_t i = 0; i < columns_.size(); ++i)
        row.push_back(value_of(state_->statement, static_cast<int>(i)));
    return true;
}

void RunQuery::fail(int code) const {
    switch (code & 0xff) {
        case SQLITE_AUTH: {
            const std::string what = sqlite3_errmsg(state_->db.handle());
            refuse(what == "not authorized" ? kOnlyReading : what);
        }
        case SQLITE_NOMEM:
            refuse("it takes more memory than the " + std::to_string(kMostHeapBytes >> 20) +
                   " MiB that a query may take");
        case SQLITE_TOOBIG:
            refuse("a value of more than the " + std::to_string(kMostValueBytes >> 20) +
                   " MiB that are allowed");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_CANTOPEN:
        case SQLITE_INTERRUPT:
            state_->db.fail(code);
        default: {
            const std::string what = sqlite3_errmsg(state_->db.handle());
            if (what.starts_with("not authorized")) refuse(kOnlyReading);
            refuse(what + "; without a query 'ringscope runs sql' lists tables and columns");
        }
    }
}

}  // namespace ringscope

// An SQLite file in the making that becomes another program's: filled in one transaction, then put in place of its target.
// For plain_tables.cpp and plain_trace_tables.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "sessions/atomic_file.h"
#include "sessions/store/database.h"
#include "sessions/temporary_file.h"

namespace ringscope {

/// "RSqt", SQLite's application_id of these files.
inline constexpr int32_t kPlainTablesId = 0x52537174;

class PlainFile {
  public:
    /// Throws as AtomicFile does.
    PlainFile(const std::string& path, const std::stop_token& stop);

    /// Calls `fill` with the empty file's connection, then puts what it made in place. Throws Error(io) that names the
    /// target, and what `fill` throws; the target is then as it was.
    template <typename Fill>
    void write(Fill fill) {
        try {
            open();
            fill(*db_);
            close();
        } catch (const DbError& error) {
            fail(error);
        }
        commit();
    }

  private:
    void open();
    void close();
    void commit();
    [[noreturn]] void fail(const DbError& error) const;

    std::string path_;
    std::stop_token stop_;
    AtomicFile target_;
    TemporaryFolder workplace_;
    std::string part_;
    std::optional<Db> db_;
};

/// -1 stands for none: NULL.
inline void bind_if_any(Statement& statement, int64_t value) {
    value < 0 ? statement.bind_null() : statement.bind(value);
}
/// "" becomes NULL.
inline void bind_if_any(Statement& statement, const std::string& text) {
    text.empty() ? statement.bind_null() : statement.bind(text);
}

}  // namespace ringscope

// A person's own SELECT over a run file and its traces (SCHEMA.md). No SQLite here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ringscope {

class Db;

struct SqlBlob {
    std::string bytes;
};
/// std::monostate is NULL.
using SqlValue = std::variant<std::monostate, int64_t, double, std::string, SqlBlob>;

/// What RunQuery answers about the tables themselves: table, column, type.
extern const char* const kTablesQuery;

/// One statement that reads. Its rows were all there at one moment, and come as they are asked for: a writer waits
/// while it lives. It may take as long as it likes, until the connection's stop is requested.
class RunQuery {
  public:
    /// Throws Error(bad_input), one line, for what SQLite does not understand, for more than one statement, and for any
    /// that does more than read; Error(io) for a damaged file.
    RunQuery(Db& db, const std::string& sql);
    ~RunQuery();
    RunQuery(const RunQuery&) = delete;
    RunQuery& operator=(const RunQuery&) = delete;

    const std::vector<std::string>& columns() const { return columns_; }
    /// The next row, one value per column; false after the last. Throws as the constructor does, and
    /// Error(cancelled).
    bool next(std::vector<SqlValue>& row);

  private:
    struct State;
    [[noreturn]] void fail(int code) const;

    std::unique_ptr<State> state_;
    std::vector<std::string> columns_;
};

}  // namespace ringscope

// Runs from one run file to another, and the file's size.
#include <cstdio>
#include <filesystem>
#include <optional>

#include <sys/stat.h>

#include "sessions/store/migrations.h"
#include "sessions/store/run_store.h"
#include "sessions/store/schema_functions.h"
#include "sessions/temporary_file.h"

namespace ringscope {

namespace {

constexpr const char* kTablesOfARun[] = {"run_tag",      "experiment", "rank_metric",      "verification",
                                         "worst_row",    "run_figure", "rank_figure",      "trace_chunk",
                                         "output_chunk", "kept_trace", "kept_trace_chunk", "simulation",
                                         "step_work"};

/// Where SQLite can attach the file of a connection: a file without its write-ahead log is copied to the workplace.
std::string attachable(const Db& db, const TemporaryFolder& workplace) {
    if (!db.is_immutable()) return db.path();
    const std::string copy = workplace.file("source");
    db.backup_to(copy);
    return copy;
}

/// Another run file, as "source" beside the connection's own "main".
class Attached {
  public:
    Attached(Db& db, const std::string& path) : db_(db) {
        Statement(db, "ATTACH ? AS source").bind_path(path).run();
        std::error_code ignored;
        const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path, ignored));
        if (!ignored) db.expect_bytes(bytes);
    }
    ~Attached() {
        try {
            db_.run("DETACH source");
        } catch (const Error&) {
            // The connection closes it at the latest.
        }
    }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;

  private:
    Db& db_;
};

/// All columns of a table but the first, which is the run's id.
struct OtherColumns {
    std::string names;
    std::string values;  // texts made valid: another program may have written them
};

OtherColumns other_columns(Db& db, const std::string& table) {
    Statement info(db, "SELECT name, type FROM pragma_table_info(?, 'main') WHERE cid > 0 ORDER BY cid");
    info.bind(table);
    OtherColumns columns;
    while (info.step()) {
        const std::string name = info.get_text();
        const bool is_text = info.get_text() == "TEXT";
        const std::string comma = columns.names.empty() ? "" : ", ";
        columns.names += comma + name;
        columns.values += comma + (is_text ? "valid_text(" + name + ")" : name);
    }
    return columns;
}

/// Copies a run from "source" to "main", inside the caller's transaction; gives its id there.
int64_t copy_run(Db& db, int64_t source_id) {
    const OtherColumns columns = other_columns(db, "run");
    const std::string run = "INSERT INTO main.run (" + columns.names + ") SELECT " + columns.values +
                            " FROM source.run WHERE id = ?";
    Statement(db, run.c_str()).bind(source_id).run();
    const int64_t id = db.last_id();
    for (const std::string table : kTablesOfARun) {
        const OtherColumns rest = other_columns(db, table);
        const bool may_meet = table == "run_tag";  // tags that differ in bytes that are not UTF-8
        const std::string insert = (may_meet ? "INSERT OR IGNORE INTO main." : "INSERT INTO main.") + table +
                                   " (run, " + rest.names + ") SELECT ?, " + rest.values + " FROM source." +
                                   table + " WHERE run = ?";
        Statement(db, insert.c_str()).bind(id).bind(source_id).run();
    }
    Statement(db, "UPDATE main.run SET baseline = 0 WHERE id = ?").bind(id).run();
    return id;
}

/// Only files of this version have the columns that copy_run names, and only its schema is sure to hold rows
/// and nothing else.
void require_this_version(StoreState state, const std::string& path, const std::string& message) {
    if (state == StoreState::newer || state == StoreState::damaged || state == StoreState::foreign)
        throw Error(ErrorKind::io, path + ": its runs cannot be copied: " + message);
}

}  // namespace

int64_t RunStore::file_bytes() { return db_->number("PRAGMA page_count") * db_->number("PRAGMA page_size"); }

RunStore::Compaction RunStore::compact() {
    require_writable();
    Compaction result;
    result.bytes_before = file_bytes();
    db_->run("VACUUM");
    result.bytes_after = file_bytes();
    return result;
}

void RunStore::export_run(int64_t id, const std::string& path) {
    require_this_version(state_, path_, message_);
    summary(id);
    struct stat status {};
    if (stat(path.c_str(), &status) == 0)
        throw Error(ErrorKind::bad_input, path + ": something is there already; choose another name");
    const TemporaryFolder workplace(path);
    const std::string part = workplace.file("run");
    {
        const RunFile file = open_run_file(part, true);
        file.db->stop_when(db_->stop());
        const Attached source(*file.db, attachable(*db_, workplace));
        define_schema_functions(*file.db);
        Transaction transaction(*file.db);
        copy_run(*file.db, id);
        transaction.commit();
    }
    if (std::rename(part.c_str(), path.c_str()) == 0) return;
    throw Error(ErrorKind::io, path + ": cannot be made");
}

std::vector<int64_t> RunStore::import_runs(const std::string& path) {
    require_writable();
    std::error_code ignored;
    if (std::filesystem::equivalent(path, path_, ignored))
        throw Error(ErrorKind::bad_input,
                    path + ": its runs cannot be added to " + path_ + ": it is the same file");
    std::optional<TemporaryFolder> workplace;
    std::string from = path;
    {
        const RunFile file = open_run_file(path, false);
        require_this_version(file.state, path, file.message);
        if (file.db->is_immutable()) from = attachable(*file.db, workplace.emplace(path_));
    }
    const Attached source(*db_, from);
    define_schema_functions(*db_);
    Transaction transaction(*db_);
    std::vector<int64_t> missing;
    Statement select(*db_,
                     "SELECT id FROM source.run WHERE uuid NOT IN (SELECT uuid FROM main.run) ORDER BY id");
    while (select.step()) missing.push_back(select.get_int());
    std::vector<int64_t> added;
    for (const int64_t id : missing) added.push_back(copy_run(*db_, id));
    transaction.commit();
    return added;
}

}  // namespace ringscope

// Runs from one run file to another, and the file's size.
#include <cstdio>
#include <filesystem>

#include <sys/stat.h>

#include "sessions/store/migrations.h"
#include "sessions/store/run_store.h"
#include "sessions/temporary_file.h"

namespace ringscope {

namespace {

constexpr const char* kTablesOfARun[] = {"run_tag",      "experiment", "rank_metric",     "verification",
                                         "worst_row",    "run_figure", "rank_figure",     "trace_chunk",
                                         "output_chunk", "kept_trace", "kept_trace_chunk"};

/// Another run file, as "source" beside the connection's own "main".
class Attached {
  public:
    Attached(Db& db, const std::string& path) : db_(db) {
        Statement(db, "ATTACH ? AS source").bind(path).run();
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

/// All columns but the first, which is the run's id.
std::string other_columns(Db& db, const std::string& table) {
    Statement info(db, "SELECT name FROM pragma_table_info(?, 'main') WHERE cid > 0 ORDER BY cid");
    info.bind(table);
    std::string columns;
    while (info.step()) columns += (columns.empty() ? "" : ", ") + info.get_text();
    return columns;
}

/// Copies a run from "source" to "main", inside the caller's transaction; gives its id there.
int64_t copy_run(Db& db, int64_t source_id) {
    const std::string columns = other_columns(db, "run");
    const std::string run =
        "INSERT INTO main.run (" + columns + ") SELECT " + columns + " FROM source.run WHERE id = ?";
    Statement(db, run.c_str()).bind(source_id).run();
    const int64_t id = db.last_id();
    for (const std::string table : kTablesOfARun) {
        const std::string rest = other_columns(db, table);
        const std::string insert = "INSERT INTO main." + table + " (run, " + rest + ") SELECT ?, " + rest +
                                   " FROM source." + table + " WHERE run = ?";
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
        const Attached source(*file.db, path_);
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
    {
        const RunFile file = open_run_file(path, false);
        require_this_version(file.state, path, file.message);
    }
    const Attached source(*db_, path);
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

#include "sessions/store/trace_tables.h"

#include <new>
#include <optional>

#include <sqlite3.h>

#include "sessions/store/database.h"
#include "sessions/store/trace_codec.h"

namespace ringscope {

namespace {

void give(sqlite3_context* context, int64_t value) { sqlite3_result_int64(context, value); }
void give(sqlite3_context* context, const char* text) {
    sqlite3_result_text(context, text, -1, SQLITE_STATIC);
}
/// -1 stands for none.
void give_if_any(sqlite3_context* context, int64_t value) {
    value < 0 ? sqlite3_result_null(context) : give(context, value);
}

// A kind of item as a table. Column 0 is the run, column 1 the item's place in the run; `give_column` has the others.

constexpr int kRun = 0, kPlace = 1, kRank = 2;
constexpr int kFirstOfItem = 2;

struct SpanTable {
    using Item = Span;
    static constexpr const char* kName = "span";
    static constexpr const char* kKind = "spans";
    static constexpr const char* kCount = "r.spans";  // how many a run has
    static constexpr auto kDecode = decode_spans;
    static constexpr const char* kDeclaration =
        "CREATE TABLE span (run INTEGER, span INTEGER, rank INTEGER, step INTEGER, kind TEXT, pass TEXT, "
        "cause TEXT, "
        "payload TEXT, owner INTEGER, peer INTEGER, transfer INTEGER, bytes INTEGER, begin_ns INTEGER, "
        "end_ns INTEGER, duration_ns INTEGER)";
    static int64_t rank_of(const Span& span) { return span.rank; }
    static void give_column(sqlite3_context* context, int column, const Span& span) {
        switch (column - kFirstOfItem) {
            case 0:
                return give(context, span.rank);
            case 1:
                return give(context, span.step);
            case 2:
                return give(context, name_of(span.kind));
            case 3:
                return give(context, name_of(span.pass));
            case 4:
                return span.cause == WaitCause::none ? sqlite3_result_null(context)
                                                     : give(context, name_of(span.cause));
            case 5:
                return span.payload == Payload::nothing ? sqlite3_result_null(context)
                                                        : give(context, name_of(span.payload));
            case 6:
                return give_if_any(context, span.owner);
            case 7:
                return give_if_any(context, span.peer);
            case 8:
                return give_if_any(context, span.transfer);
            case 9:
                return span.payload == Payload::nothing ? sqlite3_result_null(context)
                                                        : give(context, span.bytes);
            case 10:
                return give(context, span.begin_ns);
            case 11:
                return give(context, span.end_ns);
            default:
                return give(context, span.end_ns - span.begin_ns);
        }
    }
};

struct TransferTable {
    using Item = TransferTimes;
    static constexpr const char* kName = "transfer";
    static constexpr const char* kKind = "transfers";
    static constexpr const char* kCount = "-1";
    static constexpr auto kDecode = decode_transfers;
    static constexpr const char* kDeclaration =
        "CREATE TABLE transfer (run INTEGER, transfer INTEGER, posted_ns INTEGER, peer_ready_ns INTEGER, "
        "begin_ns INTEGER, done_ns INTEGER)";
    static int64_t rank_of(const TransferTimes&) { return -1; }
    static void give_column(sqlite3_context* context, int column, const TransferTimes& times) {
        const int64_t values[] = {times.posted_ns, times.peer_ready_ns, times.begin_ns, times.done_ns};
        give_if_any(context, values[column - kFirstOfItem]);
    }
};

struct MemoryTable {
    using Item = MemorySample;
    static constexpr const char* kName = "memory";
    static constexpr const char* kKind = "memory";
    static constexpr const char* kCount = "-1";
    static constexpr auto kDecode = decode_memory;
    static constexpr const char* kDeclaration =
        "CREATE TABLE memory (run INTEGER, sample INTEGER, rank INTEGER, step INTEGER, time_ns INTEGER, "
        "query_bytes "
        "INTEGER, own_kv_bytes INTEGER, travelling_kv_bytes INTEGER, output_bytes INTEGER, lse_bytes "
        "INTEGER, workspace_bytes INTEGER, live_bytes INTEGER, peak_bytes INTEGER)";
    static int64_t rank_of(const MemorySample& sample) { return sample.rank; }
    static void give_column(sqlite3_context* context, int column, const MemorySample& sample) {
        constexpr int kFirstPurpose = 3;
        const int field = column - kFirstOfItem;
        if (field == 0) return give(context, sample.rank);
        if (field == 1) return give(context, sample.step);
        if (field == 2) return give(context, sample.time_ns);
        if (field < kFirstPurpose + kPurposes)
            return give(context, sample.live[static_cast<size_t>(field - kFirstPurpose)]);
        give(context, field == kFirstPurpose + kPurposes ? total_bytes(sample.live) : sample.peak_total);
    }
};

[[noreturn]] void damaged(int64_t run, const std::string& why) {
    throw Error(ErrorKind::io, "run " + std::to_string(run) + ": " + why);
}

/// Walks the items of one run, or of all, chunk by chunk.
template <typename Table>
class ItemScan {
  public:
    /// No run: all of them. No rank: all of them.
    ItemScan(Db& db, std::optional<int64_t> run, std::optional<int64_t> rank)
        : chunks_(db, sql(run.has_value()).c_str()), rank_(rank) {
        chunks_.bind(Table::kKind);
        if (run) chunks_.bind(*run);
        at_ = static_cast<size_t>(-1);
        advance();
    }
    bool at_end() const { return at_end_; }
    int64_t run() const { return run_; }
    int64_t place() const { return first_ + static_cast<int64_t>(at_); }
    const typename Table::Item& item() const { return items_[at_]; }
    void advance() {
        do {
            ++at_;
            while (!at_end_ && at_ >= items_.size()) read_chunk();
        } while (!at_end_ && rank_ && Table::rank_of(items_[at_]) != *rank_);
    }

  private:
    static std::string sql(bool of_one) {
        return std::string("SELECT r.id, ") + Table::kCount +
               ", coalesce(c.chunk, -1), c.items, c.data FROM main.run r LEFT JOIN main.trace_chunk c ON "
               "c.run = r.id AND c.kind = ? WHERE r.kind = 'run' " +
               (of_one ? "AND r.id = ? " : "") + "ORDER BY r.id, c.chunk";
    }
    void read_chunk() {
        first_ += static_cast<int64_t>(items_.size());
        items_.clear();
        at_ = 0;
        const bool more = chunks_.step();
        const int64_t id = more ? chunks_.get_int() : 0;
        if (id != run_) {
            if (run_ != 0 && count_ >= 0 && first_ != count_)
                damaged(run_, "its trace is damaged: " + std::to_string(first_) + " of " +
                                  std::to_string(count_) + " spans are there");
            run_ = id;
            first_ = next_chunk_ = 0;
        }
        at_end_ = !more;
        if (!more) return;
        count_ = chunks_.get_int();
        const int64_t chunk = chunks_.get_int();
        if (chunk < 0) return;  // the run has none
        if (chunk != next_chunk_++)
            damaged(run_, "its trace is damaged: chunk " + std::to_string(next_chunk_ - 1) + " of its " +
                              Table::kKind + " is missing");
        const int64_t items = chunks_.get_int();
        try {
            Table::kDecode(chunks_.get_blob(), items, items_);
        } catch (const Error& error) {
            damaged(run_, error.what());
        }
    }

    Statement chunks_;
    std::optional<int64_t> rank_;
    std::vector<typename Table::Item> items_;
    size_t at_ = 0;
    int64_t run_ = 0;
    int64_t count_ = -1;
    int64_t first_ = 0;  // place of items_[0] in its run
    int64_t next_chunk_ = 0;
    bool at_end_ = false;
};

struct VirtualTable : sqlite3_vtab {
    Db* db = nullptr;
};

template <typename Table>
struct Cursor : sqlite3_vtab_cursor {
    std::optional<ItemScan<Table>> scan;
};

/// None of C++'s exceptions may pass through SQLite.
template <typename Action>
int guarded(sqlite3_vtab* table, Action action) {
    try {
        action();
        return SQLITE_OK;
    } catch (const Error& error) {
        sqlite3_free(table->zErrMsg);
        table->zErrMsg = sqlite3_mprintf("%s", error.what());
        return error.kind() == ErrorKind::cancelled ? SQLITE_INTERRUPT : SQLITE_CORRUPT;
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    }
}

// What the plan of a scan is: which of its values are known.
constexpr int kOfRun = 1;
constexpr int kOfRank = 2;

template <typename Table>
int plan_scan(sqlite3_vtab*, sqlite3_index_info* info) {
    constexpr double kAllRows = 1e9, kOfOneRun = 1e-3, kOfOneRank = 0.25;
    info->estimatedCost = kAllRows;
    int values = 0;
    for (const auto& [wanted, column] : {std::pair{kOfRun, kRun}, std::pair{kOfRank, kRank}})
        for (int i = 0; i < info->nConstraint; ++i) {
            const auto& given = info->aConstraint[i];
            const bool has_rank =
                column != kRank || std::is_same_v<Table, SpanTable> || std::is_same_v<Table, MemoryTable>;
            if (!given.usable || given.op != SQLITE_INDEX_CONSTRAINT_EQ || given.iColumn != column ||
                !has_rank)
                continue;
            info->aConstraintUsage[i].argvIndex = ++values;  // SQLite checks the row again
            info->idxNum |= wanted;
            info->estimatedCost *= wanted == kOfRun ? kOfOneRun : kOfOneRank;
            break;
        }
    info->estimatedRows = static_cast<sqlite3_int64>(info->estimatedCost);
    return SQLITE_OK;
}

template <typename Table>
int connect(sqlite3* handle, void* db, int, const char* const*, sqlite3_vtab** made, char**) {
    const int code = sqlite3_declare_vtab(handle, Table::kDeclaration);
    if (code != SQLITE_OK) return code;
    // It reads nothing but the file that a statement reads anyway.
    sqlite3_vtab_config(handle, SQLITE_VTAB_INNOCUOUS);
    auto* table = new (std::nothrow) VirtualTable{};
    if (table == nullptr) return SQLITE_NOMEM;
    table->db = static_cast<Db*>(db);
    *made = table;
    return SQLITE_OK;
}

template <typename Table>
int start_scan(sqlite3_vtab_cursor* base, int plan, const char*, int, sqlite3_value** values) {
    return guarded(base->pVtab, [&] {
        std::optional<int64_t> run, rank;
        if (plan & kOfRun) run = sqlite3_value_int64(*values++);
        if (plan & kOfRank) rank = sqlite3_value_int64(*values);
        static_cast<Cursor<Table>*>(base)->scan.emplace(*static_cast<VirtualTable*>(base->pVtab)->db, run,
                                                        rank);
    });
}

template <typename Table>
int give_value(sqlite3_vtab_cursor* base, sqlite3_context* context, int column) {
    const ItemScan<Table>& scan = *static_cast<Cursor<Table>*>(base)->scan;
    if (column == kRun)
        give(context, scan.run());
    else if (column == kPlace)
        give(context, scan.place());
    else
        Table::give_column(context, column, scan.item());
    return SQLITE_OK;
}

template <typename Table>
const sqlite3_module* module_of() {
    static const sqlite3_module module = [] {
        sqlite3_module made{};  // no xCreate: the table is there by its name alone
        made.iVersion = 1;
        made.xConnect = connect<Table>;
        made.xBestIndex = plan_scan<Table>;
        made.xDisconnect = [](sqlite3_vtab* table) {
            delete static_cast<VirtualTable*>(table);
            return SQLITE_OK;
        };
        made.xOpen = [](sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
            *cursor = new (std::nothrow) Cursor<Table>{};
            return *cursor ? SQLITE_OK : SQLITE_NOMEM;
        };
        made.xClose = [](sqlite3_vtab_cursor* cursor) {
            delete static_cast<Cursor<Table>*>(cursor);
            return SQLITE_OK;
        };
        made.xFilter = start_scan<Table>;
        made.xNext = [](sqlite3_vtab_cursor* cursor) {
            return guarded(cursor->pVtab, [&] { static_cast<Cursor<Table>*>(cursor)->scan->advance(); });
        };
        made.xEof = [](sqlite3_vtab_cursor* cursor) {
            return static_cast<Cursor<Table>*>(cursor)->scan->at_end() ? 1 : 0;
        };
        made.xColumn = give_value<Table>;
        made.xRowid = [](sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
            *id = static_cast<Cursor<Table>*>(cursor)->scan->place();
            return SQLITE_OK;
        };
        return made;
    }();
    return &module;
}

template <typename Table>
void define(Db& db) {
    const int code = sqlite3_create_module(db.handle(), Table::kName, module_of<Table>(), &db);
    if (code != SQLITE_OK) db.fail(code);
}

}  // namespace

void define_trace_tables(Db& db) {
    define<SpanTable>(db);
    define<TransferTable>(db);
    define<MemoryTable>(db);
    db.run(
        "CREATE TEMP VIEW IF NOT EXISTS wait_per_step AS SELECT run, rank, step, cause, count(*) AS waits, "
        "sum(duration_ns) AS wait_ns FROM span WHERE kind = 'wait' GROUP BY run, rank, step, cause;"
        "CREATE TEMP VIEW IF NOT EXISTS rank_time AS SELECT run, rank, kind, count(*) AS spans, "
        "sum(duration_ns) AS "
        "duration_ns, sum(bytes) AS bytes FROM span GROUP BY run, rank, kind;");
}

}  // namespace ringscope

#include "sessions/store/figure_rows.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ringscope {

namespace {

/// The rank's peak of each purpose, in Purpose's order.
constexpr const char* kPurposeColumns[] = {"peak_query",  "peak_own_kv", "peak_travelling_kv",
                                           "peak_output", "peak_lse",    "peak_workspace"};
static_assert(std::size(kPurposeColumns) == kPurposes);

std::set<std::string> columns_of(Db& db, const char* table) {
    Statement info(db, "SELECT name FROM pragma_table_info(?, 'main')");
    info.bind(table);
    std::set<std::string> columns;
    while (info.step()) columns.insert(info.get_text());
    return columns;
}

/// Those that are neither in run nor in verification.
std::vector<const Figure*> figures_in_rows(Db& db) {
    const std::set<std::string> run = columns_of(db, "run"), verification = columns_of(db, "verification");
    std::vector<const Figure*> rows;
    for (const Figure& figure : figures())
        if (!run.contains(figure.list_key()) && !verification.contains(figure.list_key()))
            rows.push_back(&figure);
    return rows;
}

/// The rank's own figures; what follows from them is in no file.
std::vector<const RankFigure*> rank_figures_where(Db& db, bool in_column) {
    const std::set<std::string> columns = columns_of(db, "rank_metric");
    std::vector<const RankFigure*> found;
    for (const RankFigure& figure : rank_figures())
        if (figure.kept && columns.contains(figure.key) == in_column) found.push_back(&figure);
    return found;
}

std::string rank_columns(const std::vector<const RankFigure*>& figures) {
    std::string columns = "rank";
    for (const char* purpose : kPurposeColumns) columns += std::string(", ") + purpose;
    for (const RankFigure* figure : figures) columns += std::string(", ") + figure->key;
    return columns;
}

void insert_run_rows(Db& db, int64_t id, const FigureValues& figures) {
    Statement insert(db, "INSERT INTO run_figure (run, key, value) VALUES (?,?,?)");
    for (const Figure* figure : figures_in_rows(db))
        if (const double value = figures[*figure]; !std::isnan(value))
            insert.bind(id).bind(figure->list_key()).bind(value).run();
}

void insert_ranks(Db& db, int64_t id, const Metrics& metrics) {
    const auto in_columns = rank_figures_where(db, true), in_rows = rank_figures_where(db, false);
    const std::string sql = "INSERT INTO rank_metric (run, " + rank_columns(in_columns) + ") VALUES (" +
                            parameter_list(2 + std::size(kPurposeColumns) + in_columns.size()) + ")";
    Statement insert(db, sql.c_str());
    Statement row(db, "INSERT INTO rank_figure (run, rank, key, value) VALUES (?,?,?,?)");
    for (const RankMetrics& rank : metrics.ranks) {
        insert.bind(id).bind(rank.rank);
        for (const int64_t bytes : rank.peak_by_purpose) insert.bind(bytes);
        for (const RankFigure* figure : in_columns) bind_figure(insert, figure->of(rank), figure->unit);
        insert.run();
        for (const RankFigure* figure : in_rows)
            row.bind(id).bind(rank.rank).bind(figure->key).bind(figure->of(rank)).run();
    }
}

void read_ranks(Db& db, int64_t id, Metrics& metrics) {
    const auto in_columns = rank_figures_where(db, true);
    const std::string sql =
        "SELECT " + rank_columns(in_columns) + " FROM rank_metric WHERE run = ? ORDER BY rank";
    Statement select(db, sql.c_str());
    select.bind(id);
    while (select.step()) {
        RankMetrics& rank = metrics.ranks.emplace_back();
        rank.rank = select.get_small();
        for (int64_t& bytes : rank.peak_by_purpose) bytes = select.get_int();
        for (const RankFigure* figure : in_columns) figure->kept.set(rank, select.get_real());
    }
    const auto in_rows = rank_figures_where(db, false);
    if (in_rows.empty() || !has_table(db, "rank_figure")) return;
    Statement rows(db, "SELECT value FROM rank_figure WHERE run = ? AND rank = ? AND key = ?");
    for (RankMetrics& rank : metrics.ranks)
        for (const RankFigure* figure : in_rows) {
            rows.bind(id).bind(rank.rank).bind(figure->key);
            if (rows.step()) figure->kept.set(rank, rows.get_real());
            rows.run();
        }
}

}  // namespace

bool has_table(Db& db, const char* table) { return !columns_of(db, table).empty(); }

std::vector<const Figure*> figures_in(Db& db, const char* table) {
    const std::set<std::string> columns = columns_of(db, table);
    std::vector<const Figure*> found;
    for (const Figure& figure : figures())
        if (columns.contains(figure.list_key())) found.push_back(&figure);
    return found;
}

std::string column_list(const std::vector<const Figure*>& figures, const char* prefix) {
    std::string columns;
    for (const Figure* figure : figures) columns += std::string(", ") + prefix + figure->list_key();
    return columns;
}

std::string parameter_list(size_t count) {
    std::string marks;
    for (size_t i = 0; i < count; ++i) marks += i ? ",?" : "?";
    return marks;
}

void bind_figure(Statement& statement, double value, Unit unit) {
    const bool whole = unit == Unit::bytes || unit == Unit::count;
    if (whole && !std::isnan(value))
        statement.bind(static_cast<int64_t>(value));
    else
        statement.bind(value);
}

void insert_figures(Db& db, int64_t id, const FigureValues& figures, const Metrics& metrics) {
    insert_run_rows(db, id, figures);
    insert_ranks(db, id, metrics);
}

void read_figures(Db& db, int64_t id, Run& run) {
    const auto in_columns = figures_in(db, "run");
    const std::string sql = "SELECT id" + column_list(in_columns) + " FROM run WHERE id = ?";
    Statement select(db, sql.c_str());
    if (!select.bind(id).step()) return;
    select.get_int();
    for (const Figure* figure : in_columns) {
        const double value = select.get_real();
        if (figure->kept && !std::isnan(value)) figure->kept.set(run.metrics, value);
    }
    read_ranks(db, id, run.metrics);
    if (!has_table(db, "run_figure")) return;
    Statement rows(db, "SELECT key, value FROM run_figure WHERE run = ?");
    rows.bind(id);
    while (rows.step()) {
        const Figure* figure = find_figure(rows.get_text());
        const double value = rows.get_real();
        if (figure && figure->kept) figure->kept.set(run.metrics, value);
    }
}

void read_listed_figures(Db& db, const int64_t* id, std::vector<RunSummary>& runs) {
    if (!has_table(db, "run_figure")) return;
    const std::string sql =
        std::string("SELECT run, key, value FROM run_figure ") + (id ? "WHERE run = ?" : "ORDER BY run DESC");
    Statement rows(db, sql.c_str());
    if (id) rows.bind(*id);
    auto at = runs.begin();
    while (rows.step()) {
        const int64_t run = rows.get_int();
        while (at != runs.end() && at->id > run) ++at;
        if (at == runs.end()) return;
        const Figure* figure = find_figure(rows.get_text());
        if (at->id == run && figure) at->figures[*figure] = rows.get_real();
    }
}

}  // namespace ringscope

// ringscope runs sql: a SELECT over a run file and its traces, as a table or JSON. Rows are printed as they come.
#include "app/cli/command_runs_sql.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/run_file_option.h"
#include "app/process/standard_output.h"
#include "sessions/plain_text.h"
#include "sessions/store/run_query.h"

namespace ringscope {

namespace {

struct SqlCommand {
    std::string query, db;
    bool json = false;
};

/// Collects what is printed: a small answer is printed whole or not at all, a large one in pieces.
class Printer {
  public:
    void add(const std::string& text) {
        constexpr size_t kPieceBytes = 1 << 16;
        pending_ += text;
        if (pending_.size() >= kPieceBytes) flush();
    }
    void flush() {
        if (!pending_.empty()) print(pending_);
        pending_.clear();
    }

  private:
    std::string pending_;
};

std::string hex(const std::string& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

/// Infinity is no number of JSON's and becomes null; a blob becomes its bytes in hexadecimal digits.
nlohmann::json json_of(const SqlValue& value) {
    if (const auto* whole = std::get_if<int64_t>(&value)) return *whole;
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* blob = std::get_if<SqlBlob>(&value)) return hex(blob->bytes);
    return nullptr;
}

std::string line_of(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print_json(RunQuery& query) {
    Printer out;
    out.add("{\"columns\": " + line_of(query.columns()) + ",\n \"rows\": [");
    std::vector<SqlValue> row;
    for (bool first = true; query.next(row); first = false) {
        nlohmann::json cells = nlohmann::json::array();
        for (const SqlValue& value : row) cells.push_back(json_of(value));
        out.add((first ? "\n  " : ",\n  ") + line_of(cells));
    }
    out.add("]}\n");
    out.flush();
}

std::string blob_text(const std::string& bytes) {
    constexpr size_t kShown = 8;
    const bool cut = bytes.size() > kShown;
    return "x'" + hex(bytes.substr(0, kShown)) + (cut ? "..." : "") + "'" +
           (cut ? " (" + std::to_string(bytes.size()) + " bytes)" : "");
}

std::string cell_of(const SqlValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return one_line(*text);
    if (const auto* blob = std::get_if<SqlBlob>(&value)) return blob_text(blob->bytes);
    return value.index() == 0 ? "NULL" : line_of(json_of(value));
}

/// Columns as wide as their widest cell of the first rows: the others are not waited for.
class Columns {
  public:
    explicit Columns(const std::vector<std::string>& titles) {
        for (const std::string& title : titles) titles_.push_back(one_line(title));
        widths_.resize(titles_.size());
        texts_.resize(titles_.size());
        measure(titles_);
    }
    void measure(const std::vector<SqlValue>& row, const std::vector<std::string>& cells) {
        measure(cells);
        for (size_t i = 0; i < row.size(); ++i)
            texts_[i] = texts_[i] || std::holds_alternative<std::string>(row[i]) ||
                        std::holds_alternative<SqlBlob>(row[i]);
    }
    std::string title_line() const { return line(titles_); }
    std::string line(const std::vector<std::string>& cells) const {
        std::string text;
        for (size_t i = 0; i < cells.size(); ++i) {
            const size_t width = width_of(cells[i]);
            const std::string padding(width < widths_[i] ? widths_[i] - width : 0, ' ');
            text += (i ? "  " : "") + (texts_[i] ? cells[i] + padding : padding + cells[i]);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text + "\n";
    }

  private:
    static size_t width_of(const std::string& text) {
        return static_cast<size_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    }
    void measure(const std::vector<std::string>& cells) {
        for (size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], width_of(cells[i]));
    }

    std::vector<std::string> titles_;
    std::vector<size_t> widths_;
    std::vector<bool> texts_;  // to the left; numbers to the right
};

void print_table(RunQuery& query) {
    constexpr size_t kMeasuredRows = 1000;
    Columns columns(query.columns());
    Printer out;
    std::vector<std::vector<std::string>> first;
    std::vector<SqlValue> row;
    bool titled = false;
    const auto print_first = [&] {
        out.add(columns.title_line());
        for (const auto& cells : first) out.add(columns.line(cells));
        first.clear();
        titled = true;
    };
    while (query.next(row)) {
        std::vector<std::string> cells;
        for (const SqlValue& value : row) cells.push_back(cell_of(value));
        if (titled) {
            out.add(columns.line(cells));
            continue;
        }
        columns.measure(row, cells);
        first.push_back(std::move(cells));
        if (first.size() == kMeasuredRows) print_first();
    }
    if (!titled) print_first();
    out.flush();
}

int sql_command(const SqlCommand& command, const std::stop_token& stop) {
    const auto store = open_run_file(command.db, stop);
    const auto query = store->query(command.query.empty() ? kTablesQuery : command.query);
    if (command.json)
        print_json(*query);
    else
        print_table(*query);
    print_message_of(*store);
    return 0;
}

}  // namespace

void declare_runs_sql(Arguments& runs, std::stop_token stop) {
    auto command = std::make_shared<SqlCommand>();
    Arguments sql = runs.command("sql", "Answer a SELECT over the run file and its traces",
                                 [command, stop] { return sql_command(*command, stop); });
    sql.optional_positional("QUERY", command->query,
                            "One statement of SQLite's SQL that reads; tables and columns when not given");
    declare_run_file(sql, command->db);
    sql.flag("--json", command->json, "Print one JSON object");
    sql.footer(
        "Beside the file's own tables: span, transfer and memory, the traces of all runs, and wait_per_step "
        "and\n"
        "rank_time, sums of them. sessions/store/SCHEMA.md describes each column. For example:\n"
        "  ringscope runs sql 'SELECT rank, step, kind, sum(duration_ns) FROM span WHERE run = 1 GROUP BY 1, "
        "2, 3'");
}

}  // namespace ringscope

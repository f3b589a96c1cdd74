#include "sessions/store/foreign_schema.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "sessions/plain_text.h"
#include "sessions/store/schema_functions.h"

namespace ringscope {

namespace {

/// As sqlite_schema lists it; `sql` without comments and with single spaces.
struct SchemaObject {
    std::string type;
    std::string name;
    std::string table;
    std::string sql;
};

/// The end of the quoted text that begins at `at`.
size_t end_of_quoted(const std::string& sql, size_t at) {
    const char quote = sql[at] == '[' ? ']' : sql[at];
    const size_t end = sql.find(quote, at + 1);
    return end == std::string::npos ? sql.size() : end + 1;
}

size_t end_of_comment(const std::string& sql, size_t at) {
    const bool line = sql[at] == '-';
    const size_t end = sql.find(line ? "\n" : "*/", at + 2);
    return end == std::string::npos ? sql.size() : end + (line ? 1 : 2);
}

/// Tools that copy a schema keep its words, not always its comments and line ends.
std::string plain_sql(const std::string& sql) {
    std::string text;
    for (size_t at = 0; at < sql.size();) {
        size_t end = at + 1;
        const bool comment = sql.compare(at, 2, "--") == 0 || sql.compare(at, 2, "/*") == 0;
        if (comment) end = end_of_comment(sql, at);
        if (comment || std::isspace(static_cast<unsigned char>(sql[at]))) {
            if (!text.empty() && text.back() != ' ') text += ' ';
        } else {
            if (std::string("'\"`[").find(sql[at]) != std::string::npos) end = end_of_quoted(sql, at);
            text.append(sql, at, end - at);
        }
        at = end;
    }
    return text;
}

/// All but what SQLite makes by itself: indices without text, and the statistics of ANALYZE.
std::vector<SchemaObject> schema_of(Db& db) {
    Statement select(db,
                     "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND NOT "
                     "(type = 'table' AND substr(sql, 1, 20) = 'CREATE TABLE sqlite_') "
                     "ORDER BY type DESC, name");
    std::vector<SchemaObject> objects;
    while (select.step()) {
        SchemaObject object;
        object.type = select.get_text();
        object.name = select.get_text();
        object.table = select.get_text();
        object.sql = plain_sql(select.get_text());
        objects.push_back(std::move(object));
    }
    return objects;
}

std::vector<SchemaObject> schema_made_by(std::span<const char* const> steps) {
    Db made("", DbMode::scratch, 0);
    define_schema_functions(made);
    for (const char* step : steps) made.run(step);
    return schema_of(made);
}

/// "trigger tr on run"
std::string text_of(const SchemaObject& object) {
    const std::string what = object.type + " " + one_line(object.name);
    return object.table == object.name ? what : what + " on " + one_line(object.table);
}

bool begins_with_words(const SchemaObject& object, const char* words) {
    const std::string expected = words;
    return object.sql.size() >= expected.size() &&
           std::equal(expected.begin(), expected.end(), object.sql.begin(),
                      [](char a, char b) { return a == std::toupper(static_cast<unsigned char>(b)); });
}

int64_t count(Db& db, const char* sql, const std::string& of) {
    Statement select(db, sql);
    return select.bind(of).step() ? select.get_int() : 0;
}

/// A table with rows of its own in every column, as ours are.
bool is_ordinary_table(Db& db, const SchemaObject& object) {
    constexpr const char* kGenerated = "SELECT count(*) FROM pragma_table_xinfo(?, 'main') WHERE hidden <> 0";
    return object.type == "table" && begins_with_words(object, "CREATE TABLE ") &&
           count(db, kGenerated, object.name) == 0;
}

/// Of columns alone: it neither refuses nor evaluates anything.
bool is_plain_index(Db& db, const SchemaObject& object) {
    constexpr const char* kOdd =
        "SELECT count(*) FROM pragma_index_list(?2, 'main') WHERE name = ?1 AND (\"unique\" OR partial)";
    constexpr const char* kExpressions = "SELECT count(*) FROM pragma_index_xinfo(?, 'main') WHERE cid = -2";
    Statement odd(db, kOdd);
    const bool is_odd = odd.bind(object.name).bind(object.table).step() && odd.get_int() > 0;
    return begins_with_words(object, "CREATE INDEX ") && !is_odd && count(db, kExpressions, object.name) == 0;
}

void judge_stranger(Db& db, const SchemaObject& object, ForeignSchema& foreign) {
    const bool table = object.type == "table" && begins_with_words(object, "CREATE TABLE ");
    const bool view = object.type == "view" && begins_with_words(object, "CREATE VIEW ");
    const bool index = object.type == "index" && is_plain_index(db, object);
    if (object.type == "index" && !index) foreign.has_expressions = true;
    if (index) foreign.indices.push_back(object.sql);
    if (table && !is_ordinary_table(db, object)) foreign.has_expressions = true;
    (table || view || index ? foreign.beside : foreign.problems).push_back(text_of(object));
}

void judge_changed(Db& db, const SchemaObject& ours, const SchemaObject& found, ForeignSchema& foreign) {
    foreign.has_expressions = true;
    if (ours.type == "table" && !is_ordinary_table(db, found)) {
        foreign.unreadable.insert(ours.name);
        foreign.problems.push_back(text_of(found) + " in place of the program's table");
    } else {
        foreign.problems.push_back(text_of(found) + " with other columns or constraints");
    }
}

}  // namespace

ForeignSchema foreign_schema(Db& db, std::span<const char* const> steps) {
    ForeignSchema foreign;
    std::map<std::string, SchemaObject> ours;
    for (SchemaObject& object : schema_made_by(steps)) ours.emplace(lower_case(object.name), object);
    for (const SchemaObject& object : schema_of(db)) {
        const auto at = ours.find(lower_case(object.name));
        if (at == ours.end()) {
            judge_stranger(db, object, foreign);
            continue;
        }
        const SchemaObject& made = at->second;
        if (object.type != made.type || lower_case(object.table) != made.table || object.sql != made.sql)
            judge_changed(db, made, object, foreign);
        ours.erase(at);
    }
    for (const auto& [name, missing] : ours) {
        foreign.problems.push_back(text_of(missing) + " is missing");
        if (missing.type == "table") foreign.unreadable.insert(name);
    }
    return foreign;
}

std::string first_and_more(const std::vector<std::string>& objects) {
    if (objects.empty()) return "";
    const std::string more = objects.size() > 1 ? " and " + std::to_string(objects.size() - 1) + " more" : "";
    return objects.front() + more;
}

}  // namespace ringscope

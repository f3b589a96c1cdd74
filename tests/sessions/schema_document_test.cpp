// sessions/store/SCHEMA.md says what stands in our SQLite files: every table and column, and queries that run.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "sessions/report/run_export.h"
#include "sessions/store/database.h"
#include "sessions/store/run_store.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using Columns = std::set<std::string>;
using Tables = std::map<std::string, Columns>;

struct Part {
    Tables tables;
    std::vector<std::string> queries;
};

std::string in_quotes(const std::string& line) {
    const size_t begin = line.find('`') + 1;
    return line.substr(begin, line.find('`', begin) - begin);
}

/// By heading: "Run file".
std::map<std::string, Part> read_document() {
    std::map<std::string, Part> parts;
    std::istringstream lines(read_file(RINGSCOPE_SCHEMA_DOCUMENT));
    std::string part, table, query;
    bool in_query = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## ")) part = line.substr(3);
        if (line.starts_with("### ")) parts[part].tables[table = in_quotes(line)];
        if (line.starts_with("| `")) {
            EXPECT_TRUE(parts[part].tables[table].insert(in_quotes(line)).second) << line;
            EXPECT_EQ(std::count(line.begin(), line.end(), '|'), 4) << line;
            EXPECT_FALSE(contains(line, "|  |")) << line << ": says nothing";
        }
        if (in_query && line == "```") parts[part].queries.push_back(query);
        if (in_query) query += line + "\n";
        if (line.starts_with("```")) in_query = line == "```sql", query.clear();
    }
    return parts;
}

void expect_same(const Tables& documented, const Tables& there, const std::string& what) {
    for (const auto& [table, columns] : there) {
        const auto at = documented.find(table);
        if (at == documented.end()) {
            ADD_FAILURE() << what << ": SCHEMA.md lacks the table " << table;
            continue;
        }
        for (const std::string& column : columns)
            EXPECT_TRUE(at->second.contains(column))
                << what << ": SCHEMA.md lacks " << table << "." << column;
        for (const std::string& column : at->second)
            EXPECT_TRUE(columns.contains(column)) << what << ": there is no " << table << "." << column;
    }
    for (const auto& [table, columns] : documented)
        EXPECT_TRUE(there.contains(table)) << what << ": there is no table " << table;
}

/// As the program lists them for a person.
Tables tables_of(RunStore& store) {
    Tables tables;
    const auto query = store.query(kTablesQuery);
    std::vector<SqlValue> row;
    while (query->next(row)) tables[std::get<std::string>(row[0])].insert(std::get<std::string>(row[1]));
    return tables;
}

/// As any SQLite reads them; views by the names of a row's columns.
Tables tables_of(const std::string& path) {
    Db db(path, DbMode::read_only, 0);
    Tables tables;
    Statement select(
        db, "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'");
    while (select.step()) {
        const std::string table = select.get_text();
        tables[table].insert(select.get_text());
    }
    return tables;
}

class SchemaDocument : public ::testing::Test {
  protected:
    SchemaDocument() : store_(RunStore::open_or_create(folder_.file("runs.ringscope"))) {
        store_->save(*make_fixture_run(tiny()), "a run");
        store_->keep_trace(RINGSCOPE_TEST_DATA "/pytorch_profiler.json", "");
    }
    ScratchFolder folder_;
    std::unique_ptr<RunStore> store_;
    std::map<std::string, Part> document_ = read_document();
};

TEST_F(SchemaDocument, HasEveryTableAndColumnOfARunFile) {
    Tables documented = document_["Run file"].tables;
    documented.merge(document_["Traces of a run file"].tables);
    expect_same(documented, tables_of(*store_), "run file");
}

TEST_F(SchemaDocument, ItsQueriesRun) {
    for (const char* part : {"Run file", "Traces of a run file"}) {
        EXPECT_GE(document_[part].queries.size(), 3u) << part;
        for (const std::string& sql : document_[part].queries) {
            const auto query = store_->query(sql);
            std::vector<SqlValue> row;
            const bool any = query->next(row);
            EXPECT_TRUE(any || contains(sql, "run_tag")) << sql << " has no answer";
        }
    }
}

/// Views are not read on the program's own connections: they become tables.
void expect_export(const Part& part, const std::string& path) {
    EXPECT_GE(part.queries.size(), 2u);
    Tables there = tables_of(path);
    Db db("", DbMode::scratch, 0);
    Statement(db, "ATTACH ? AS export").bind_path(path).run();
    std::vector<std::pair<std::string, std::string>> views;
    {
        Statement select(db, "SELECT name, sql FROM export.sqlite_schema WHERE type = 'view'");
        while (select.step()) {
            const std::string name = select.get_text();
            views.emplace_back(name, select.get_text());
        }
    }
    EXPECT_FALSE(views.empty());
    for (const auto& [name, sql] : views) {
        db.run(("CREATE TEMP TABLE " + name + sql.substr(sql.find(" AS"))).c_str());
        Statement columns(db, "SELECT name FROM pragma_table_info(?)");
        columns.bind(name);
        while (columns.step()) there[name].insert(columns.get_text());
    }
    expect_same(part.tables, there, path);
    for (const std::string& sql : part.queries) EXPECT_TRUE(Statement(db, sql.c_str()).step()) << sql;
}

TEST_F(SchemaDocument, HasEveryTableAndColumnOfAnExport) {
    for (const auto& [id, part] : {std::pair{1, "Exported run"}, std::pair{2, "Exported trace"}}) {
        const std::string path = folder_.file(std::to_string(id) + ".sqlite");
        export_saved(*store_, id, "sqlite", path);
        expect_export(document_[part], path);
    }
}

}  // namespace
}  // namespace ringscope

// Files of every earlier schema, as the program of that time wrote them, open in this one with all they hold.
#include "sessions/migrations.h"

#include <gtest/gtest.h>

#include "engine/experiment_fields.h"
#include "sessions/run_figures.h"
#include "sessions/run_json.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using testing::contains;
using testing::read_file;
using testing::ScratchFolder;
using testing::tiny;

/// Makes the file that the dump describes.
void restore(const std::string& dump, const std::string& path) {
    Db(path, DbMode::create, 0).run(read_file(std::string(RINGSCOPE_TEST_DATA) + "/" + dump).c_str());
}

TEST(Migration, FromSchema1) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    restore("run_file_schema_1.sql", path);
    const auto store = RunStore::open(path);
    EXPECT_TRUE(store->writable());
    EXPECT_TRUE(contains(store->message(), "migrated from schema 1")) << store->message();
    EXPECT_TRUE(store->check().empty());

    const auto runs = store->list();
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[1].name, "kept by version 0.1.0");
    EXPECT_EQ(runs[1].tags, std::vector<std::string>{"first"});
    EXPECT_EQ(runs[1].output_bytes, 0);
    for (const RunSummary& run : runs) {
        const auto loaded = store->load(run.id, RunStore::Output::keep);
        EXPECT_EQ(loaded->output, nullptr);
        EXPECT_FALSE(loaded->trace.spans.empty());
        EXPECT_EQ(loaded->revision, "") << "schema 1 did not know it";
        EXPECT_EQ(run.experiment_hash, summarize(*loaded, "").experiment_hash);
        visit_fields(loaded->experiment, [&](const Field& field, const auto&) {
            EXPECT_EQ(field_value(*run.fields, field.path),
                      field_value(field_lines(loaded->experiment), field.path))
                << field.path;
        });
    }
    EXPECT_EQ(store->load(runs[1].id)->experiment, tiny());
    EXPECT_TRUE(store->load(runs[1].id)->verification->passed);

    const RunFile copy = open_run_file(path + ".bak-v1", false, schema_steps().first(1));
    EXPECT_EQ(copy.db->number("SELECT count(*) FROM param WHERE run = 1"),
              copy.db->number("SELECT count(*) FROM param WHERE run = 2"));
}

TEST(Migration, ANewFileHasTheTablesOfAMigratedOne) {
    const ScratchFolder folder;
    const std::string old = folder.file("old.ringscope");
    restore("run_file_schema_1.sql", old);
    const auto tables = [](const std::string& path, bool create) {
        const RunFile file = open_run_file(path, create);
        return file.db->text(
            "SELECT group_concat(name || char(10) || sql, char(10)) FROM (SELECT name, sql "
            "FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)");
    };
    EXPECT_EQ(tables(old, false), tables(folder.file("new.ringscope"), true));
}

}  // namespace
}  // namespace ringscope

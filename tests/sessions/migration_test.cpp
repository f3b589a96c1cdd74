// Files of every earlier schema, as the program of that time wrote them, open in this one with all they hold.
#include "sessions/store/migrations.h"

#include <cmath>

#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "sessions/compare/repeats.h"
#include "sessions/report/run_json.h"
#include "sessions/store/field_lines.h"
#include "sessions/store/run_properties.h"
#include "sessions/store/run_store.h"
#include "sessions/traces/imported_trace.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

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
        EXPECT_EQ(loaded->origin, Origin::measured);
        EXPECT_EQ(run.origin, Origin::measured);
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

TEST(Migration, FromSchema2) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    restore("run_file_schema_2.sql", path);
    const auto store = RunStore::open(path);
    EXPECT_TRUE(contains(store->message(), "migrated from schema 2 to")) << store->message();
    EXPECT_TRUE(store->check().empty());

    const auto runs = store->list();
    ASSERT_EQ(runs.size(), 2u);
    const RunSummary& first = runs[1];
    EXPECT_EQ(first.name, "kept by schema 2");
    EXPECT_EQ(first.tags, std::vector<std::string>{"first"});
    EXPECT_EQ(first.note, "a note");
    EXPECT_TRUE(first.baseline);
    EXPECT_TRUE(runs[0].archived);
    EXPECT_EQ(first.revision, "0123456789ab");
    EXPECT_EQ(first.output_bytes, 640);
    for (const RunSummary& run : runs) {
        EXPECT_FALSE(run.is_trace);
        EXPECT_EQ(run.origin, Origin::measured);
        EXPECT_EQ(run.experiment_hash, summarize(*store->load(run.id), "").experiment_hash);
    }
    const auto loaded = store->load(first.id, RunStore::Output::keep);
    EXPECT_EQ(loaded->experiment, tiny());
    EXPECT_TRUE(loaded->verification->passed);
    ASSERT_TRUE(loaded->output);
    EXPECT_FLOAT_EQ(loaded->output->o_row(0, 0, 0)[0], -0.42886284f) << "X'e993dbbe' of its chunk";

    const RunFile copy = open_run_file(path + ".bak-v2", false, schema_steps().first(2));
    EXPECT_EQ(copy.db->number("SELECT count(*) FROM output_chunk WHERE run = 1"), 2);
}

TEST(Migration, RunsOfOldFilesAndNewOnesOfTheSameExperimentHaveOneHash) {
    for (const char* dump : {"run_file_schema_1.sql", "run_file_schema_2.sql"}) {
        const ScratchFolder folder;
        const std::string path = folder.file("old.ringscope");
        restore(dump, path);
        const auto store = RunStore::open(path);
        const RunSummary old = store->list()[1];
        RunSummary same = store->summary(store->save(*make_fixture_run(tiny()), "new"));
        EXPECT_EQ(old.experiment_hash, same.experiment_hash) << dump;
        EXPECT_EQ(store->summary(old.id).same_experiment, 2) << dump;
        same.revision = "0123456789ab";
        RunSummary repeat = same;
        repeat.experiment_hash = old.experiment_hash;
        EXPECT_TRUE(are_repeats(repeat, same)) << "made by one build on one machine";
        Experiment other = tiny();
        other.input.seed = 2;
        EXPECT_NE(old.experiment_hash, experiment_hash(other)) << dump;
    }
}

TEST(Migration, AnExperimentThatCannotBeReadKeepsItsHash) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    restore("run_file_schema_2.sql", path);
    Db(path, DbMode::read_write, 0).run("UPDATE experiment SET json = '{\"problem\": 1}' WHERE run = 1");
    RunFile file = open_run_file(path, false);
    EXPECT_EQ(file.db->text("SELECT experiment_hash FROM run WHERE id = 1"), "347f3d754e2c62d3");
    EXPECT_NE(file.db->text("SELECT experiment_hash FROM run WHERE id = 2"), "352e22dbcfcec8d9");
}

TEST(Migration, TracesThatAFileOfSchema3KeptAreImported) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    restore("run_file_schema_2.sql", path);
    {
        const RunFile third = open_run_file(path, false, schema_steps().first(3));
        third.db->run("UPDATE run SET kind = 'trace' WHERE id = 2");
    }
    const RunFile migrated = open_run_file(path, false);
    EXPECT_TRUE(contains(migrated.message, "migrated from schema 3 to")) << migrated.message;
    EXPECT_EQ(migrated.db->text("SELECT group_concat(origin) FROM (SELECT origin FROM run ORDER BY id)"),
              "measured,imported");
}

TEST(Migration, FromSchema7WhatIsNotKnownBecomesNull) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    restore("run_file_schema_7.sql", path);
    {
        const auto store = RunStore::open(path);
        EXPECT_TRUE(contains(store->message(), "migrated from schema 7 to")) << store->message();
        EXPECT_TRUE(store->check().empty());
        const auto runs = store->list();
        ASSERT_EQ(runs.size(), 4u);
        EXPECT_TRUE(runs[3].baseline);
        EXPECT_TRUE(runs[3].verify_passed);
        EXPECT_GT(runs[3].figures["seconds"], 0);
        EXPECT_EQ(runs[2].error, "rank 2 was lost");
        for (const RunSummary& run : {runs[1], runs[2]})
            for (const Figure& figure : figures()) EXPECT_TRUE(std::isnan(run.figures[figure])) << figure.key;
        EXPECT_EQ(store->load(runs[2].id)->error_kind, ErrorKind::run_failed);
        EXPECT_EQ(store->load_trace(runs[1].id)->slices(), 2);
        EXPECT_EQ(runs[0].name, "n\uFFFD");
        EXPECT_EQ(runs[0].note, "a\uFFFDb") << "a NUL";
        EXPECT_EQ(runs[0].input_name, "k\uFFFD.safe");
        EXPECT_EQ(runs[0].tags, std::vector<std::string>{"t\uFFFD"}) << "two that have become one";
    }
    Db db(path, DbMode::read_only, 0);
    EXPECT_EQ(db.text("SELECT min(seconds) > 0 FROM run"), "1");
    EXPECT_EQ(
        db.text("SELECT group_concat(id || coalesce(error_kind, '-') || coalesce(ranks, '-'), ' ') FROM "
                "(SELECT * FROM run ORDER BY id)"),
        "1-4 2run_failed4 3-- 4-4");
    EXPECT_EQ(db.number("SELECT count(*) FROM run_figure WHERE run IN (2, 3)"), 0);
    EXPECT_EQ(db.text("SELECT file_name FROM kept_trace"), "t\uFFFD.json");
    EXPECT_EQ(db.number("SELECT count(*) FROM run WHERE id = 3 AND host IS NULL AND cores IS NULL AND "
                        "wall_ns IS NULL AND experiment_hash IS NULL AND output_bytes IS NULL"),
              1);
    EXPECT_TRUE(contains(read_file(path + ".bak-v7"), "n\xff")) << "as it was";
}

TEST(Migration, WhatOtherProgramsPutBesideStaysThere) {
    const ScratchFolder folder;
    const std::string path = folder.file("old.ringscope");
    restore("run_file_schema_7.sql", path);
    Db(path, DbMode::read_write, 0)
        .run(
            "CREATE INDEX by_name ON run (name COLLATE NOCASE DESC); CREATE VIEW fast AS SELECT * FROM run "
            "WHERE "
            "seconds < 1; CREATE TABLE mine (run INTEGER REFERENCES run (id), x); INSERT INTO mine VALUES "
            "(1, 2);");
    EXPECT_TRUE(RunStore::open(path)->writable());
    Db db(path, DbMode::read_only, 0);
    EXPECT_EQ(db.text("SELECT sql FROM sqlite_schema WHERE name = 'by_name'"),
              "CREATE INDEX by_name ON run (name COLLATE NOCASE DESC)");
    EXPECT_EQ(db.text("SELECT type FROM sqlite_schema WHERE name = 'fast'"), "view");
    EXPECT_EQ(db.number("SELECT x FROM mine JOIN run ON run.id = mine.run"), 2);
    EXPECT_EQ(db.text("PRAGMA integrity_check"), "ok");
    EXPECT_TRUE(RunStore::open(path)->writable()) << "and opens again";
}

TEST(Migration, ANewFileHasTheTablesOfAMigratedOne) {
    const ScratchFolder folder;
    const auto tables = [](const std::string& path, bool create) {
        const RunFile file = open_run_file(path, create);
        return file.db->text(
            "SELECT group_concat(name || char(10) || sql, char(10)) FROM (SELECT name, sql "
            "FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)");
    };
    const std::string new_tables = tables(folder.file("new.ringscope"), true);
    for (const char* dump : {"run_file_schema_1.sql", "run_file_schema_2.sql", "run_file_schema_7.sql"}) {
        const std::string old = folder.file(dump);
        restore(dump, old);
        EXPECT_EQ(tables(old, false), new_tables) << dump;
    }
}

}  // namespace
}  // namespace ringscope

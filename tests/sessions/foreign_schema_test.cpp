// Run files whose schema holds what this program did not put there: read as far as that is safe, never obeyed.
#include "sessions/store/foreign_schema.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "sessions/store/migrations.h"
#include "sessions/store/run_store.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

class ForeignSchemaTest : public ::testing::Test {
  protected:
    ForeignSchemaTest() : path_(folder_.file("runs.ringscope")) {
        const auto store = RunStore::open_or_create(path_);
        store->save(*run_, "first");
        store->set_tags(store->save(*run_, "second"), {"tag"});
    }
    /// By another program.
    void change(const char* sql) const {
        Db other(path_, DbMode::read_write, 0);
        other.run(sql);
    }
    void expect_only_read(const std::string& object) const {
        const std::string before = read_file(path_);
        const auto store = RunStore::open(path_);
        EXPECT_EQ(store->state(), StoreState::foreign);
        EXPECT_TRUE(contains(store->message(), object)) << store->message();
        EXPECT_TRUE(contains(store->message(), "opened read-only")) << store->message();
        EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { store->save(*run_, "no"); }), object));
        const auto problems = store->check();
        ASSERT_FALSE(problems.empty());
        EXPECT_TRUE(contains(problems.front(), object)) << problems.front();
        EXPECT_EQ(read_file(path_), before);
    }
    void expect_both_runs_are_read() const {
        const auto store = RunStore::open(path_);
        const auto list = store->list();
        ASSERT_EQ(list.size(), 2u);
        for (const RunSummary& run : list) expect_same_trace(store->load(run.id)->trace, run_->trace);
    }
    void expect_used_as_any_other(const std::string& object) const {
        const auto store = RunStore::open(path_);
        EXPECT_TRUE(store->writable()) << store->message();
        EXPECT_TRUE(contains(store->message(), object)) << store->message();
        EXPECT_EQ(store->check(), std::vector<std::string>{});
        const int64_t id = store->save(*run_, "third");
        EXPECT_EQ(store->list().size(), 3u);
        store->remove(id);
    }

    ScratchFolder folder_;
    std::string path_;
    std::shared_ptr<const ringscope::Run> run_ = make_fixture_run(tiny());
};

TEST_F(ForeignSchemaTest, NothingIsForeignInAFileOfThisProgram) {
    Db db(path_, DbMode::read_only, 0);
    const ForeignSchema foreign = foreign_schema(db, schema_steps());
    EXPECT_EQ(foreign.problems, std::vector<std::string>{});
    EXPECT_EQ(foreign.beside, std::vector<std::string>{});
    EXPECT_FALSE(foreign.has_expressions);
    EXPECT_EQ(RunStore::open(path_)->message(), "");
}

TEST_F(ForeignSchemaTest, ATriggerNeverRunsAndIsNamed) {
    change("CREATE TRIGGER tr AFTER INSERT ON run_tag BEGIN DELETE FROM run; END");
    expect_only_read("trigger tr on run_tag");
    expect_both_runs_are_read();
    Db db(path_, DbMode::read_write, 0);
    db.run("INSERT INTO run_tag VALUES (1, 'x')");
    EXPECT_EQ(db.number("SELECT count(*) FROM run"), 2);
}

TEST_F(ForeignSchemaTest, AViewInPlaceOfATableIsNotRead) {
    change(
        "DROP TABLE run_tag; CREATE VIEW run_tag AS WITH RECURSIVE t (run, tag) AS "
        "(SELECT 1, 'x' UNION ALL SELECT run, tag || 'yyyyyyyyyyyyyyyy' FROM t) SELECT run, tag FROM t");
    expect_only_read("view run_tag in place of the program's table");
    expect_both_runs_are_read();
}

TEST_F(ForeignSchemaTest, GeneratedColumnsAreNotRead) {
    change(
        "DROP TABLE run_tag; CREATE TABLE run_tag (run INTEGER, tag TEXT AS (printf('%.*c', 30000000, 'x')));"
        "INSERT INTO run_tag (run) VALUES (1), (2), (1), (2), (1), (2), (1), (2), (1), (2)");
    expect_only_read("table run_tag in place of the program's table");
    expect_both_runs_are_read();
}

TEST_F(ForeignSchemaTest, NamesInOtherLettersAreTheSameToSqlite) {
    change("DROP TABLE run_tag; CREATE TABLE Run_Tag (run INTEGER, tag TEXT AS (hex(zeroblob(10000000))))");
    expect_only_read("table Run_Tag in place of the program's table");
    expect_both_runs_are_read();
}

TEST_F(ForeignSchemaTest, AMissingTableIsNamed) {
    change("DROP TABLE run_tag");
    expect_only_read("table run_tag is missing");
    expect_both_runs_are_read();
}

TEST_F(ForeignSchemaTest, OtherColumnsOfOurTablesAreReadPast) {
    change("ALTER TABLE run ADD COLUMN mine TEXT");
    expect_only_read("table run with other columns or constraints");
    expect_both_runs_are_read();
}

TEST_F(ForeignSchemaTest, AnIndexThatRefusesOrEvaluatesSomethingIsOnlyRead) {
    change("CREATE UNIQUE INDEX one_name ON run (name)");
    expect_only_read("index one_name on run");
    change("DROP INDEX one_name; CREATE INDEX upper_name ON run (upper(name))");
    expect_only_read("index upper_name on run");
    change("DROP INDEX upper_name; CREATE INDEX some ON run (name) WHERE id > 1");
    expect_only_read("index some on run");
    expect_both_runs_are_read();
}

TEST_F(ForeignSchemaTest, APersonsOwnTablesViewsAndIndicesStayUsable) {
    change("CREATE TABLE my_notes (run INTEGER, text TEXT)");
    expect_used_as_any_other("table my_notes");
    change("CREATE VIEW my_view AS SELECT name, seconds FROM run; CREATE INDEX by_name ON run (name)");
    expect_used_as_any_other("and 2 more");
    change("ANALYZE");
    expect_used_as_any_other("and 2 more");
}

TEST_F(ForeignSchemaTest, AFileOfAnOlderVersionIsMigratedInAPrivateCopy) {
    const std::string old = folder_.file("old.ringscope");
    Db(old, DbMode::create, 0)
        .run(read_file(std::string(RINGSCOPE_TEST_DATA) + "/run_file_schema_2.sql").c_str());
    Db(old, DbMode::read_write, 0).run("CREATE TRIGGER tr AFTER UPDATE ON run BEGIN DELETE FROM run; END");
    const std::string before = read_file(old);
    const size_t files = folder_.files();
    const auto store = RunStore::open(old);
    EXPECT_EQ(store->state(), StoreState::foreign);
    EXPECT_TRUE(contains(store->message(), "trigger tr on run")) << store->message();
    ASSERT_EQ(store->list().size(), 2u);
    EXPECT_EQ(store->load(store->list()[1].id)->experiment, tiny());
    EXPECT_EQ(read_file(old), before);
    EXPECT_EQ(folder_.files(), files) << "no copy is left beside it";
}

// An expression of a stranger's table may take any time; this one fails when it is evaluated.
TEST_F(ForeignSchemaTest, NothingEvaluatesWhatAStrangersTableDemands) {
    change(
        "PRAGMA ignore_check_constraints = ON; CREATE TABLE extra (x CHECK (abs(x) > 0));"
        "INSERT INTO extra VALUES (-9223372036854775808)");
    expect_both_runs_are_read();
    expect_used_as_any_other("table extra");
}

TEST_F(ForeignSchemaTest, ARunWithAValueThatIsTooLargeCanBeDeletedByItsNumber) {
    {
        Db other(path_, DbMode::read_write, 0);
        sqlite3_limit(other.handle(), SQLITE_LIMIT_LENGTH, 1 << 30);
        other.run("UPDATE run SET note = CAST(zeroblob(40000000) AS TEXT) WHERE id = 1");
    }
    {
        const auto store = RunStore::open(path_);
        EXPECT_EQ(store->list().size(), 1u) << "the newer one";
        EXPECT_TRUE(contains(store->message(), "a value of more than 32 MiB")) << store->message();
        ASSERT_FALSE(store->check().empty());
    }
    const auto store = RunStore::open(path_);
    store->remove(store->find("1"));
    EXPECT_EQ(store->list().size(), 1u);
    EXPECT_EQ(store->check(), std::vector<std::string>{});
}

TEST_F(ForeignSchemaTest, CommentsAndSpacesOfAStatementMeanNothing) {
    change("CREATE TABLE copy (x)");
    Db db(path_, DbMode::read_write, 0);
    Db other("", DbMode::scratch, 0);
    const std::vector<const char*> one = {
        "CREATE TABLE t (a INTEGER, -- it's a comment\n  b TEXT DEFAULT ' -- ')"};
    other.run("CREATE TABLE t (a INTEGER,\n\t/* none */ b TEXT DEFAULT ' -- ')");
    EXPECT_EQ(foreign_schema(other, one).problems, std::vector<std::string>{});
    Db changed("", DbMode::scratch, 0);
    changed.run("CREATE TABLE t (a INTEGER, b TEXT DEFAULT '  -- ')");
    EXPECT_EQ(foreign_schema(changed, one).problems.size(), 1u);
}

TEST_F(ForeignSchemaTest, NoStatementTakesMoreThanTheFileAccountsFor) {
    Db db(path_, DbMode::read_only, 0);
    const std::string endless = "WITH RECURSIVE t (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT ";
    const std::string steps =
        error_of(ErrorKind::io, [&] { db.number((endless + "count(*) FROM t").c_str()); });
    EXPECT_TRUE(contains(steps, "more is read from it than it has room for")) << steps;
    const auto read_all = [&](const std::string& sql) {
        return error_of(ErrorKind::io, [&] {
            Statement select(db, sql.c_str());
            while (select.step()) select.get_text();
        });
    };
    EXPECT_TRUE(contains(read_all(endless + "x FROM t"), "more is read from it than it has room for"));
    EXPECT_TRUE(contains(read_all(endless + "printf('%.*c', 1000000, 'x') FROM t LIMIT 1000"),
                         "more is read from it than it has room for"));
    EXPECT_TRUE(contains(read_all("SELECT hex(zeroblob(1000000000))"), "a value of more than 32 MiB"));
}

}  // namespace
}  // namespace ringscope

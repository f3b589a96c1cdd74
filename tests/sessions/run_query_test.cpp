// A person's SELECT over a run file: it reads spans, memory and transfers as they are, and changes nothing.
#include <algorithm>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "sessions/store/database.h"
#include "sessions/store/run_query.h"
#include "sessions/store/run_store.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

std::string text_of(const SqlValue& value) {
    if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* blob = std::get_if<SqlBlob>(&value)) return std::to_string(blob->bytes.size()) + " bytes";
    return "NULL";
}

class Query : public ::testing::Test {
  protected:
    Query() : path_(folder_.file("runs.ringscope")), store_(RunStore::open_or_create(path_)) {}
    /// Rows by "; ", values by " ".
    std::string rows(const std::string& sql) {
        const auto query = store_->query(sql);
        std::string text;
        std::vector<SqlValue> row;
        while (query->next(row)) {
            if (!text.empty()) text += "; ";
            for (size_t i = 0; i < row.size(); ++i) text += (i ? " " : "") + text_of(row[i]);
        }
        return text;
    }
    std::string refused(const std::string& sql) {
        return error_of(ErrorKind::bad_input, [&] { rows(sql); });
    }
    void change(const std::string& sql) { Db(path_, DbMode::read_write, 0).run(sql.c_str()); }
    ScratchFolder folder_;
    std::string path_;
    std::unique_ptr<RunStore> store_;
};

TEST_F(Query, ReadsTheSpansOfEveryRunAsTheyAre) {
    const auto first = make_fixture_run(tiny());
    const auto second = run_of_size(20'000);  // more than a chunk
    store_->save(*first, "first");
    store_->save(*second, "second");
    const auto query = store_->query("SELECT * FROM span");
    EXPECT_EQ(query->columns(), (std::vector<std::string>{"run", "span", "rank", "step", "kind", "pass",
                                                          "cause", "payload", "owner", "peer", "transfer",
                                                          "bytes", "begin_ns", "end_ns", "duration_ns"}));
    std::vector<SqlValue> row;
    int64_t id = 0;
    for (const ringscope::Run* run : {static_cast<const ringscope::Run*>(first.get()), second.get()}) {
        ++id;
        int64_t place = 0;
        for (const Span& span : run->trace.spans) {
            ASSERT_TRUE(query->next(row));
            const auto if_any = [](int64_t value) { return value < 0 ? "NULL" : std::to_string(value); };
            const bool moves = span.payload != Payload::nothing;
            const std::vector<std::string> expected{
                std::to_string(id),
                std::to_string(place++),
                std::to_string(span.rank),
                std::to_string(span.step),
                name_of(span.kind),
                name_of(span.pass),
                span.cause == WaitCause::none ? "NULL" : name_of(span.cause),
                moves ? name_of(span.payload) : "NULL",
                if_any(span.owner),
                if_any(span.peer),
                if_any(span.transfer),
                if_any(moves ? span.bytes : -1),
                std::to_string(span.begin_ns),
                std::to_string(span.end_ns),
                std::to_string(span.end_ns - span.begin_ns)};
            for (size_t i = 0; i < expected.size(); ++i)
                ASSERT_EQ(text_of(row[i]), expected[i]) << query->columns()[i] << " of span " << place;
        }
    }
    EXPECT_FALSE(query->next(row));
    EXPECT_GT(second->trace.spans.size(), kChunkItems);
}

TEST_F(Query, ReadsOneRunOrRankAlone) {
    const auto run = make_fixture_run(tiny());
    for (int i = 0; i < 3; ++i) store_->save(*run, "a run");
    const auto spans = static_cast<int64_t>(run->trace.spans.size());
    const auto of_rank_2 = std::count_if(run->trace.spans.begin(), run->trace.spans.end(),
                                         [](const Span& span) { return span.rank == 2; });
    EXPECT_EQ(rows("SELECT count(*) FROM span"), std::to_string(3 * spans));
    EXPECT_EQ(rows("SELECT run, count(*) FROM span WHERE run = 2"), "2 " + std::to_string(spans));
    EXPECT_EQ(rows("SELECT count(*) FROM span WHERE rank = 2 AND run = 3"), std::to_string(of_rank_2));
    EXPECT_EQ(rows("SELECT count(*) FROM span WHERE rank = 2"), std::to_string(3 * of_rank_2));
    EXPECT_EQ(rows("SELECT count(*) FROM span WHERE run IN (1, 3, 9)"), std::to_string(2 * spans));
    EXPECT_EQ(rows("SELECT count(*) FROM run JOIN span ON span.run = run.id WHERE run.id > 1"),
              std::to_string(2 * spans));
    EXPECT_EQ(rows("SELECT count(*) FROM span WHERE run = 'none' OR run = NULL OR run = 2.5"), "0");
    EXPECT_TRUE(contains(rows("EXPLAIN QUERY PLAN SELECT * FROM wait_per_step WHERE run = 2"), "INDEX 1"))
        << "the other runs are not unpacked for a view either";
    change("DELETE FROM trace_chunk WHERE run = 1");
    EXPECT_EQ(rows("SELECT count(*) FROM span WHERE run = 2"), std::to_string(spans))
        << "and damage elsewhere is no harm";
}

TEST_F(Query, AnswersHowLongEachRankWaited) {
    const auto run = make_fixture_run(tiny());
    store_->save(*run, "a run");
    std::map<std::pair<int, int>, int64_t> waits;
    for (const Span& span : run->trace.spans)
        if (span.kind == SpanKind::wait) waits[{span.rank, span.step}] += span.end_ns - span.begin_ns;
    std::string expected;
    for (const auto& [where, ns] : waits)
        expected += (expected.empty() ? "" : "; ") + std::to_string(where.first) + " " +
                    std::to_string(where.second) + " " + std::to_string(ns);
    ASSERT_FALSE(expected.empty());
    EXPECT_EQ(rows("SELECT rank, step, sum(wait_ns) FROM wait_per_step GROUP BY rank, step"), expected);
    EXPECT_EQ(rows("SELECT rank, step, sum(duration_ns) FROM span WHERE kind = 'wait' GROUP BY rank, step"),
              expected);
}

TEST_F(Query, ReadsMemoryAndTransfers) {
    const auto run = make_fixture_run(tiny());
    store_->save(*run, "a run");
    const MemorySample& sample = run->trace.memory.back();
    EXPECT_EQ(rows("SELECT rank, step, time_ns, query_bytes, workspace_bytes, live_bytes, peak_bytes FROM "
                   "memory ORDER BY "
                   "sample DESC LIMIT 1"),
              std::to_string(sample.rank) + " " + std::to_string(sample.step) + " " +
                  std::to_string(sample.time_ns) + " " + std::to_string(sample.live[0]) + " " +
                  std::to_string(sample.live[5]) + " " + std::to_string(total_bytes(sample.live)) + " " +
                  std::to_string(sample.peak_total));
    EXPECT_EQ(rows("SELECT count(*) FROM transfer"), std::to_string(run->trace.transfers.size()));
    EXPECT_EQ(rows("SELECT done_ns FROM transfer WHERE transfer = 0"),
              std::to_string(run->trace.transfers[0].done_ns));
}

TEST_F(Query, ValuesHaveTheirTypes) {
    EXPECT_EQ(rows("SELECT 1, 2.5, 'text', NULL, x'00ff', 9223372036854775807"),
              "1 2.500000 text NULL 2 bytes 9223372036854775807");
    EXPECT_EQ(rows("VALUES (1), (2)"), "1; 2");
    EXPECT_EQ(rows("SELECT 1 WHERE 0"), "");
    EXPECT_EQ(rows("SELECT 1; -- and a comment\n ;"), "1");
    EXPECT_EQ(rows("SELECT value FROM json_each('[1, 2]')"), "1; 2");
    EXPECT_EQ(rows("SELECT count(*) > 5 FROM pragma_table_info('run')"), "1");
}

TEST_F(Query, ChangesNothing) {
    store_->save(*make_fixture_run(tiny()), "a run");
    const std::string before = read_file(path_);
    for (const char* sql : {"UPDATE run SET name = 'x'",
                            "DELETE FROM run",
                            "DELETE FROM run RETURNING id",
                            "DROP TABLE run",
                            "INSERT INTO run_tag VALUES (1, 'x')",
                            "CREATE TABLE x (a)",
                            "CREATE TEMP TABLE x (a)",
                            "CREATE VIEW v AS SELECT 1",
                            "CREATE VIRTUAL TABLE v USING fts5 (a)",
                            "ATTACH 'other' AS other",
                            "VACUUM",
                            "VACUUM INTO 'other'",
                            "REINDEX",
                            "ANALYZE",
                            "BEGIN",
                            "COMMIT",
                            "SAVEPOINT s",
                            "PRAGMA user_version = 3",
                            "PRAGMA journal_mode = WAL",
                            "PRAGMA writable_schema = ON",
                            "PRAGMA query_only = OFF",
                            "SELECT load_extension('x')",
                            "WITH x AS (SELECT 1) DELETE FROM run",
                            "SELECT 1; DELETE FROM run",
                            "SELECT 1; SELECT 2",
                            "DETACH main",
                            "INSERT INTO sqlite_schema VALUES (1, 1, 1, 1, 1) RETURNING 1",
                            "UPDATE sqlite_schema SET sql = '' RETURNING 1"}) {
        const std::string problem = refused(sql);
        EXPECT_TRUE(problem.starts_with("SQL: ")) << sql << ": " << problem;
    }
    EXPECT_EQ(read_file(path_), before);
    EXPECT_EQ(folder_.files(), 1u);
}

TEST_F(Query, TheStoreIsAsBeforeAfterwards) {
    store_->save(*make_fixture_run(tiny()), "a run");
    rows("SELECT * FROM span");
    refused("DELETE FROM run");
    EXPECT_EQ(rows("SELECT count(*) > 0 FROM wait_per_step"), "1");
    store_->rename(1, "changed");
    EXPECT_EQ(store_->save(*make_fixture_run(tiny()), "another"), 2);
    EXPECT_EQ(rows("SELECT name FROM run ORDER BY id"), "changed; another");
    EXPECT_TRUE(store_->check().empty());
}

TEST_F(Query, MistakesAreOneLine) {
    EXPECT_TRUE(contains(refused("SELECT nope FROM run"), "no such column: nope"));
    EXPECT_TRUE(contains(refused("SELECT\n1\n+"), "incomplete input"));
    EXPECT_TRUE(contains(refused("SELEC 1"), "syntax error"));
    EXPECT_TRUE(contains(refused(" -- nothing"), "no statement"));
    EXPECT_TRUE(contains(refused("SELECT zeroblob(1000000000)"), "more than the 32 MiB"));
    EXPECT_TRUE(contains(refused("SELECT abs(-9223372036854775807 - 1)"), "overflow"));
}

TEST_F(Query, DamageNamesTheRun) {
    store_->save(*run_of_size(20'000), "a run");
    const auto problem = [&] { return error_of(ErrorKind::io, [&] { rows("SELECT max(span) FROM span"); }); };
    change("CREATE TABLE kept AS SELECT * FROM trace_chunk");
    const auto restore = [&] {
        change("DELETE FROM trace_chunk; INSERT INTO trace_chunk SELECT * FROM kept");
    };
    change("UPDATE trace_chunk SET data = substr(data, 1, length(data) - 3) WHERE chunk = 1");
    EXPECT_TRUE(contains(problem(), "run 1: the trace is damaged")) << problem();
    restore();
    change("DELETE FROM trace_chunk WHERE chunk = 0");
    EXPECT_TRUE(contains(problem(), "chunk 0 of its spans is missing")) << problem();
    restore();
    change(
        "DELETE FROM trace_chunk WHERE kind = 'spans' AND chunk = (SELECT max(chunk) FROM kept WHERE kind = "
        "'spans')");
    EXPECT_TRUE(contains(problem(), "spans are there")) << problem();
    EXPECT_EQ(rows("SELECT name FROM run"), "a run") << "the rest is read";
}

TEST_F(Query, OneThatNeverEndsIsCancelled) {
    std::stop_source stop;
    store_->stop_when(stop.get_token());
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        stop.request_stop();
    });
    error_of(ErrorKind::cancelled, [&] {
        rows("WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c");
        ADD_FAILURE() << "it ended";
    });
    EXPECT_TRUE(stop.stop_requested());
}

/// More rows and steps than the file accounts for: of a file's own reading they would be damage.
TEST_F(Query, MayGiveFarMoreThanTheFileHolds) {
    const auto query = store_->query(
        "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 300000) SELECT x, 'row' FROM "
        "c");
    std::vector<SqlValue> row;
    int64_t count = 0;
    while (query->next(row)) ++count;
    EXPECT_EQ(count, 300'000);
}

TEST_F(Query, ReadsAFileThatOthersChangedOnlyAsFarAsItIsOurs) {
    store_->save(*make_fixture_run(tiny()), "a run");
    change("CREATE TRIGGER tr AFTER UPDATE ON run BEGIN DELETE FROM run; END");
    store_ = RunStore::open(path_);
    EXPECT_EQ(store_->state(), StoreState::foreign);
    EXPECT_EQ(rows("SELECT name FROM run"), "a run");
    EXPECT_NE(rows("SELECT count(*) FROM span"), "0");
}

}  // namespace
}  // namespace ringscope

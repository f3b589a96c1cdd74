// export --format sqlite: what any SQLite reads, whole or not at all, and never taken for a run file.
#include <gtest/gtest.h>

#include "sessions/file_kind.h"
#include "sessions/report/run_export.h"
#include "sessions/store/database.h"
#include "sessions/store/plain_tables.h"
#include "sessions/store/run_store.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

class PlainTables : public ::testing::Test {
  protected:
    PlainTables()
        : store_(RunStore::open_or_create(folder_.file("runs.ringscope"))),
          path_(folder_.file("plain %?#.sqlite")) {
        store_->save(*make_fixture_run(tiny()), "n\xff");
        store_->keep_trace(RINGSCOPE_TEST_DATA "/pytorch_profiler.json", "");
    }
    std::string text(const std::string& sql) { return Db(path_, DbMode::read_only, 0).text(sql.c_str()); }
    ScratchFolder folder_;
    std::unique_ptr<RunStore> store_;
    std::string path_;
};

TEST_F(PlainTables, HoldEverythingOfARun) {
    export_saved(*store_, 1, "sqlite", path_);
    const auto run = store_->load(1);
    EXPECT_EQ(text("SELECT name || state || ranks FROM run"), "n\uFFFDdone4");
    EXPECT_EQ(text("SELECT error IS NULL AND error_kind IS NULL AND input_name IS NULL FROM run"), "1");
    EXPECT_EQ(text("SELECT count(*) FROM span"), std::to_string(run->trace.spans.size()));
    int64_t waits = 0;
    for (const Span& span : run->trace.spans)
        if (span.kind == SpanKind::wait) waits += span.end_ns - span.begin_ns;
    EXPECT_EQ(text("SELECT sum(duration_ns) FROM span WHERE kind = 'wait'"), std::to_string(waits));
    EXPECT_EQ(text("SELECT count(*) FROM memory"), std::to_string(run->trace.memory.size()));
    EXPECT_EQ(text("SELECT count(*) FROM rank"), "4");
    EXPECT_EQ(
        text("SELECT sum(sent_bytes) = (SELECT value FROM figure WHERE key = 'bytes_on_wire') FROM rank"),
        "1");
    EXPECT_EQ(text("SELECT count(*) FROM figure"), std::to_string(figures().size()));
    EXPECT_EQ(text("SELECT count(*) = sum(s.rank = t.from_rank AND s.peer = t.to_rank AND s.bytes = t.bytes) "
                   "FROM span s "
                   "JOIN transfer t USING (transfer) WHERE s.kind = 'send'"),
              "1");
    EXPECT_EQ(text("SELECT count(*) FROM sqlite_schema WHERE type = 'view'"), "2");
    EXPECT_EQ(text("PRAGMA integrity_check"), "ok");
    const std::string head = read_file(path_);
    EXPECT_FALSE(contains(head, "STRICT"));
}

TEST_F(PlainTables, HoldEverythingOfATrace) {
    export_saved(*store_, 2, "sqlite", path_);
    const auto trace = store_->load_trace(2);
    EXPECT_EQ(text("SELECT name || ' ' || length_ns FROM trace"),
              "pytorch_profiler.json " + std::to_string(trace->length_ns));
    EXPECT_EQ(text("SELECT count(*) FROM slice"), std::to_string(trace->slices()));
    int64_t arguments = 0;
    for (const ImportedLane& lane : trace->lanes)
        for (const ImportedSlice& slice : lane.slices) arguments += slice.arguments;
    EXPECT_GT(arguments, 0);
    EXPECT_EQ(text("SELECT count(*) FROM arg"), std::to_string(arguments));
    EXPECT_EQ(text("SELECT count(*) FROM flow"), std::to_string(trace->flows.size()));
    EXPECT_EQ(text("SELECT count(*) FROM counter"), std::to_string(trace->counter_values()));
    EXPECT_EQ(text("SELECT count(*) FROM instant"), std::to_string(trace->instants()));
    EXPECT_EQ(text("SELECT count(*) FROM note"), std::to_string(trace->notes.size()));
    EXPECT_EQ(text("SELECT max(depth) > 0 FROM slice"), "1");
    EXPECT_EQ(text("SELECT count(*) FROM slice a JOIN slice b ON a.lane = b.lane AND a.depth = b.depth AND "
                   "a.slice < b.slice "
                   "AND a.end_ns > b.begin_ns AND b.end_ns > a.begin_ns"),
              "0")
        << "slices of a depth do not overlap";
}

TEST_F(PlainTables, AreNoRunFile) {
    export_saved(*store_, 1, "sqlite", path_);
    EXPECT_FALSE(is_run_file(path_));
    const std::string problem = error_of(ErrorKind::bad_input, [&] { RunStore::open(path_); });
    EXPECT_TRUE(contains(problem, "plain tables that 'export --format sqlite' makes")) << problem;
    export_saved(*store_, 1, "sqlite", path_);
    EXPECT_EQ(text("SELECT count(*) FROM run"), "1") << "written again";
    const std::string before = read_file(store_->path());
    EXPECT_TRUE(
        contains(error_of(ErrorKind::bad_input, [&] { export_saved(*store_, 1, "sqlite", store_->path()); }),
                 "is a run file"));
    EXPECT_EQ(read_file(store_->path()), before);
}

TEST_F(PlainTables, OfARunThatFailedHaveNoFigures) {
    FixtureOptions options;
    options.state = RunState::failed;
    write_plain_tables(*make_fixture_run(tiny(), options), 0, "failed", path_, {});
    EXPECT_EQ(text("SELECT run || state || error_kind || typeof(seconds) FROM run"), "0failedrun_failednull");
    EXPECT_EQ(text("SELECT count(value) FROM figure"), "0");
}

TEST_F(PlainTables, AppearWholeOrNotAtAll) {
    write_file(path_, "before");
    std::stop_source stop;
    stop.request_stop();
    error_of(ErrorKind::cancelled, [&] {
        export_saved(*store_, 1, "sqlite", path_, stop.get_token());
        ADD_FAILURE() << "it was written";
    });
    EXPECT_EQ(read_file(path_), "before");
    EXPECT_EQ(folder_.files(), 2u) << "nothing else stays";
}

}  // namespace
}  // namespace ringscope

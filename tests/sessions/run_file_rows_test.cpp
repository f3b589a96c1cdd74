// The rows of a run file as other programs read them: nothing is NULL, texts are UTF-8, a number means one run.
#include <gtest/gtest.h>

#include "sessions/store/database.h"
#include "sessions/store/run_filter.h"
#include "sessions/store/run_properties.h"
#include "sessions/store/run_store.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

const std::string kPytorch = RINGSCOPE_TEST_DATA "/pytorch_profiler.json";

class RunFileRows : public ::testing::Test {
  protected:
    RunFileRows() : path_(folder_.file("runs.ringscope")), store_(RunStore::open_or_create(path_)) {}
    int64_t save(RunState state, const std::string& name = "a run") {
        FixtureOptions options;
        options.state = state;
        return store_->save(*make_fixture_run(tiny(), options), name);
    }
    std::string text(const std::string& sql) { return Db(path_, DbMode::read_only, 0).text(sql.c_str()); }
    ScratchFolder folder_;
    std::string path_;
    std::unique_ptr<RunStore> store_;
};

TEST_F(RunFileRows, AKeptTraceHasNoFiguresAndNoError) {
    store_->keep_trace(kPytorch, "");
    for (const char* column : {"error",
                               "error_kind",
                               "experiment_hash",
                               "host",
                               "cpu",
                               "cores",
                               "memory_bytes",
                               "os",
                               "device",
                               "kernel",
                               "transport",
                               "threads",
                               "input_name",
                               "dtype",
                               "seq_len",
                               "ranks",
                               "strategy",
                               "layout",
                               "seconds",
                               "flops",
                               "gflops_per_second",
                               "bytes_on_wire",
                               "overlap_efficiency",
                               "compute_imbalance",
                               "peak_bytes",
                               "wall_ns",
                               "output_bytes"})
        EXPECT_EQ(text(std::string("SELECT typeof(") + column + ") FROM run"), "null") << column;
    EXPECT_EQ(text("SELECT count(*) FROM run_figure"), "0");
    const auto run = save(RunState::done);
    EXPECT_EQ(text("SELECT min(seconds) > 0 AND min(ranks) = 4 FROM run"), "1");
    EXPECT_EQ(text("SELECT typeof(error) || typeof(error_kind) FROM run WHERE id = " + std::to_string(run)),
              "nullnull");
    const RunSummary summary = store_->list().back();
    ASSERT_TRUE(summary.is_trace);
    for (const char* filter : {"seconds<5", "seconds>=0", "ranks<99", "peak_bytes<9GB", "ranks=0"})
        EXPECT_FALSE(RunFilter(filter).matches(summary)) << filter;
}

TEST_F(RunFileRows, ARunThatDidNotEndHasNoFigures) {
    for (const RunState state : {RunState::failed, RunState::cancelled}) {
        const auto id = save(state);
        const std::string where = " FROM run WHERE id = " + std::to_string(id);
        EXPECT_EQ(text("SELECT typeof(seconds) || typeof(flops) || typeof(overlap_efficiency) || "
                       "typeof(peak_bytes)" +
                       where),
                  "nullnullnullnull");
        EXPECT_EQ(text("SELECT ranks" + where), "4") << "was asked for";
        EXPECT_EQ(text("SELECT count(*) FROM run_figure WHERE run = " + std::to_string(id)), "0");
        EXPECT_EQ(text("SELECT typeof(error_kind)" + where), "text");
        const auto loaded = store_->load(id);
        EXPECT_EQ(loaded->state, state);
        EXPECT_EQ(loaded->metrics.overlap_efficiency, 1) << "as before it was saved";
        EXPECT_FALSE(RunFilter("seconds<5").matches(store_->summary(id)));
    }
}

TEST_F(RunFileRows, EveryTextIsUtf8WithoutNul) {
    const std::string bad = std::string("n\xff\xc3(\xed\xa0\x80") + std::string(1, '\0') + "z";
    auto run = *make_fixture_run(tiny());
    run.machine.host = run.machine.cpu = run.input_name = run.device = run.kernel = bad;
    const int64_t id = store_->save(run, bad);
    store_->set_note(id, bad);
    store_->set_tags(id, {bad, "n\xfe"});
    write_file(folder_.file("t\xff.json"), R"([{"ph":"X","name":"a","ts":1,"dur":1,"pid":1,"tid":1}])");
    store_->keep_trace(folder_.file("t\xff.json"), "");
    auto failed = run;
    failed.state = RunState::failed;
    failed.error = bad;
    const int64_t third = store_->save(failed, "renamed");
    store_->rename(third, "r\xff");
    EXPECT_EQ(store_->summary(third).name, "r\uFFFD");
    EXPECT_EQ(store_->summary(id).host.substr(0, 7), "n\uFFFD\uFFFD") << store_->summary(id).host;
    // What the file holds of them, whole: no byte of UTF-8's that cannot be, and no NUL in a text.
    Db db(path_, DbMode::read_only, 0);
    for (const std::string table : {"run", "run_tag", "kept_trace", "experiment"}) {
        Statement columns(db, "SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT'");
        columns.bind(table);
        while (columns.step()) {
            const std::string column = columns.get_text();
            Statement rows(db, ("SELECT " + column + " FROM " + table).c_str());
            while (rows.step()) {
                const std::string value = rows.get_text();
                EXPECT_EQ(value.find('\0'), std::string::npos) << table << "." << column;
                for (const char* part : {"\xff", "\xfe", "\xed\xa0"})
                    EXPECT_FALSE(contains(value, part)) << table << "." << column;
            }
        }
    }
    EXPECT_EQ(db.text("SELECT group_concat(name, ' ') FROM (SELECT name FROM run WHERE id > 1 ORDER BY id)"),
              "t\uFFFD.json r\uFFFD");
}

TEST_F(RunFileRows, ControlCharactersOfANameStayAndAreShownHarmless) {
    const int64_t id = store_->save(*make_fixture_run(tiny()), "a\033[31mb\nc");
    EXPECT_EQ(text("SELECT name FROM run"), "a\033[31mb\nc");
    EXPECT_EQ(store_->find("a\033[31mb\nc"), id);
}

TEST_F(RunFileRows, TextsOfAnotherProgramAreMadeValidOnTheirWayIn) {
    save(RunState::done);
    {
        Db db(path_, DbMode::read_write, 0);
        db.run(
            "UPDATE run SET name = CAST(x'6eff' AS TEXT), note = CAST(x'610062' AS TEXT);"
            "INSERT INTO run_tag VALUES (1, CAST(x'74ff' AS TEXT)), (1, CAST(x'74fe' AS TEXT));");
    }
    const std::string packed = folder_.file("packed");
    store_->export_run(1, packed);
    const auto other = RunStore::open_or_create(folder_.file("other"));
    other->import_runs(path_);
    for (const std::string& file : {packed, other->path()}) {
        Db db(file, DbMode::read_only, 0);
        EXPECT_EQ(db.text("SELECT name || note FROM run"), "n\uFFFDa\uFFFDb") << file;
        EXPECT_EQ(db.text("SELECT group_concat(tag) FROM run_tag"), "t\uFFFD") << file;
    }
}

TEST_F(RunFileRows, ANumberIsNeverGivenTwice) {
    save(RunState::done);
    const auto second = save(RunState::done);
    store_->remove(second);
    EXPECT_EQ(save(RunState::done), 3);
    store_->remove(3);
    store_->remove(1);
    store_->compact();
    store_ = RunStore::open(path_);
    EXPECT_EQ(store_->keep_trace(kPytorch, "").id, 4) << "of an empty file, opened again";
    const auto other = RunStore::open_or_create(folder_.file("other"));
    other->save(*make_fixture_run(tiny()), "another");
    store_->remove(4);
    EXPECT_EQ(store_->import_runs(other->path()), std::vector<int64_t>{5});
    store_->export_run(5, folder_.file("packed"));
    EXPECT_EQ(RunStore::open(folder_.file("packed"))->list().front().id, 1);
}

}  // namespace
}  // namespace ringscope

// Whatever takes long ends when a stop is requested, and leaves the world as it was.
#include "sessions/stop.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "sessions/atomic_file.h"
#include "sessions/gzip.h"
#include "sessions/report/csv_export.h"
#include "sessions/report/html_report.h"
#include "sessions/store/run_output.h"
#include "sessions/store/run_store.h"
#include "sessions/tensors/safetensors.h"
#include "sessions/traces/chrome_trace_import.h"
#include "sessions/traces/perfetto_export.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

const std::string kPytorch = RINGSCOPE_TEST_DATA "/pytorch_profiler.json";

std::stop_token stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path());
    std::sort(names.begin(), names.end());
    return names;
}

class Stop : public ::testing::Test {
  protected:
    Stop() {
        auto store = RunStore::open_or_create(file_);
        for (int i = 0; i < 8; ++i) store->save(*make_fixture_run(tiny()), "run " + std::to_string(i));
        trace_ = store->keep_trace(kPytorch, "").id;
        for (int64_t id = 2; id < 5; ++id) store->remove(id);
        before_ = read_file(file_);
        names_ = names_in(folder_.path());
        store_ = RunStore::open(file_);
        store_->stop_when(stopped());
    }
    /// It ends as stopped, and nothing in the folder has changed.
    template <typename Work>
    void expect_stopped(const char* what, Work work) {
        EXPECT_EQ(error_of(ErrorKind::cancelled, work), "interrupted") << what;
        EXPECT_EQ(names_in(folder_.path()), names_) << what;
        EXPECT_TRUE(read_file(file_) == before_) << what;
    }

    ScratchFolder folder_;
    std::string file_ = folder_.file("runs.ringscope");
    std::string before_;
    std::vector<std::string> names_;
    std::unique_ptr<RunStore> store_;
    int64_t trace_ = 0;
};

TEST_F(Stop, ARunFileIsAsItWas) {
    expect_stopped("compact", [&] { store_->compact(); });
    expect_stopped("load", [&] { store_->load(1); });
    expect_stopped("load a trace", [&] { store_->load_trace(trace_); });
    expect_stopped("list", [&] { store_->list(); });
    expect_stopped("save", [&] { store_->save(*make_fixture_run(tiny()), "late"); });
    expect_stopped("keep a trace", [&] { store_->keep_trace(kPytorch, ""); });
    expect_stopped("export", [&] { store_->export_run(1, folder_.file("single")); });
    store_->stop_when({});
    EXPECT_EQ(store_->list().size(), 6u) << "it goes on when nobody wants it to stop";
}

TEST_F(Stop, RunsOfAnotherFileAreAddedAllOrNot) {
    const std::string target = folder_.file("target");
    const auto other = RunStore::open_or_create(target);
    other->stop_when(stopped());
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { other->import_runs(file_); }), "interrupted");
    other->stop_when({});
    EXPECT_TRUE(other->list().empty());
    EXPECT_TRUE(other->check().empty());
    EXPECT_EQ(other->import_runs(file_).size(), 6u);
}

/// Whoever only steps from row to row is stopped there; a statement that works for long is stopped inside.
TEST_F(Stop, OneLongStatementEndsInTheMiddle) {
    Db db(folder_.file("db"), DbMode::create, 0);
    std::stop_source source;
    db.stop_when(source.get_token());
    db.run("CREATE TABLE numbers (n INTEGER)");
    source.request_stop();
    constexpr const char* endless =
        "INSERT INTO numbers WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c) SELECT n FROM "
        "c";
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { db.run(endless); }), "interrupted");
    db.stop_when({});
    EXPECT_EQ(db.number("SELECT count(*) FROM numbers"), 0);
}

TEST_F(Stop, AnImportEndsAtTheNextEvent) {
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { import_chrome_trace(kPytorch, stopped()); }),
              "interrupted");
    const std::string bytes = read_file(kPytorch);
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { gzip(bytes, stopped()); }), "interrupted");
    const std::string packed = gzip(bytes);
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { gunzip(packed, "x", 1 << 30, stopped()); }),
              "interrupted");
}

TEST_F(Stop, AFileThatIsBeingWrittenIsAsItWas) {
    const auto run = make_fixture_run(tiny());
    const std::string path = folder_.file("target");
    write_file(path, "as it was");
    names_ = names_in(folder_.path());
    expect_stopped("perfetto", [&] { export_perfetto(*run, "x", path, stopped()); });
    expect_stopped("csv", [&] { export_csv(*run, path, stopped()); });
    const std::vector<ComparedRun> runs{{"a", run}, {"b", run}};
    expect_stopped("html", [&] { save_html_report(runs, compare_runs(runs), {}, path, stopped()); });
    expect_stopped("any", [&] {
        AtomicFile file(path, stopped());
        file.write("half");
        file.commit();
    });
    EXPECT_EQ(read_file(path), "as it was");
}

}  // namespace
}  // namespace ringscope

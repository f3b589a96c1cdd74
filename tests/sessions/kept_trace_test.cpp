// Traces of other programs in the run file: whole, listed beside the runs, and never taken for one.
#include <filesystem>

#include <gtest/gtest.h>

#include "sessions/compare/compare_load.h"
#include "sessions/gzip.h"
#include "sessions/report/run_json.h"
#include "sessions/store/database.h"
#include "sessions/store/run_filter.h"
#include "sessions/store/run_properties.h"
#include "sessions/store/run_store.h"
#include "sessions/traces/chrome_trace_import.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

const std::string kPytorch = RINGSCOPE_TEST_DATA "/pytorch_profiler.json";

class KeptTrace : public ::testing::Test {
  protected:
    KeptTrace() : store_(RunStore::open_or_create(folder_.file("runs.ringscope"))) {
        run_ = store_->save(*make_fixture_run(tiny()), "a run");
        trace_ = store_->keep_trace(kPytorch, "").id;
    }
    ScratchFolder folder_;
    std::unique_ptr<RunStore> store_;
    int64_t run_ = 0;
    int64_t trace_ = 0;
};

TEST_F(KeptTrace, IsTheFileThatWasImportedToTheByte) {
    EXPECT_EQ(store_->trace_file(trace_), read_file(kPytorch));
    const auto loaded = store_->load_trace(trace_);
    const ImportedTrace read = import_chrome_trace(kPytorch);
    EXPECT_EQ(loaded->name, read.name);
    EXPECT_EQ(loaded->slices(), read.slices());
    EXPECT_EQ(loaded->length_ns, read.length_ns);
    EXPECT_EQ(loaded->notes.size(), read.notes.size());

    const std::string packed = folder_.file("packed.json.gz");
    write_file(packed, gzip(read_file(kPytorch)));
    const auto kept = store_->keep_trace(packed, "packed");
    EXPECT_TRUE(kept.is_new) << "other bytes: another file";
    EXPECT_EQ(store_->trace_file(kept.id), read_file(packed));
    EXPECT_EQ(store_->load_trace(kept.id)->slices(), read.slices());
    EXPECT_LT(store_->file_bytes(), static_cast<int64_t>(read_file(kPytorch).size()) * 2) << "kept packed";
}

TEST_F(KeptTrace, ALargeOneIsKeptInPieces) {
    std::string events = "[";
    for (uint32_t i = 0, x = 1; i < 150'000; ++i, x = x * 1664525 + 1013904223)
        events +=
            R"({"ph":"X","name":")" + std::to_string(x) + R"(","ts":)" + std::to_string(i) + R"(,"dur":1},)";
    events.back() = ']';
    write_file(folder_.file("large.json"), gzip(events) + gzip(" "));
    const int64_t id = store_->keep_trace(folder_.file("large.json"), "").id;
    EXPECT_EQ(store_->trace_file(id), read_file(folder_.file("large.json")));
    EXPECT_EQ(store_->load_trace(id)->slices(), 150'000);
    Db db(store_->path(), DbMode::read_only, 0);
    const auto bytes = static_cast<int64_t>(read_file(folder_.file("large.json")).size());
    EXPECT_GT(bytes, 1 << 20);
    EXPECT_EQ(db.number("SELECT max(chunk) FROM kept_trace_chunk"), (bytes - 1) >> 20);
}

TEST_F(KeptTrace, TheSameFileIsKeptOnce) {
    const auto again = store_->keep_trace(kPytorch, "other name");
    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.id, trace_);
    EXPECT_EQ(store_->list().size(), 2u);
    EXPECT_EQ(store_->summary(trace_).name, "pytorch_profiler.json");
}

TEST_F(KeptTrace, IsListedWithoutFiguresAndLabelledLikeARun) {
    store_->rename(trace_, "training step");
    store_->set_note(trace_, "from the cluster");
    store_->set_tags(trace_, {"torch"});
    store_->set_archived(trace_, true);
    const RunSummary summary = store_->summary(store_->find("training step"));
    EXPECT_TRUE(summary.is_trace);
    EXPECT_EQ(summary.origin, Origin::imported);
    EXPECT_TRUE(summary.archived);
    EXPECT_EQ(summary.note, "from the cluster");
    EXPECT_FALSE(summary.verified);
    EXPECT_TRUE(contains(summary.settings, "285 events, 195 slices in ")) << summary.settings;
    const std::string json = summary_to_json(summary);
    EXPECT_TRUE(contains(json, "\"kind\": \"trace\"")) << json;
    EXPECT_TRUE(contains(json, "\"seconds\": null")) << json;
    EXPECT_TRUE(contains(summary_to_json(store_->summary(run_)), "\"kind\": \"run\""));
    store_->remove(trace_);
    EXPECT_EQ(store_->list().size(), 1u);
    EXPECT_TRUE(store_->check().empty());
    Db db(store_->path(), DbMode::read_only, 0);
    EXPECT_EQ(db.number("SELECT count(*) FROM kept_trace_chunk"), 0);
}

TEST_F(KeptTrace, IsFoundByWhatItHasAndByNoFigureOfARun) {
    const auto matches = [&](const std::string& filter) {
        std::vector<int64_t> ids;
        for (const RunSummary& run : store_->list())
            if (RunFilter(filter).matches(run)) ids.push_back(run.id);
        return ids;
    };
    EXPECT_EQ(matches("kind=trace"), std::vector<int64_t>{trace_});
    EXPECT_EQ(matches("kind=run"), std::vector<int64_t>{run_});
    EXPECT_EQ(matches("pytorch"), std::vector<int64_t>{trace_});
    EXPECT_EQ(matches("trace"), std::vector<int64_t>{trace_}) << "its state, as it is shown";
    EXPECT_EQ(matches("seconds>=0"), std::vector<int64_t>{run_});
    EXPECT_EQ(matches("p!=77"), std::vector<int64_t>{run_}) << "it has no ranks to differ";
    EXPECT_EQ(matches("verified=false"), std::vector<int64_t>{})
        << "the run was, and of a trace nothing is said";
    for (const char* by : {"seconds", "-seconds"}) {
        auto runs = store_->list();
        sort_runs(runs, by);
        EXPECT_EQ(runs.back().id, trace_) << by << ": neither the least nor the most";
    }
}

TEST_F(KeptTrace, IsNoRun) {
    const auto refused = [&](auto what) { return error_of(ErrorKind::bad_input, what); };
    EXPECT_TRUE(contains(refused([&] { store_->load(trace_); }), "is a kept trace of another program"));
    EXPECT_TRUE(contains(refused([&] { store_->set_baseline(trace_); }), "no experiment and no figures"));
    const std::vector<int64_t> both{run_, trace_};
    EXPECT_TRUE(contains(refused([&] { load_to_compare(*store_, both); }), "is a kept trace"));
    EXPECT_TRUE(
        contains(refused([&] { store_->load_trace(run_); }), "a run of this program, not a kept trace"));
    EXPECT_EQ(refused([&] { store_->load_trace(99); }), "there is no run 99");
    write_file(folder_.file("experiment"), "{}");
    EXPECT_TRUE(
        contains(refused([&] { store_->keep_trace(folder_.file("experiment"), ""); }), "traceEvents"));
    std::filesystem::resize_file(folder_.file("experiment"), static_cast<uintmax_t>(kMostTraceBytes) + 1);
    EXPECT_TRUE(contains(refused([&] { store_->keep_trace(folder_.file("experiment"), ""); }),
                         "1.00 GiB are more than a run file keeps of a trace"));
    EXPECT_EQ(store_->list().size(), 2u);
}

TEST_F(KeptTrace, TravelsLikeARun) {
    const std::string single = folder_.file("single.ringscope");
    store_->set_tags(trace_, {"torch"});
    store_->export_run(trace_, single);
    const auto other = RunStore::open_or_create(folder_.file("other.ringscope"));
    ASSERT_EQ(other->import_runs(single).size(), 1u);
    EXPECT_EQ(other->summary(1).tags, std::vector<std::string>{"torch"});
    EXPECT_EQ(other->trace_file(1), read_file(kPytorch));
    EXPECT_TRUE(other->import_runs(single).empty()) << "known by its uuid";
    EXPECT_FALSE(other->keep_trace(kPytorch, "").is_new) << "and by its bytes";
    EXPECT_TRUE(other->check().empty());
}

TEST_F(KeptTrace, DamageIsAnErrorAndTheRestIsRead) {
    const auto change = [&](const char* sql) { Db(store_->path(), DbMode::read_write, 0).run(sql); };
    const auto problem = [&] { return error_of(ErrorKind::io, [&] { store_->load_trace(trace_); }); };
    change("UPDATE kept_trace SET bytes = bytes + 1");
    EXPECT_TRUE(contains(problem(), "do not make up its file")) << problem();
    change("UPDATE kept_trace SET bytes = bytes - 1");
    EXPECT_EQ(store_->load_trace(trace_)->slices(), 195);
    change("UPDATE kept_trace_chunk SET data = zeroblob(length(data))");
    EXPECT_TRUE(contains(problem(), "do not make up its file")) << problem();
    change("DELETE FROM kept_trace");
    EXPECT_TRUE(contains(problem(), "do not make up its file")) << problem();
    EXPECT_EQ(store_->list().size(), 2u);
    EXPECT_EQ(store_->load(run_)->experiment, tiny());
}

}  // namespace
}  // namespace ringscope

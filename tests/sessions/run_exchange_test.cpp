// Runs from one run file to another, the packed form of their traces, and what a span costs.
#include <limits>

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "sessions/report/run_json.h"
#include "sessions/store/database.h"
#include "sessions/store/run_store.h"
#include "sessions/store/store_bench.h"
#include "sessions/store/trace_codec.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

TEST(RunExchange, ARunTravelsInAFileOfItsOwn) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const std::string single = folder.file("one run.ringscope");
    const auto store = RunStore::open_or_create(path);
    const auto run = make_fixture_run(default_experiment());
    store->save(*make_fixture_run(tiny()), "stays");
    const int64_t id = store->save(*run, "travels");
    store->set_tags(id, {"a", "b"});
    store->set_baseline(id);
    store->export_run(id, single);
    const auto other = RunStore::open_or_create(folder.file("other.ringscope"));
    other->save(*run, "was there");
    const std::vector<int64_t> added = other->import_runs(single);
    ASSERT_EQ(added.size(), 1u);
    const RunSummary summary = other->summary(added[0]);
    EXPECT_EQ(summary.name, "travels");
    EXPECT_EQ(summary.uuid, store->summary(id).uuid);
    EXPECT_EQ(summary.tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(summary.baseline);
    EXPECT_EQ(run_to_json(*other->load(added[0])), run_to_json(*run));
    expect_same_trace(other->load(added[0])->trace, run->trace);
    EXPECT_TRUE(other->import_runs(single).empty()) << "known by its uuid";
    EXPECT_EQ(other->import_runs(path).size(), 1u);
    EXPECT_TRUE(other->check().empty());
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { store->export_run(id, single); }),
                         "something is there already"));
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { store->export_run(99, folder.file("x")); }),
              "there is no run 99");
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { store->export_run(id, "/proc/nowhere/x"); }),
                         "its folder /proc/nowhere does not exist"));
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { store->import_runs(folder.file("none")); }),
                         "no such run file"));
    EXPECT_TRUE(
        contains(error_of(ErrorKind::bad_input, [&] { store->import_runs(path); }), "it is the same file"));
}

// A table that a schema step adds must travel with its run.
TEST(RunExchange, RowsOfEveryTableTravel) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope"), single = folder.file("one.ringscope");
    const auto store = RunStore::open_or_create(path);
    FixtureOptions options;
    options.verify_passed = false;
    const int64_t id = store->save(*make_fixture_run(tiny(), options), "travels");
    store->set_tags(id, {"a"});
    store->export_run(id, single);
    Db from(path, DbMode::read_only, 0), to(single, DbMode::read_only, 0);
    Statement tables(from,
                     "SELECT DISTINCT m.name FROM sqlite_schema m, pragma_table_info(m.name) c "
                     "WHERE m.type = 'table' AND c.name = 'run'");
    int compared = 0;
    while (tables.step()) {
        const std::string count = "SELECT count(*) FROM " + tables.get_text();
        EXPECT_EQ(to.number(count.c_str()), from.number(count.c_str())) << count;
        ++compared;
    }
    EXPECT_GE(compared, 10);
}

TEST(RunExchange, CompactionGivesBackWhatRemovedRunsHeld) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    FixtureOptions options;
    options.spans_per_work = 4000;
    const int64_t large = store->save(*make_fixture_run(tiny(), options), "large");
    const int64_t kept = store->save(*make_fixture_run(tiny()), "kept");
    store->remove(large);
    const RunStore::Compaction compaction = store->compact();
    EXPECT_LT(compaction.bytes_after, compaction.bytes_before / 2);
    EXPECT_EQ(static_cast<int64_t>(read_file(store->path()).size()), compaction.bytes_after);
    EXPECT_EQ(store->load(kept)->experiment, tiny());
}

TEST(StoreBench, KeepsASpanInFortyBytes) {
    const ScratchFolder folder;
    const StoreBench bench = measure_store(folder.path(), 200'000, 50);
    EXPECT_LE(bench.bytes_per_span, 40);
    EXPECT_GT(bench.bytes_per_span, 4) << "a span has ten numbers, two of them times";
    EXPECT_EQ(folder.files(), 0u);
}

TEST(TraceCodec, PayloadsComeBackAndUsualOnesTakeNoBytes) {
    std::vector<Span> spans;
    for (int kind = 0; kind < kSpanKinds; ++kind)
        for (const Payload payload : {Payload::nothing, Payload::kv}) {
            Span span;
            span.kind = static_cast<SpanKind>(kind);
            span.payload = payload;
            spans.push_back(span);
        }
    const Bytes bytes = encode_spans(spans);
    std::vector<Span> back;
    decode_spans(bytes, static_cast<int64_t>(spans.size()), back);
    ASSERT_EQ(back.size(), spans.size());
    for (size_t i = 0; i < spans.size(); ++i) {
        EXPECT_EQ(back[i].kind, spans[i].kind);
        EXPECT_EQ(back[i].pass, Pass::forward);
        EXPECT_EQ(back[i].payload, spans[i].payload);
    }

    // A receive as every file has had it: ten differences to a span of default values, whose kind is compute.
    static_assert(static_cast<int>(SpanKind::receive) - static_cast<int>(SpanKind::compute) == 3);
    const Bytes receive{0, 0, 6, 0, 0, 0, 0, 0, 0, 0};
    decode_spans(receive, 1, back);
    EXPECT_EQ(back.back().kind, SpanKind::receive);
    EXPECT_EQ(back.back().payload, Payload::kv);
    EXPECT_EQ(encode_spans(std::span(&back.back(), 1)).size(), receive.size());
}

TEST(TraceCodec, ExtremesComeBackAndDamageIsAnError) {
    Span span;
    span.rank = std::numeric_limits<int32_t>::min();
    span.transfer = std::numeric_limits<int32_t>::max();
    span.begin_ns = std::numeric_limits<int64_t>::min();
    span.end_ns = std::numeric_limits<int64_t>::max();
    span.bytes = std::numeric_limits<int64_t>::min();
    span.kind = SpanKind::collective;
    const std::vector<Span> spans{Span{}, span, Span{}};
    Bytes bytes = encode_spans(spans);
    std::vector<Span> back;
    decode_spans(bytes, 3, back);
    EXPECT_EQ(encode_spans(back), bytes);
    EXPECT_EQ(back[1].end_ns, span.end_ns);
    const auto decode = [](const Bytes& data, int64_t items) {
        std::vector<Span> out;
        decode_spans(data, items, out);
    };
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(bytes, 4); }), "damaged"));
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(bytes, 2); }), "damaged"));
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(bytes, int64_t{1} << 60); }), "damaged"));
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(bytes, -1); }), "damaged"));
    bytes.pop_back();
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(bytes, 3); }), "damaged"));
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(Bytes(100, 255), 3); }), "damaged"));
    // A pass and a payload that nobody knows: 16 and 16 * 16 * 8, as differences coded times two.
    const Bytes unknown_pass{0, 0, 32, 0, 0, 0, 0, 0, 0, 0};
    const Bytes unknown_payload{0, 0, 128, 32, 0, 0, 0, 0, 0, 0, 0};
    for (const Bytes& unknown : {unknown_pass, unknown_payload})
        EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { decode(unknown, 1); }), "damaged"));
}

}  // namespace
}  // namespace ringscope

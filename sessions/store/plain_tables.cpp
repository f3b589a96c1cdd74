#include "sessions/store/plain_tables.h"

#include "engine/analysis/figures.h"
#include "sessions/experiment_file.h"
#include "sessions/store/figure_rows.h"
#include "sessions/store/plain_file.h"

namespace ringscope {

namespace {

// Not STRICT, and of nothing that SQLite learnt late: older readers open the file too.
constexpr const char* kTables = R"(
CREATE TABLE run (
    run INTEGER PRIMARY KEY, name TEXT, state TEXT, error TEXT, error_kind TEXT, origin TEXT, started_utc_ms INTEGER,
    settings TEXT, version TEXT, revision TEXT, host TEXT, cpu TEXT, cores INTEGER, memory_bytes INTEGER, os TEXT,
    device TEXT, kernel TEXT, transport TEXT, threads INTEGER, input_name TEXT, dtype TEXT, seq_len INTEGER,
    ranks INTEGER, strategy TEXT, layout TEXT, seconds REAL, wall_ns INTEGER, experiment_json TEXT);
CREATE TABLE figure (run INTEGER, key TEXT, value REAL, unit TEXT, label TEXT, PRIMARY KEY (run, key));
CREATE TABLE span (
    run INTEGER, span INTEGER, rank INTEGER, step INTEGER, kind TEXT, pass TEXT, cause TEXT, payload TEXT, owner INTEGER,
    peer INTEGER, transfer INTEGER, bytes INTEGER, begin_ns INTEGER, end_ns INTEGER, duration_ns INTEGER,
    PRIMARY KEY (run, span));
CREATE TABLE transfer (
    run INTEGER, transfer INTEGER, step INTEGER, from_rank INTEGER, to_rank INTEGER, bytes INTEGER, pass TEXT, payload TEXT,
    posted_ns INTEGER, peer_ready_ns INTEGER, begin_ns INTEGER, done_ns INTEGER, PRIMARY KEY (run, transfer));
CREATE TABLE step_work (
    run INTEGER, rank INTEGER, step INTEGER, attend_ns INTEGER, pack_ns INTEGER, copy_ns INTEGER, merge_ns INTEGER,
    PRIMARY KEY (run, rank, step));
CREATE TABLE memory (
    run INTEGER, sample INTEGER, rank INTEGER, step INTEGER, time_ns INTEGER, query_bytes INTEGER, own_kv_bytes INTEGER,
    travelling_kv_bytes INTEGER, output_bytes INTEGER, lse_bytes INTEGER, workspace_bytes INTEGER, live_bytes INTEGER,
    peak_bytes INTEGER, PRIMARY KEY (run, sample));
)";

constexpr const char* kViews = R"(
CREATE INDEX span_by_rank_and_step ON span (rank, step);
CREATE VIEW wait_per_step AS
    SELECT run, rank, step, cause, count(*) AS waits, sum(duration_ns) AS wait_ns
    FROM span WHERE kind = 'wait' GROUP BY run, rank, step, cause;
CREATE VIEW rank_time AS
    SELECT run, rank, kind, count(*) AS spans, sum(duration_ns) AS duration_ns, sum(bytes) AS bytes
    FROM span GROUP BY run, rank, kind;
)";

const char* unit_name(Unit unit) {
    switch (unit) {
        case Unit::seconds:
            return "s";
        case Unit::bytes:
            return "bytes";
        default:
            return nullptr;
    }
}

void insert_run_row(Db& db, const Run& run, int64_t run_id, const std::string& name) {
    const RunSummary s = summarize(run, name);
    Statement insert(db, ("INSERT INTO run VALUES (" + parameter_list(28) + ")").c_str());
    constexpr const char* kErrorKinds[] = {"bad_input", "run_failed", "io",
                                           "cancelled"};  // in ErrorKind's order
    insert.bind(run_id).bind(name).bind(name_of(s.state));
    bind_if_any(insert, s.error);
    bind_if_any(insert, s.state == RunState::done ? "" : kErrorKinds[static_cast<size_t>(run.error_kind)]);
    insert.bind(name_of(s.origin)).bind(s.started_utc_ms).bind(s.settings).bind(s.version);
    for (const std::string& text : {s.revision, s.host, run.machine.cpu}) bind_if_any(insert, text);
    for (const int64_t number : {int64_t{run.machine.cores}, run.machine.memory_bytes})
        bind_if_any(insert, number == 0 ? -1 : number);
    for (const std::string& text : {run.machine.os, s.device, s.kernel, run.transport})
        bind_if_any(insert, text);
    bind_if_any(insert, run.threads == 0 ? -1 : run.threads);
    bind_if_any(insert, s.input_name);
    insert.bind(s.dtype).bind(s.seq_len).bind(s.ranks).bind(s.strategy).bind(s.layout);
    insert.bind(s.figures["seconds"]);
    bind_if_any(insert, run.trace.wall_ns == 0 ? -1 : run.trace.wall_ns);
    insert.bind(experiment_to_json(run.experiment)).run();
    Statement row(db, "INSERT INTO figure VALUES (?,?,?,?,?)");
    for (const Figure& figure : figures()) {
        row.bind(run_id).bind(figure.key).bind(s.figures[figure]);
        const char* unit = unit_name(figure.unit);
        bind_if_any(row, std::string(unit ? unit : ""));
        row.bind(figure.label).run();
    }
}

/// A column for each figure of a rank.
void insert_ranks(Db& db, const Run& run, int64_t run_id) {
    std::string columns;
    for (const RankFigure& figure : rank_figures()) {
        const bool whole = figure.unit == Unit::bytes || figure.unit == Unit::count;
        columns += std::string(", ") + figure.key + (whole ? " INTEGER" : " REAL");
    }
    db.run(("CREATE TABLE rank (run INTEGER, rank INTEGER" + columns + ", PRIMARY KEY (run, rank))").c_str());
    Statement insert(db,
                     ("INSERT INTO rank VALUES (" + parameter_list(2 + rank_figures().size()) + ")").c_str());
    for (const RankMetrics& rank : run.metrics.ranks) {
        insert.bind(run_id).bind(rank.rank);
        for (const RankFigure& figure : rank_figures()) bind_figure(insert, figure.of(rank), figure.unit);
        insert.run();
    }
}

void insert_spans(Db& db, const Trace& trace, int64_t run_id) {
    Statement insert(db, ("INSERT INTO span VALUES (" + parameter_list(15) + ")").c_str());
    int64_t number = 0;
    for (const Span& span : trace.spans) {
        const bool moves = span.payload != Payload::nothing;
        insert.bind(run_id).bind(number++).bind(int64_t{span.rank}).bind(int64_t{span.step});
        insert.bind(name_of(span.kind)).bind(name_of(span.pass));
        bind_if_any(insert, std::string(span.cause == WaitCause::none ? "" : name_of(span.cause)));
        bind_if_any(insert, std::string(moves ? name_of(span.payload) : ""));
        for (const int32_t index : {span.owner, span.peer, span.transfer}) bind_if_any(insert, index);
        bind_if_any(insert, moves ? span.bytes : -1);
        insert.bind(span.begin_ns).bind(span.end_ns).bind(span.end_ns - span.begin_ns).run();
    }
}

void insert_transfers(Db& db, const Run& run, int64_t run_id) {
    Statement insert(db, ("INSERT INTO transfer VALUES (" + parameter_list(12) + ")").c_str());
    const size_t planned = run.schedule ? run.schedule->transfers.size() : 0;
    for (size_t i = 0; i < planned; ++i) {
        const Transfer& transfer = run.schedule->transfers[i];
        insert.bind(run_id)
            .bind(static_cast<int64_t>(i))
            .bind(transfer.step)
            .bind(transfer.from)
            .bind(transfer.to);
        insert.bind(transfer.bytes).bind(name_of(transfer.pass)).bind(name_of(transfer.payload));
        const TransferTimes times = i < run.trace.transfers.size() ? run.trace.transfers[i] : TransferTimes{};
        for (const int64_t time : {times.posted_ns, times.peer_ready_ns, times.begin_ns, times.done_ns})
            bind_if_any(insert, time);
        insert.run();
    }
}

void insert_step_work(Db& db, const Run& run, int64_t run_id) {
    Statement insert(db, ("INSERT INTO step_work VALUES (" + parameter_list(7) + ")").c_str());
    int64_t place = 0;
    for (const WorkTimes& times : run.trace.work_times) {
        insert.bind(run_id).bind(place / run.schedule->steps).bind(place % run.schedule->steps);
        insert.bind(times.attend_ns).bind(times.pack_ns).bind(times.copy_ns).bind(times.merge_ns).run();
        ++place;
    }
}

void insert_memory(Db& db, const Trace& trace, int64_t run_id) {
    Statement insert(db, ("INSERT INTO memory VALUES (" + parameter_list(7 + kPurposes) + ")").c_str());
    int64_t number = 0;
    for (const MemorySample& sample : trace.memory) {
        insert.bind(run_id)
            .bind(number++)
            .bind(int64_t{sample.rank})
            .bind(int64_t{sample.step})
            .bind(sample.time_ns);
        for (const int64_t bytes : sample.live) insert.bind(bytes);
        insert.bind(total_bytes(sample.live)).bind(sample.peak_total).run();
    }
}

}  // namespace

void write_plain_tables(const Run& run, int64_t run_id, const std::string& name, const std::string& path,
                        const std::stop_token& stop) {
    PlainFile(path, stop).write([&](Db& db) {
        const size_t rows = run.trace.spans.size() + run.trace.memory.size() + run.trace.transfers.size();
        constexpr int64_t kRowBytes = 100;
        db.expect_bytes(static_cast<int64_t>(rows) * kRowBytes);
        db.run(kTables);
        insert_run_row(db, run, run_id, name);
        insert_ranks(db, run, run_id);
        insert_spans(db, run.trace, run_id);
        insert_transfers(db, run, run_id);
        insert_memory(db, run.trace, run_id);
        insert_step_work(db, run, run_id);
        db.run(kViews);
    });
}

}  // namespace ringscope

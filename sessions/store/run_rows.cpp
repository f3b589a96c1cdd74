#include "sessions/store/run_rows.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <unordered_map>

#include "engine/run/replayed_figures.h"
#include "sessions/experiment_file.h"
#include "sessions/store/figure_rows.h"
#include "sessions/store/run_properties.h"
#include "sessions/store/simulation_rows.h"
#include "sessions/store/stored_plan.h"
#include "sessions/store/trace_codec.h"

namespace ringscope {

namespace {

constexpr const char* kErrorKinds[] = {"bad_input", "run_failed", "io", "cancelled"};  // in ErrorKind's order

template <size_t size>
size_t index_of(const char* const (&names)[size], const std::string& name, const char* what) {
    for (size_t i = 0; i < size; ++i)
        if (name == names[i]) return i;
    throw Error(ErrorKind::io,
                "the run file says " + name + " for a run's " + what + ", which this version does not know");
}

/// NULL for what is not known.
void bind_known(Statement& statement, const std::string& text) {
    text.empty() ? statement.bind_null() : statement.bind(text);
}

void bind_known(Statement& statement, int64_t number) {
    number == 0 ? statement.bind_null() : statement.bind(number);
}

int64_t insert_header(Db& db, const Run& run, const RunSummary& s) {
    const std::string columns =
        "uuid, name, started_utc_ms, saved_utc_ms, state, error, error_kind, experiment_hash, settings, "
        "version, revision, host, cpu, cores, memory_bytes, os, device, kernel, transport, threads, "
        "input_name, dtype, seq_len, ranks, strategy, layout, wall_ns, spans, kind, origin, output_bytes, "
        "invocation";
    const auto figures = figures_in(db, "run");
    const auto count = static_cast<size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
    const std::string sql = "INSERT INTO run (" + columns + column_list(figures) + ") VALUES (" +
                            parameter_list(count + figures.size()) + ")";
    Statement insert(db, sql.c_str());
    insert.bind(s.uuid).bind(s.name).bind(s.started_utc_ms).bind(now_utc_ms()).bind(name_of(s.state));
    bind_known(insert, s.error);
    bind_known(insert, s.state == RunState::done ? "" : kErrorKinds[static_cast<size_t>(run.error_kind)]);
    bind_known(insert, s.experiment_hash);
    insert.bind(s.settings).bind(s.version);
    for (const std::string& text : {s.revision, s.host, run.machine.cpu}) bind_known(insert, text);
    bind_known(insert, run.machine.cores);
    bind_known(insert, run.machine.memory_bytes);
    for (const std::string& text : {run.machine.os, s.device, s.kernel, run.transport})
        bind_known(insert, text);
    bind_known(insert, run.threads);
    for (const std::string& text : {s.input_name, s.dtype}) bind_known(insert, text);
    bind_known(insert, s.seq_len);
    bind_known(insert, s.ranks);
    for (const std::string& text : {s.strategy, s.layout}) bind_known(insert, text);
    bind_known(insert, run.trace.wall_ns);
    insert.bind(s.spans).bind(s.is_trace ? "trace" : "run").bind(name_of(s.origin));
    s.is_trace ? insert.bind_null() : insert.bind(0);  // bytes of the output, until it is kept
    bind_known(insert, s.invocation);
    for (const Figure* figure : figures) bind_figure(insert, s.figures[*figure], figure->unit);
    insert.run();
    return db.last_id();
}

void insert_experiment(Db& db, int64_t id, const Experiment& experiment) {
    Statement insert(db, "INSERT INTO experiment (run, json, fields) VALUES (?,?,?)");
    insert.bind(id).bind(experiment_to_json(experiment)).bind(field_lines(experiment)).run();
}

void insert_worst_row(Db& db, int64_t id, const char* what, const RowError& row) {
    Statement insert(db,
                     "INSERT INTO worst_row (run, what, batch_index, head, token, error, allowed) "
                     "VALUES (?,?,?,?,?,?,?)");
    insert.bind(id).bind(what).bind(int64_t{row.batch_index}).bind(int64_t{row.head}).bind(row.token);
    insert.bind(row.error).bind(row.allowed).run();
}

void insert_verification(Db& db, int64_t id, const Verification& v) {
    Statement insert(
        db,
        "INSERT INTO verification (run, checked_rows, total_rows, max_abs_error, relative_error, "
        "max_row_relative_error, max_lse_error, wrong_o_rows, wrong_lse_rows, wrong_empty_rows, "
        "unjudged_rows, coverage_ok, passed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(id).bind(v.checked_rows).bind(v.total_rows).bind(v.max_abs_error).bind(v.relative_error);
    insert.bind(v.max_row_relative_error).bind(v.max_lse_error).bind(v.wrong_o_rows).bind(v.wrong_lse_rows);
    insert.bind(v.wrong_empty_rows).bind(v.unjudged_rows).bind(v.coverage_ok).bind(v.passed).run();
    if (v.worst_o.allowed != 0) insert_worst_row(db, id, "o", v.worst_o);
    if (v.worst_lse.allowed != 0) insert_worst_row(db, id, "lse", v.worst_lse);
    if (v.wrong_empty_rows > 0) insert_worst_row(db, id, "empty", v.first_wrong_empty);
}

template <typename Item, typename Encode>
void insert_chunks(Db& db, int64_t id, const char* kind, const std::vector<Item>& items, Encode encode) {
    Statement insert(db, "INSERT INTO trace_chunk (run, kind, chunk, items, data) VALUES (?,?,?,?,?)");
    for (size_t first = 0, chunk = 0; first < items.size(); first += kChunkItems, ++chunk) {
        const std::span<const Item> part(items.data() + first, std::min(kChunkItems, items.size() - first));
        const Bytes bytes = encode(part);
        insert.bind(id).bind(kind).bind(static_cast<int64_t>(chunk)).bind(static_cast<int64_t>(part.size()));
        insert.bind(std::span<const unsigned char>(bytes)).run();
    }
}

/// Year 1 to 9999, which calendars and their texts can do. A clock gives no other; a file may say anything.
int64_t stored_utc_ms(int64_t value) {
    constexpr int64_t kFirst = -62'135'596'800'000, kLast = 253'402'300'799'999;
    return std::clamp(value, kFirst, kLast);
}

template <typename Item, typename Decode>
void read_chunks(Db& db, int64_t id, const char* kind, std::vector<Item>& items, Decode decode) {
    // An item takes four bytes at least, so a wrong count cannot ask for more than the file accounts for.
    Statement total(db,
                    "SELECT sum(min(items, length(data) / 4)) FROM trace_chunk WHERE run = ? AND kind = ?");
    if (total.bind(id).bind(kind).step())
        items.reserve(static_cast<size_t>(std::max<int64_t>(0, total.get_int())));
    Statement select(db, "SELECT items, data FROM trace_chunk WHERE run = ? AND kind = ? ORDER BY chunk");
    select.bind(id).bind(kind);
    while (select.step()) {
        const int64_t count = select.get_int();
        decode(select.get_blob(), count, items);
    }
}

bool read_header(Db& db, int64_t id, Run& run) {
    Statement select(
        db,
        "SELECT state, error, error_kind, version, revision, host, cpu, cores, memory_bytes, os, device, "
        "kernel, transport, threads, input_name, started_utc_ms, wall_ns, origin FROM run WHERE id = ?");
    select.bind(id);
    if (!select.step()) return false;
    run.state = static_cast<RunState>(index_of(EnumNames<RunState>::names, select.get_text(), "state"));
    run.error = select.get_text();
    if (const std::string kind = select.get_text(); !kind.empty())  // none of a run that is done
        run.error_kind = static_cast<ErrorKind>(index_of(kErrorKinds, kind, "kind of error"));
    run.version = select.get_text();
    run.revision = select.get_text();
    run.machine.host = select.get_text();
    run.machine.cpu = select.get_text();
    run.machine.cores = select.get_small();
    run.machine.memory_bytes = select.get_int();
    run.machine.os = select.get_text();
    run.device = select.get_text();
    run.kernel = select.get_text();
    run.transport = select.get_text();
    run.threads = select.get_small();
    run.input_name = select.get_text();
    run.started_utc_ms = stored_utc_ms(select.get_int());
    run.trace.wall_ns = select.get_int();
    run.origin = static_cast<Origin>(index_of(EnumNames<Origin>::names, select.get_text(), "origin"));
    return true;
}

/// All zeros when the file has none.
RowError read_worst_row(Db& db, int64_t id, const char* what) {
    Statement select(
        db, "SELECT batch_index, head, token, error, allowed FROM worst_row WHERE run = ? AND what = ?");
    select.bind(id).bind(what);
    RowError row;
    if (!select.step()) return row;
    row.batch_index = select.get_small();
    row.head = select.get_small();
    row.token = select.get_int();
    row.error = select.get_real();
    row.allowed = select.get_real();
    return row;
}

std::optional<Verification> read_verification(Db& db, int64_t id) {
    Statement select(
        db,
        "SELECT checked_rows, total_rows, max_abs_error, relative_error, max_row_relative_error, "
        "max_lse_error, wrong_o_rows, wrong_lse_rows, wrong_empty_rows, unjudged_rows, coverage_ok, "
        "passed FROM verification WHERE run = ?");
    select.bind(id);
    if (!select.step()) return {};
    Verification v;
    v.checked_rows = select.get_int();
    v.total_rows = select.get_int();
    v.max_abs_error = select.get_real();
    v.relative_error = select.get_real();
    v.max_row_relative_error = select.get_real();
    v.max_lse_error = select.get_real();
    v.wrong_o_rows = select.get_int();
    v.wrong_lse_rows = select.get_int();
    v.wrong_empty_rows = select.get_int();
    v.unjudged_rows = select.get_int();
    v.coverage_ok = select.get_int() != 0;
    v.passed = select.get_int() != 0;
    v.worst_o = read_worst_row(db, id, "o");
    v.worst_lse = read_worst_row(db, id, "lse");
    v.first_wrong_empty = read_worst_row(db, id, "empty");
    return v;
}

/// Differences and sums of a few such numbers fit; 36 years of nanoseconds do too.
bool is_sane(int64_t value) {
    constexpr int64_t kMost = int64_t{1} << 60;
    return value >= -kMost && value <= kMost;
}

/// Views index by rank, step and transfer without asking again, so nothing outside the schedule may pass. A
/// run that another version planned with other transfers keeps its times but not its links from send to
/// receive, and says so.
void check_trace(Run& run) {
    Trace& trace = run.trace;
    const int ranks = run.schedule ? run.schedule->ranks : 0;
    const int steps = run.schedule ? run.schedule->steps : 0;
    const size_t transfers = run.schedule ? run.schedule->transfers.size() : 0;
    const bool links = trace.transfers.size() == transfers;
    const auto in_run = [&](int rank, int step) {
        return rank >= 0 && rank < ranks && step >= 0 && step <= steps;
    };
    bool good = is_sane(trace.wall_ns);
    for (Span& span : trace.spans) {
        good = good && in_run(span.rank, span.step) && span.begin_ns <= span.end_ns && span.owner >= -1 &&
               span.owner < ranks && span.peer >= -1 && span.peer < ranks && is_sane(span.begin_ns) &&
               is_sane(span.end_ns) && is_sane(span.bytes);
        if (!links) span.transfer = -1;
        good = good && span.transfer >= -1 && span.transfer < static_cast<int64_t>(transfers);
    }
    for (const MemorySample& sample : trace.memory) {
        good =
            good && in_run(sample.rank, sample.step) && is_sane(sample.time_ns) && is_sane(sample.peak_total);
        for (const int64_t live : sample.live) good = good && is_sane(live);
    }
    for (const TransferTimes& times : trace.transfers)
        good = good && is_sane(times.posted_ns) && is_sane(times.peer_ready_ns) && is_sane(times.begin_ns) &&
               is_sane(times.done_ns);
    const size_t measured = run.metrics.ranks.size();
    good = good && (measured == 0 || measured == static_cast<size_t>(ranks));
    if (!links) {
        run.caveat = "Recorded by version " + run.version + " with " +
                     std::to_string(trace.transfers.size()) + " transfers; this version plans " +
                     std::to_string(transfers) +
                     " for it, so sends and receives are shown without the links between them.";
        trace.transfers.assign(transfers, TransferTimes{});
    }
    for (size_t rank = 0; rank < run.metrics.ranks.size(); ++rank)
        good =
            good && run.metrics.ranks[rank].rank == static_cast<int>(rank) && static_cast<int>(rank) < ranks;
    if (!good)
        throw Error(ErrorKind::io,
                    "the run is damaged: its trace names ranks, steps or times that it cannot have");
}

std::map<int64_t, std::vector<std::string>> read_tags(Db& db) {
    std::map<int64_t, std::vector<std::string>> tags;
    Statement select(db, "SELECT run, tag FROM run_tag ORDER BY run, tag");
    while (select.step()) {
        const int64_t run = select.get_int();
        tags[run].push_back(select.get_text());
    }
    return tags;
}

/// What all runs of one experiment share.
struct Shared {
    std::shared_ptr<const std::string> fields;
    int runs = 0;
};

/// By experiment hash; of all runs, whichever are listed.
std::unordered_map<std::string, Shared> read_shared(Db& db) {
    Statement select(
        db,
        "SELECT r.experiment_hash, r.runs, e.fields FROM (SELECT experiment_hash, min(id) AS id, "
        "count(*) AS runs FROM run GROUP BY experiment_hash) r JOIN experiment e ON e.run = r.id");
    std::unordered_map<std::string, Shared> shared;
    while (select.step()) {
        Shared& of = shared[select.get_text()];
        of.runs = select.get_small();
        of.fields = std::make_shared<const std::string>(select.get_text());
    }
    return shared;
}

/// The columns of run that a summary has beside its figures, as read_summary() takes them.
constexpr const char* kSummaryColumns =
    "r.id, kind = 'trace', uuid, name, note, baseline, archived, experiment_hash, started_utc_ms, state, "
    "error, version, revision, input_name, host, device, kernel, settings, dtype, seq_len, ranks, strategy, "
    "layout, spans, output_bytes, origin, invocation, cpu, cores, transport, threads, v.run IS NOT NULL, "
    "coalesce(v.passed, 0)";
constexpr const char* kSimulationColumns =
    ", (SELECT machine FROM simulation WHERE run = r.id), (SELECT options FROM simulation WHERE run = r.id)";

/// A kept trace has none of the figures, whatever the row of an earlier version says.
RunSummary read_summary(Statement& row, std::span<const Figure* const> figures) {
    RunSummary s;
    s.id = row.get_int();
    s.is_trace = row.get_int() != 0;
    s.uuid = row.get_text();
    s.name = row.get_text();
    s.note = row.get_text();
    s.baseline = row.get_int() != 0;
    s.archived = row.get_int() != 0;
    s.experiment_hash = row.get_text();
    s.started_utc_ms = stored_utc_ms(row.get_int());
    s.state = static_cast<RunState>(index_of(EnumNames<RunState>::names, row.get_text(), "state"));
    s.error = row.get_text();
    s.version = row.get_text();
    s.revision = row.get_text();
    s.input_name = row.get_text();
    s.host = row.get_text();
    s.device = row.get_text();
    s.kernel = row.get_text();
    s.settings = row.get_text();
    s.dtype = row.get_text();
    s.seq_len = row.get_int();
    s.ranks = row.get_small();
    s.strategy = row.get_text();
    s.layout = row.get_text();
    s.spans = row.get_int();
    s.output_bytes = row.get_int();
    s.origin = static_cast<Origin>(index_of(EnumNames<Origin>::names, row.get_text(), "origin"));
    s.invocation = row.get_text();
    s.cpu = row.get_text();
    s.cores = row.get_small();
    s.transport = row.get_text();
    s.threads = row.get_small();
    s.verified = row.get_int() != 0;
    s.verify_passed = row.get_int() != 0;
    s.machine = row.get_text();
    if (const std::string options = row.get_text(); !options.empty()) s.varied = varied_in(options);
    if (s.is_trace) return s;
    for (const Figure* figure : figures) s.figures[*figure] = row.get_real();
    return s;
}

}  // namespace

int64_t now_utc_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

int64_t insert_trace_row(Db& db, const RunSummary& record) { return insert_header(db, Run{}, record); }

int64_t insert_run(Db& db, const Run& run, const RunSummary& record) {
    const int64_t id = insert_header(db, run, record);
    insert_experiment(db, id, run.experiment);
    insert_figures(db, id, record.figures, run.metrics);
    if (run.verification) insert_verification(db, id, *run.verification);
    insert_chunks(db, id, "spans", run.trace.spans, encode_spans);
    insert_chunks(db, id, "transfers", run.trace.transfers, encode_transfers);
    insert_chunks(db, id, "memory", run.trace.memory, encode_memory);
    insert_step_work(db, id, run);
    insert_simulation(db, id, run);
    return id;
}

std::shared_ptr<Run> read_run(Db& db, int64_t id) {
    auto run = std::make_shared<Run>();
    if (!read_header(db, id, *run)) return nullptr;
    Statement experiment(db, "SELECT json FROM experiment WHERE run = ?");
    experiment.bind(id);
    if (!experiment.step()) throw Error(ErrorKind::io, "the run is damaged: its experiment is missing");
    // A run that could not even be planned is kept too: it is read as it was asked for, and stays without
    // schedule.
    run->experiment = parse_stored_experiment(experiment.get_text(), "run " + std::to_string(id));
    read_simulation(db, id, *run);  // the machine says how ranks hold memory
    plan_stored(db, id, *run);
    if (!run->caveat.empty()) return run;
    read_figures(db, id, *run);
    run->verification = read_verification(db, id);
    read_chunks(db, id, "spans", run->trace.spans, decode_spans);
    read_chunks(db, id, "transfers", run->trace.transfers, decode_transfers);
    read_chunks(db, id, "memory", run->trace.memory, decode_memory);
    read_step_work(db, id, *run);
    check_trace(*run);
    if (std::isnan(run->metrics.replayed_seconds)) add_replayed_figures(*run);  // an older version's
    return run;
}

std::vector<RunSummary> read_summaries(Db& db, const int64_t* id, std::string& damage) {
    std::vector<RunSummary> runs;
    const auto of_run = figures_in(db, "run"), of_verification = figures_in(db, "verification");
    std::vector<const Figure*> figures = of_run;
    figures.insert(figures.end(), of_verification.begin(), of_verification.end());
    const std::string sql = std::string("SELECT ") + kSummaryColumns +
                            (has_table(db, "simulation") ? kSimulationColumns : ", NULL, NULL") +
                            column_list(of_run, "r.") + column_list(of_verification, "v.") +
                            " FROM run r LEFT JOIN verification v ON v.run = r.id " +
                            (id ? "WHERE r.id = ?" : "ORDER BY r.id DESC");
    try {
        Statement select(db, sql.c_str());
        constexpr int64_t kLeastRowBytes = 64;  // its uuid alone is 36, its times and sizes as many again
        select.expect_row_bytes(kLeastRowBytes);
        if (id) select.bind(*id);
        while (select.step()) runs.push_back(read_summary(select, figures));
        read_listed_figures(db, id, runs);
        const auto shared = read_shared(db);
        for (RunSummary& run : runs) {
            const auto at = shared.find(run.experiment_hash);
            if (at == shared.end()) continue;
            run.fields = at->second.fields;
            run.same_experiment = at->second.runs;
        }
        auto tags = read_tags(db);
        for (RunSummary& run : runs) run.tags = std::move(tags[run.id]);
    } catch (const DbError& error) {
        if (error.cause() != DbError::Cause::damaged) throw;
        damage = error.what();
    }
    return runs;
}

}  // namespace ringscope

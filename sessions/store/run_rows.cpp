#include "sessions/store/run_rows.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <unordered_map>

#include "sessions/experiment_file.h"
#include "sessions/store/run_figures.h"
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

int64_t insert_header(Db& db, const Run& run, const RunSummary& s) {
    Statement insert(
        db,
        "INSERT INTO run (uuid, name, started_utc_ms, saved_utc_ms, state, error, error_kind, "
        "experiment_hash, settings, version, revision, host, cpu, cores, memory_bytes, os, device, "
        "kernel, transport, threads, input_name, dtype, seq_len, ranks, strategy, layout, seconds, flops, "
        "gflops_per_second, bytes_on_wire, overlap_efficiency, compute_imbalance, peak_bytes, wall_ns, "
        "spans, kind) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(s.uuid).bind(s.name).bind(s.started_utc_ms).bind(now_utc_ms());
    insert.bind(name_of(s.state)).bind(s.error).bind(kErrorKinds[static_cast<size_t>(run.error_kind)]);
    insert.bind(s.experiment_hash).bind(s.settings);
    insert.bind(s.version).bind(s.revision).bind(s.host).bind(run.machine.cpu).bind(run.machine.cores);
    insert.bind(run.machine.memory_bytes).bind(run.machine.os);
    insert.bind(s.device).bind(s.kernel).bind(run.transport).bind(run.threads).bind(s.input_name);
    insert.bind(s.dtype).bind(s.seq_len).bind(s.ranks).bind(s.strategy).bind(s.layout);
    insert.bind(s.seconds).bind(run.metrics.flops).bind(s.gflops_per_second).bind(s.bytes_on_wire);
    insert.bind(s.overlap_efficiency).bind(s.compute_imbalance).bind(s.peak_bytes).bind(run.trace.wall_ns);
    insert.bind(s.spans).bind(s.is_trace ? "trace" : "run").run();
    return db.last_id();
}

void insert_experiment(Db& db, int64_t id, const Experiment& experiment) {
    Statement insert(db, "INSERT INTO experiment (run, json, fields) VALUES (?,?,?)");
    insert.bind(id).bind(experiment_to_json(experiment)).bind(field_lines(experiment)).run();
}

void insert_ranks(Db& db, int64_t id, const Metrics& metrics) {
    Statement insert(db, "INSERT INTO rank_metric VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    for (const RankMetrics& rank : metrics.ranks) {
        insert.bind(id).bind(rank.rank).bind(rank.peak_bytes).bind(rank.predicted_peak_bytes);
        for (const int64_t bytes : rank.peak_by_purpose) insert.bind(bytes);
        insert.bind(rank.sent_bytes)
            .bind(rank.received_bytes)
            .bind(rank.compute_seconds)
            .bind(rank.core_seconds);
        insert.bind(rank.pack_seconds).bind(rank.merge_seconds).bind(rank.exposed_transfer_seconds);
        insert.bind(rank.wait_peer_seconds).bind(rank.wait_link_seconds).bind(rank.wait_core_seconds);
        insert.bind(rank.idle_seconds).bind(rank.transfer_seconds).run();
    }
}

void insert_verification(Db& db, int64_t id, const Verification& v) {
    Statement insert(db, "INSERT INTO verification VALUES (?,?,?,?,?,?,?,?,?,?)");
    insert.bind(id).bind(v.checked_rows).bind(v.total_rows).bind(v.max_abs_error).bind(v.relative_error);
    insert.bind(v.max_lse_error).bind(v.allowed_relative_error).bind(v.wrong_empty_rows).bind(v.coverage_ok);
    insert.bind(v.passed).run();
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

template <typename Item, typename Decode>
void read_chunks(Db& db, int64_t id, const char* kind, std::vector<Item>& items, Decode decode) {
    // An item takes a byte at least, so a wrong count cannot ask for more than the file is large.
    Statement total(db, "SELECT sum(min(items, length(data))) FROM trace_chunk WHERE run = ? AND kind = ?");
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
        "kernel, transport, threads, input_name, started_utc_ms, wall_ns, seconds, flops, gflops_per_second, "
        "bytes_on_wire, overlap_efficiency, compute_imbalance FROM run WHERE id = ?");
    select.bind(id);
    if (!select.step()) return false;
    run.state = static_cast<RunState>(index_of(EnumNames<RunState>::names, select.get_text(), "state"));
    run.error = select.get_text();
    run.error_kind = static_cast<ErrorKind>(index_of(kErrorKinds, select.get_text(), "kind of error"));
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
    run.started_utc_ms = select.get_int();
    run.trace.wall_ns = select.get_int();
    Metrics& m = run.metrics;
    m.seconds = select.get_real();
    m.flops = select.get_real();
    m.gflops_per_second = select.get_real();
    m.bytes_on_wire = select.get_int();
    m.overlap_efficiency = select.get_real();
    m.compute_imbalance = select.get_real();
    return true;
}

void read_ranks(Db& db, int64_t id, Metrics& metrics) {
    Statement select(
        db,
        "SELECT rank, peak_bytes, predicted_peak_bytes, peak_query, peak_own_kv, peak_travelling_kv, "
        "peak_output, peak_lse, peak_workspace, sent_bytes, received_bytes, compute_seconds, "
        "core_seconds, pack_seconds, merge_seconds, exposed_transfer_seconds, wait_peer_seconds, "
        "wait_link_seconds, wait_core_seconds, idle_seconds, transfer_seconds FROM rank_metric "
        "WHERE run = ? ORDER BY rank");
    select.bind(id);
    while (select.step()) {
        RankMetrics& rank = metrics.ranks.emplace_back();
        rank.rank = select.get_small();
        rank.peak_bytes = select.get_int();
        rank.predicted_peak_bytes = select.get_int();
        for (int64_t& bytes : rank.peak_by_purpose) bytes = select.get_int();
        rank.sent_bytes = select.get_int();
        rank.received_bytes = select.get_int();
        for (double* seconds :
             {&rank.compute_seconds, &rank.core_seconds, &rank.pack_seconds, &rank.merge_seconds,
              &rank.exposed_transfer_seconds, &rank.wait_peer_seconds, &rank.wait_link_seconds,
              &rank.wait_core_seconds, &rank.idle_seconds, &rank.transfer_seconds})
            *seconds = select.get_real();
    }
}

std::optional<Verification> read_verification(Db& db, int64_t id) {
    Statement select(
        db,
        "SELECT checked_rows, total_rows, max_abs_error, relative_error, max_lse_error, "
        "allowed_relative_error, wrong_empty_rows, coverage_ok, passed FROM verification WHERE run = ?");
    select.bind(id);
    if (!select.step()) return {};
    Verification v;
    v.checked_rows = select.get_int();
    v.total_rows = select.get_int();
    v.max_abs_error = select.get_real();
    v.relative_error = select.get_real();
    v.max_lse_error = select.get_real();
    v.allowed_relative_error = select.get_real();
    v.wrong_empty_rows = select.get_int();
    v.coverage_ok = select.get_int() != 0;
    v.passed = select.get_int() != 0;
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

RunSummary read_summary(Statement& row) {
    RunSummary s;
    s.id = row.get_int();
    s.is_trace = row.get_int() != 0;
    s.uuid = row.get_text();
    s.name = row.get_text();
    s.note = row.get_text();
    s.baseline = row.get_int() != 0;
    s.archived = row.get_int() != 0;
    s.experiment_hash = row.get_text();
    s.started_utc_ms = row.get_int();
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
    s.seconds = row.get_real();
    s.gflops_per_second = row.get_real();
    s.overlap_efficiency = row.get_real();
    s.compute_imbalance = row.get_real();
    s.bytes_on_wire = row.get_int();
    s.peak_bytes = row.get_int();
    s.spans = row.get_int();
    s.output_bytes = row.get_int();
    s.verified = row.get_int() != 0;
    if (!s.verified) return s;
    s.verify_passed = row.get_int() != 0;
    s.max_abs_error = row.get_real();
    return s;
}

}  // namespace

std::string new_uuid() {
    std::random_device device;
    constexpr char digits[] = "0123456789abcdef";
    std::string uuid = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    for (char& c : uuid)
        if (c == 'x') c = digits[device() & 15];
    return uuid;
}

int64_t now_utc_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

int64_t insert_trace_row(Db& db, const RunSummary& record) { return insert_header(db, Run{}, record); }

int64_t insert_run(Db& db, const Run& run, const RunSummary& record) {
    const int64_t id = insert_header(db, run, record);
    insert_experiment(db, id, run.experiment);
    insert_ranks(db, id, run.metrics);
    if (run.verification) insert_verification(db, id, *run.verification);
    insert_chunks(db, id, "spans", run.trace.spans, encode_spans);
    insert_chunks(db, id, "transfers", run.trace.transfers, encode_transfers);
    insert_chunks(db, id, "memory", run.trace.memory, encode_memory);
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
    if (validate(run->experiment).empty())
        run->schedule = std::make_shared<const Schedule>(plan(run->experiment));
    read_ranks(db, id, run->metrics);
    run->verification = read_verification(db, id);
    read_chunks(db, id, "spans", run->trace.spans, decode_spans);
    read_chunks(db, id, "transfers", run->trace.transfers, decode_transfers);
    read_chunks(db, id, "memory", run->trace.memory, decode_memory);
    check_trace(*run);
    return run;
}

std::vector<RunSummary> read_summaries(Db& db, const int64_t* id, std::string& damage) {
    std::vector<RunSummary> runs;
    const std::string sql =
        std::string(
            "SELECT r.id, kind = 'trace', uuid, name, note, baseline, archived, experiment_hash, "
            "started_utc_ms, "
            "state, "
            "error, version, revision, input_name, host, device, kernel, settings, dtype, seq_len, ranks, "
            "strategy, layout, seconds, "
            "gflops_per_second, overlap_efficiency, compute_imbalance, bytes_on_wire, peak_bytes, spans, "
            "output_bytes, "
            "v.run IS NOT NULL, v.passed, v.max_abs_error "
            "FROM run r LEFT JOIN verification v ON v.run = r.id ") +
        (id ? "WHERE r.id = ?" : "ORDER BY r.id DESC");
    try {
        Statement select(db, sql.c_str());
        if (id) select.bind(*id);
        if (!id) runs.reserve(static_cast<size_t>(db.number("SELECT count(*) FROM run")));
        while (select.step()) runs.push_back(read_summary(select));
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

#include "sessions/store/store_bench.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "engine/experiment/scenarios.h"
#include "sessions/store/migrations.h"
#include "sessions/store/run_filter.h"
#include "sessions/store/run_properties.h"
#include "sessions/store/run_rows.h"
#include "sessions/store/run_store.h"

namespace ringscope {

namespace {

class Stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class BenchFolder {
  public:
    explicit BenchFolder(const std::string& parent) : path_(parent + "/ringscope-bench-XXXXXX") {
        if (!mkdtemp(path_.data())) throw Error(ErrorKind::io, "cannot make a folder in " + parent);
    }
    ~BenchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    BenchFolder(const BenchFolder&) = delete;
    BenchFolder& operator=(const BenchFolder&) = delete;
    std::string file(const char* name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

/// A planned run with `spans` spans whose times and sizes scatter as measured ones do.
Run made_up_run(int64_t spans) {
    Run run;
    run.experiment = default_experiment();
    run.schedule = std::make_shared<const Schedule>(plan(run.experiment));
    run.device = "cpu";
    run.kernel = "bench";
    const int ranks = run.schedule->ranks;
    const auto transfers = static_cast<int32_t>(run.schedule->transfers.size());
    run.trace.transfers.resize(run.schedule->transfers.size());
    run.trace.spans.reserve(static_cast<size_t>(spans));
    uint64_t random = 1;
    int64_t now = 0;
    for (int64_t i = 0; i < spans; ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        Span span;
        span.rank = static_cast<int32_t>(i * ranks / spans);
        if (i > 0 && span.rank != run.trace.spans.back().rank) now = 0;
        span.step = static_cast<int32_t>(random >> 60) % run.schedule->steps;
        span.kind = static_cast<SpanKind>((random >> 50) % kSpanKinds);
        if (span.kind == SpanKind::wait) span.cause = WaitCause::late_peer;
        span.owner = static_cast<int32_t>((random >> 40) % static_cast<uint64_t>(ranks));
        if (span.kind == SpanKind::send || span.kind == SpanKind::receive) {
            span.peer = span.owner;
            span.transfer = static_cast<int32_t>((random >> 20) & 0xffff) % transfers;
            span.bytes = static_cast<int64_t>((random >> 8) & 0xfffff);
        }
        const bool moves = span.kind == SpanKind::pack || span.kind == SpanKind::collective || span.peer >= 0;
        if (moves) span.payload = Payload::kv;
        span.begin_ns = now;
        span.end_ns = now + 1000 + static_cast<int64_t>((random >> 30) & 0xffff);
        now = span.end_ns + static_cast<int64_t>((random >> 10) & 0xff);
        run.trace.wall_ns = std::max(run.trace.wall_ns, now);
        run.trace.spans.push_back(span);
    }
    return run;
}

void require_going(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
}

/// Makes a file of small runs, four of every experiment.
void make_many(const std::string& path, int64_t runs, const std::stop_token& stop) {
    RunFile file = open_run_file(path, true);
    Run run = made_up_run(8);
    Transaction transaction(*file.db);
    for (int64_t i = 0; i < runs; ++i) {
        require_going(stop);
        run.experiment.input.seed = static_cast<uint64_t>(i) / 4;
        run.metrics.seconds = static_cast<double>(i * 7919 % runs) * 1e-3;
        RunSummary record = summarize(run, automatic_name(run.experiment));
        record.uuid = std::to_string(i);
        insert_run(*file.db, run, record);
    }
    transaction.commit();
}

void measure_list(const std::string& path, StoreBench& bench, const std::stop_token& stop) {
    make_many(path, bench.runs, stop);
    const auto store = RunStore::open(path);
    const Stopwatch list;
    std::vector<RunSummary> runs = store->list();
    bench.list_ms = list.seconds() * 1e3;
    RINGSCOPE_CHECK(runs.size() == static_cast<size_t>(bench.runs));
    const RunFilter wanted("p=" + std::to_string(runs.front().ranks) + " w>1 overlap=true ring");
    const Stopwatch filter;
    const auto unwanted = [&](const RunSummary& run) { return !wanted.matches(run); };
    RINGSCOPE_CHECK(std::none_of(runs.begin(), runs.end(), unwanted));
    bench.filter_ms = filter.seconds() * 1e3;
    const Stopwatch sort;
    sort_runs(runs, "seconds");
    bench.sort_ms = sort.seconds() * 1e3;
}

}  // namespace

StoreBench measure_store(const std::string& folder, int64_t spans, int64_t runs, std::stop_token stop) {
    const BenchFolder scratch(folder);
    StoreBench bench;
    bench.spans = spans;
    bench.runs = runs;
    const Run run = made_up_run(spans);
    const std::string path = scratch.file("one.ringscope");
    int64_t id = 0;
    require_going(stop);
    {
        const auto store = RunStore::open_or_create(path);
        const Stopwatch save;
        id = store->save(run, "bench");
        bench.save_seconds = save.seconds();
    }
    require_going(stop);
    const Stopwatch open;
    const auto loaded = RunStore::open(path)->load(id);
    bench.open_seconds = open.seconds();
    RINGSCOPE_CHECK(loaded->trace.spans.size() == run.trace.spans.size());
    bench.bytes_per_span = static_cast<double>(std::filesystem::file_size(path)) /
                           static_cast<double>(std::max<int64_t>(1, spans));
    measure_list(scratch.file("many.ringscope"), bench, stop);
    return bench;
}

}  // namespace ringscope

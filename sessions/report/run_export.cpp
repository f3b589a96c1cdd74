#include "sessions/report/run_export.h"

#include <optional>

#include "sessions/atomic_file.h"
#include "sessions/experiment_file.h"
#include "sessions/report/csv_export.h"
#include "sessions/report/html_trace_comparison.h"
#include "sessions/report/run_json.h"
#include "sessions/report/trace_comparison_json.h"
#include "sessions/store/plain_tables.h"
#include "sessions/tensors/safetensors.h"
#include "sessions/traces/imported_export.h"
#include "sessions/traces/perfetto_export.h"

namespace ringscope {

const std::vector<std::string>& export_formats() {
    static const std::vector<std::string> formats{"perfetto", "csv",        "json",
                                                  "sqlite",   "experiment", "output"};
    return formats;
}

void export_run(const Run& run, int64_t run_id, const std::string& name, const std::string& format,
                const std::string& path, const std::stop_token& stop) {
    if (format == "perfetto") return export_perfetto(run, name, path, stop);
    if (format == "csv") return export_csv(run, path, stop);
    if (format == kTablesFormat) return write_plain_tables(run, run_id, name, path, stop);
    if (format == "experiment") return save_experiment(run.experiment, path);
    if (format == "output") return save_output(path, run, stop);
    if (format == "json") {
        AtomicFile file(path, stop);
        file.write(run_to_json(run, run_id > 0 ? std::optional(run_id) : std::nullopt));
        return file.commit();
    }
    throw Error(ErrorKind::bad_input,
                "export format '" + format +
                    "' is unknown; allowed: perfetto, csv, json, sqlite, experiment, output");
}

namespace {

void export_trace(RunStore& store, int64_t id, const std::string& format, const std::string& path,
                  const std::stop_token& stop) {
    const bool known = format == "csv" || format == "json" || format == "perfetto" || format == kPageFormat ||
                       format == kTablesFormat;
    if (!known)
        throw Error(ErrorKind::bad_input, "run " + std::to_string(id) +
                                              " is a kept trace of another program, which has no " + format +
                                              "; allowed: perfetto, csv, json, html, sqlite, trace, run");
    const auto trace = store.load_trace(id);
    if (format == kTablesFormat) return write_plain_tables(*trace, path, stop);
    if (format == "csv") return export_imported_csv(*trace, path, stop);
    if (format == "perfetto") return export_imported_perfetto(*trace, path, stop);
    const ImportedTraces alone{trace};
    const TraceComparison totals = compare_traces(alone);
    if (format == kPageFormat) return save_trace_comparison(alone, totals, {id}, path, stop);
    AtomicFile file(path, stop);
    file.write(trace_comparison_to_json(alone, totals));
    file.commit();
}

}  // namespace

void export_saved(RunStore& store, int64_t id, const std::string& format, const std::string& path,
                  const std::stop_token& stop) {
    if (format == kRunFileFormat) return store.export_run(id, path);
    const RunSummary summary = store.summary(id);
    if (summary.is_trace && format != kTraceFormat) return export_trace(store, id, format, path, stop);
    if (format == kTraceFormat) {
        const std::string bytes = store.trace_file(id);
        AtomicFile file(path, stop);
        file.write(bytes);
        return file.commit();
    }
    if (format == kPageFormat)
        throw Error(ErrorKind::bad_input,
                    "run " + std::to_string(id) +
                        " is no kept trace: 'compare RUN RUN --html FILE' writes a page "
                        "of runs");
    const auto run = store.load(id, format == "output" ? RunStore::Output::keep : RunStore::Output::leave);
    export_run(*run, id, summary.name, format, path, stop);
}

}  // namespace ringscope

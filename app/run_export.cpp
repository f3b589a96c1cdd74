#include "app/run_export.h"

#include <optional>

#include "sessions/atomic_file.h"
#include "sessions/csv_export.h"
#include "sessions/experiment_file.h"
#include "sessions/perfetto_export.h"
#include "sessions/run_json.h"
#include "sessions/safetensors.h"

namespace ringscope {

const std::vector<std::string>& export_formats() {
    static const std::vector<std::string> formats{"perfetto", "csv", "json", "experiment", "output"};
    return formats;
}

void export_run(const Run& run, int64_t run_id, const std::string& name, const std::string& format,
                const std::string& path) {
    if (format == "perfetto") return export_perfetto(run, name, path);
    if (format == "csv") return export_csv(run, path);
    if (format == "experiment") return save_experiment(run.experiment, path);
    if (format == "output") return save_output(path, run);
    if (format == "json") {
        AtomicFile file(path);
        file.write(run_to_json(run, run_id > 0 ? std::optional(run_id) : std::nullopt));
        return file.commit();
    }
    throw Error(ErrorKind::bad_input, "export format '" + format +
                                          "' is unknown; allowed: perfetto, csv, json, experiment, output");
}

}  // namespace ringscope

// ringscope import: the runs of another run file, or a trace of another program, into this run file.
#include <algorithm>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/run_file_option.h"
#include "app/cli/trace_report.h"
#include "app/process/standard_output.h"
#include "sessions/file_kind.h"
#include "sessions/stop.h"
#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

namespace {

struct ImportCommand {
    std::string file, db, name;
    bool dry_run = false;
};

std::string joined_ids(const std::vector<int64_t>& ids) {
    std::string text = ids.size() > 1 ? "runs " : "run ";
    for (const int64_t id : ids) text += (id == ids.front() ? "" : ", ") + std::to_string(id);
    return text;
}

/// Those of the file's runs that the target has not, by uuid; a target that is not there yet has none.
std::string runs_to_add(const ImportCommand& command) {
    const std::vector<RunSummary> runs = RunStore::open(command.file)->list();
    std::vector<RunSummary> known;
    if (run_file_exists(command.db)) known = open_run_file(command.db)->list();
    size_t missing = 0;
    for (const RunSummary& run : runs)
        missing += std::none_of(known.begin(), known.end(),
                                [&](const RunSummary& other) { return other.uuid == run.uuid; });
    return std::to_string(missing) + " of " + std::to_string(runs.size()) + " runs in " + command.file +
           " would be added to " + run_file_path(command.db) + "\n";
}

std::string added_runs(const ImportCommand& command, const std::stop_token& stop) {
    RunStore::open(command.file);  // told apart from problems of the target, and before that is made
    if (command.dry_run) return runs_to_add(command);
    const auto store = RunStore::open_or_create(run_file_path(command.db));
    store->stop_when(stop);
    const std::vector<int64_t> ids = store->import_runs(command.file);
    if (ids.empty()) return "no new runs in " + command.file + "\n";
    return "added " + joined_ids(ids) + " to " + store->path() + "\n";
}

std::string kept_trace(const ImportCommand& command, const std::stop_token& stop) {
    if (command.dry_run) return trace_report(import_chrome_trace(command.file, stop));
    import_chrome_trace(command.file, stop);  // what is no trace makes no run file
    const auto store = RunStore::open_or_create(run_file_path(command.db));
    store->stop_when(stop);
    const RunStore::KeptTrace kept = store->keep_trace(command.file, command.name);
    return trace_report(*kept.trace) + "\n" + (kept.is_new ? "kept as run " : "already kept as run ") +
           std::to_string(kept.id) + " in " + store->path() +
           ": it has no figures and enters no comparison of them; 'ringscope gui' and 'ringscope compare "
           "--html' show it beside runs\n";
}

int import_command(const ImportCommand& command, const std::stop_token& stop) {
    leave_if_stopped(stop);
    switch (file_kind(command.file)) {
        case FileKind::run_file:
            if (!command.name.empty())
                throw Error(ErrorKind::bad_input,
                            "--name names a trace: the runs of " + command.file + " keep their names");
            print(added_runs(command, stop));
            break;
        case FileKind::trace:
            print(kept_trace(command, stop));
            break;
        case FileKind::experiment:
            throw Error(ErrorKind::bad_input,
                        command.file +
                            ": neither a run file nor a trace with \"traceEvents\"; an experiment is "
                            "opened with --experiment FILE of run, plan and gui");
    }
    return 0;
}

}  // namespace

void declare_import(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<ImportCommand>();
    Arguments arguments =
        program.command("import", "Add the runs of another run file, or a trace of another program",
                        [command, stop] { return import_command(*command, stop); });
    arguments.positional_file(
        "FILE", command->file, FileUse::read,
        "Run file, as 'export --format run' makes one; or a Chrome or PyTorch trace, .json or "
        ".json.gz");
    declare_run_file(arguments, command->db, "Run file to add to");
    arguments.value("--name", command->name, "TEXT",
                    "Name of the trace in the list; its file's when not given");
    arguments.flag("--dry-run", command->dry_run, "Show what the file holds; add nothing");
}

}  // namespace ringscope
